//! Why a bundle is not taken, in words that say what to do next.

use crate::domain::ids::{DeviceId, EventId};
use crate::ledger::LedgerError;
use crate::sync::error::SyncError;
use crate::wire::bundle::BundleError;

/// Why a gate takes nothing, or nothing more, of a bundle.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It cannot be read.
    #[error(transparent)]
    Bundle(BundleError),
    /// It is of another event.
    #[error("the bundle is of the event {found}, and this gate is of {own}: nothing of it was used")]
    OtherEvent {
        /// The bundle's.
        found: EventId,
        /// The gate's.
        own: EventId,
    },
    /// Nobody here can tell who made it.
    #[error(
        "the bundle was made by {device}, which this gate does not know, or knows as revoked: nothing of it was used. \
         Take it to the server, or sync this gate first"
    )]
    UnknownMaker {
        /// Its maker, by its own word.
        device: DeviceId,
    },
    /// What is in it is not the origin's word.
    #[error(
        "what is in the bundle is not believed ({0}); what came before it in the bundle was kept: export it anew"
    )]
    NotBelieved(String),
    /// The gate.
    #[error(transparent)]
    Gate(SyncError),
}

impl ImportError {
    /// Whether it is the bundle's fault: the gate itself is well.
    #[must_use]
    pub fn is_the_bundles(&self) -> bool {
        match self {
            Self::Bundle(BundleError::Io(_)) => false,
            Self::Bundle(_) | Self::OtherEvent { .. } | Self::UnknownMaker { .. } | Self::NotBelieved(_) => {
                true
            }
            Self::Gate(error) => error.is_the_servers(),
        }
    }
}

impl From<BundleError> for ImportError {
    fn from(error: BundleError) -> Self {
        Self::Bundle(error)
    }
}

impl From<SyncError> for ImportError {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::NotBelieved { why, .. } => Self::NotBelieved(why),
            other => Self::Gate(other),
        }
    }
}

impl From<LedgerError> for ImportError {
    fn from(error: LedgerError) -> Self {
        Self::Gate(error.into())
    }
}
