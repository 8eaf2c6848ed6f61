//! What can stop a sync, in words that say what to do next.

use crate::ledger::{Cause, LedgerError};
use crate::tls::IdentityError;
use crate::wire::bundle::BundleError;
use crate::wire::enrol::{CodeError, EnrolmentError};
use crate::wire::request::Refusal;

/// Why a sync or an enrolment stopped.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The gate has no server.
    #[error(
        "this gate is not enrolled: print a code with `wicket admin device add`, then `wicket enrol CODE`"
    )]
    NotEnrolled,
    /// It has one.
    #[error(
        "this gate is enrolled already, as {device} of {event}: use another --data folder for another place"
    )]
    AlreadyEnrolled {
        /// The device.
        device: String,
        /// The event.
        event: String,
    },
    /// It has check-ins that belong to no device.
    #[error(
        "this folder holds check-ins of a gate without enrolment, which would count for the new event: use another \
         --data folder"
    )]
    HoldsCheckIns,
    /// No enrolment code.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// The device is a gate.
    #[error(
        "this folder is a gate's: print a code for a relay with `wicket admin device add NAME --relay`, and enrol with it \
         in a folder of its own"
    )]
    NoRelay,
    /// No address.
    #[error(
        "{0:?} is no address of a relay or a server: use one like http://192.168.1.5:8080, or none for the server itself"
    )]
    Via(String),
    /// No answer.
    #[error(
        "the server at {url} cannot be reached; nothing is lost: the gate scans on with what it has, and every \
         check-in waits here. Check the network, then run `wicket sync` again"
    )]
    Unreachable {
        /// The server.
        url: String,
        /// The cause.
        source: Cause,
    },
    /// Half an answer.
    #[error(
        "the connection to the server at {url} broke off in an answer; nothing of it was used, and nothing is lost: \
         run `wicket sync` again"
    )]
    BrokenOff {
        /// The server.
        url: String,
        /// The cause.
        source: Cause,
    },
    /// It has too much to do.
    #[error("the server is busy; nothing is lost: run `wicket sync` again in a moment")]
    Busy {
        /// When it wants to be asked again, in milliseconds.
        after_ms: Option<u64>,
    },
    /// It answered, and will not.
    #[error("the server refuses ({}): {}", .0.code, .0.message)]
    Refused(Refusal),
    /// The server's signed order: this device is revoked, and has forgotten the event.
    #[error(
        "the server revoked this device and had it forget the event's list, rules and keys: it admits nobody. Its \
         check-ins are still here{}; the server keeps what it is handed for rescue and counts none of it until a person \
         there does. Give the folder to the organiser", if *.unsent > 0 { format!(", {} of them not acknowledged", .unsent) } else { String::new() }
    )]
    Wiped {
        /// Check-ins that the server never acknowledged.
        unsent: u64,
    },
    /// What answered is not the server, or lies. Nothing of the answer was used.
    #[error(
        "what answers at {url} is not the server that this gate trusts ({why}); nothing of it was used, and nothing is \
         lost. If the network wants a login in a browser, log in, then run `wicket sync` again"
    )]
    NotBelieved {
        /// The address.
        url: String,
        /// What is wrong.
        why: String,
    },
    /// The answer to an enrolment is not believed.
    #[error("the enrolment is not believed; nothing was kept")]
    Enrolment(#[from] EnrolmentError),
    /// The gate's store.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A setting in the gate's store that cannot be read.
    #[error(
        "the gate's store holds a setting «{name}» that cannot be read ({why}): enrol the gate anew in an empty --data folder"
    )]
    Setting {
        /// Its name.
        name: &'static str,
        /// What is wrong.
        why: String,
    },
    /// No HTTP client.
    #[error("the HTTP client cannot start")]
    Client(#[source] reqwest::Error),
    /// This gate cannot show its key.
    #[error("this gate cannot show its key to its neighbours")]
    Identity(#[from] IdentityError),
    /// No TLS.
    #[error("TLS cannot start")]
    Tls(#[source] rustls::Error),
    /// What is to be sent could not be packed.
    #[error(
        "a message could not be packed ({0}); nothing is lost: end other programs, then run `wicket sync` again"
    )]
    Pack(String),
    /// A bundle that could not be written.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The machine.
    #[error("the machine cannot start the sync now: close other programs and try again")]
    Machine(#[source] std::io::Error),
}

impl SyncError {
    /// Whether asking again may help, and what the server said on when (milliseconds).
    pub(super) fn try_again(&self) -> Option<Option<u64>> {
        match self {
            Self::Unreachable { .. } | Self::BrokenOff { .. } => Some(None),
            Self::Busy { after_ms } => Some(*after_ms),
            _ => None,
        }
    }

    /// Whether it is the network's fault, or the server's: the gate itself is well.
    #[must_use]
    pub fn is_the_servers(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::BrokenOff { .. }
                | Self::Busy { .. }
                | Self::Refused(_)
                | Self::Wiped { .. }
                | Self::NotBelieved { .. }
                | Self::Enrolment(_)
                | Self::Ledger(LedgerError::PageOutOfPlace { .. } | LedgerError::SnapshotOutOfPlace { .. })
        )
    }
}
