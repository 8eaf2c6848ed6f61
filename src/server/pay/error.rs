//! What can go wrong with a call to a payment provider, and what its caller does then.

/// Why a provider did not do what it was asked. A call that is made again has the same numbers: it may have been heard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Nobody knows whether it was heard: to be asked again, unchanged.
    #[error("the payment provider gives no answer for now ({why}): it is asked again with the same numbers")]
    Again {
        /// When the provider wants to be asked again, in milliseconds from now; none where it does not say.
        after_ms: Option<u64>,
        /// What happened, for the operator's log.
        why: String,
    },
    /// It was heard, and the payment or refund stands otherwise than the caller thought: to be queried.
    #[error("it stands otherwise at the payment provider ({code}: {message}): ask how")]
    Moved {
        /// The provider's code.
        code: String,
        /// The provider's words.
        message: String,
    },
    /// It was heard and refused, and will be again: a person must look, and mend the settings or the account.
    #[error("the payment provider refuses ({code}: {message}): mend what it names, then have it done again")]
    Never {
        /// The provider's code, or ours in small letters.
        code: String,
        /// What it says, for a person.
        message: String,
    },
    /// The answer is not by the provider: as good as not heard.
    #[error("what answers is not the payment provider ({why}): it counts as not heard, and is asked again")]
    Forged {
        /// What is wrong with it.
        why: String,
    },
}

impl CallError {
    pub(super) fn again(why: impl Into<String>) -> Self {
        Self::Again {
            after_ms: None,
            why: why.into(),
        }
    }

    pub(super) fn never(code: &str, message: impl Into<String>) -> Self {
        Self::Never {
            code: code.to_owned(),
            message: message.into(),
        }
    }

    pub(super) fn forged(why: impl Into<String>) -> Self {
        Self::Forged { why: why.into() }
    }
}

/// Why a notification is not believed. The provider is told by a status that is no success, and repeats it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotifyError {
    /// It is not by the provider.
    #[error("not signed by the payment provider ({0})")]
    Forged(String),
    /// It is signed with a key that is not held, or not yet.
    #[error("signed with the key {0}, which is not held: it counts once the key is")]
    UnknownKey(String),
    /// It is by the provider, and not for this merchant or not to be understood: nothing of it counts.
    #[error("not to be understood ({0})")]
    Strange(String),
}

impl NotifyError {
    /// The HTTP status that says so.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Forged(_) => 401,
            Self::Strange(_) => 422,
            Self::UnknownKey(_) => 503,
        }
    }
}
