//! Making codes: credentials for issuers, presentations for wallets.

use ed25519_dalek::SigningKey;

use super::cbor::Malformed;
use super::claims::{ADMITS_MAX, Claims, HolderKey};
use super::cose;
use super::keyring::KID_BYTES_MAX;
use super::presentation::{self, Credential};
use super::signature::{KeyError, PublicKey};
use super::text::{self, Kind};
use crate::domain::time::UnixSeconds;

/// Why no code is made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// A kid that no credential can carry.
    #[error("the key's kid {0:?} must have 1 to 16 bytes; give the key a shorter kid")]
    Kid(String),
    /// The ticket would never be valid.
    #[error("the ticket would be valid until {until}, which is not after {from}; choose a later end")]
    EmptyWindow {
        /// Valid from.
        from: UnixSeconds,
        /// Valid until.
        until: UnixSeconds,
    },
    /// Too many persons, or none.
    #[error("a ticket admits 1 to 99 persons, not {0}")]
    Admits(u8),
    /// A key that would prove nothing.
    #[error("the holder's key cannot be used: {0}")]
    HolderKey(#[from] KeyError),
    /// What is to be presented is no credential.
    #[error("the text is not a credential (TKT1:...): {0}")]
    NoCredential(#[from] Malformed),
    /// The credential names no holder, so nothing can be proved.
    #[error("the credential is not bound to a holder's key; show it as it is")]
    NotHolderBound,
    /// The credential names another holder.
    #[error("the credential is bound to another key; use the key that it was issued for")]
    OtherHolder,
}

/// The text of a credential over `claims`, signed by the issuer's key `kid`.
///
/// # Errors
/// [`IssueError`] for claims or a kid that no gate would take.
pub fn issue(claims: &Claims, kid: &str, key: &SigningKey) -> Result<String, IssueError> {
    if !(1..=KID_BYTES_MAX).contains(&kid.len()) {
        return Err(IssueError::Kid(kid.to_owned()));
    }
    check(claims)?;
    let credential = cose::sign(Some(kid), &claims.to_cbor(), key);
    Ok(text::write(Kind::Credential, &credential))
}

/// The text of a presentation at `at` of the credential with this text, signed by the key that it is bound to.
///
/// # Errors
/// [`IssueError`] where the text is no credential, or bound to no key or another.
pub fn present(credential_text: &str, key: &SigningKey, at: UnixSeconds) -> Result<String, IssueError> {
    let (Kind::Credential, bytes) = text::read(credential_text)? else {
        return Err(Malformed("the prefix is that of a presentation").into());
    };
    let holder = Credential::read(&bytes)?.claims.holder;
    match holder {
        None => Err(IssueError::NotHolderBound),
        Some(HolderKey(x)) if x != key.verifying_key().to_bytes() => Err(IssueError::OtherHolder),
        Some(_) => Ok(text::write(
            Kind::Presentation,
            &presentation::sign(&bytes, key, at),
        )),
    }
}

fn check(claims: &Claims) -> Result<(), IssueError> {
    if let Some(from) = claims.valid_from.filter(|&from| from >= claims.valid_until) {
        return Err(IssueError::EmptyWindow {
            from,
            until: claims.valid_until,
        });
    }
    if !(1..=ADMITS_MAX).contains(&claims.admits) {
        return Err(IssueError::Admits(claims.admits));
    }
    if let Some(HolderKey(x)) = claims.holder {
        PublicKey::from_bytes(&x)?;
    }
    Ok(())
}
