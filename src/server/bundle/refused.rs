//! Why a bundle is not taken or not made, in words that say what to do next.

use crate::domain::ids::{DeviceId, EventId};
use crate::server::db::DbError;
use crate::wire::bundle::BundleError;

/// Why the server takes nothing of a bundle, or makes none.
#[derive(Debug, thiserror::Error)]
pub enum BundleRefused {
    /// It cannot be read or written.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// This server has no such event.
    #[error("the bundle is of the event {event}, which this server does not have: nothing of it was used")]
    OtherEvent {
        /// The event.
        event: EventId,
    },
    /// It came from here.
    #[error("the bundle is from this server, for gates: run `wicket import` on them")]
    FromServer,
    /// Nobody here can tell who made it.
    #[error("the bundle is from {device}, which never enrolled for {event}: nothing of it was used")]
    UnknownMaker {
        /// Its maker, by its own word.
        device: DeviceId,
        /// The event.
        event: EventId,
    },
    /// A person must look first.
    #[error(
        "{device} is suspended until a person has looked: compare its six-digit check, `wicket admin device confirm`, then \
         import or export the bundle again"
    )]
    Suspended {
        /// The device.
        device: DeviceId,
    },
    /// Somebody who may not have the list, and others who may.
    #[error("{device} is revoked and gets no list, only its order: export a bundle for it alone")]
    RevokedAmongOthers {
        /// The device.
        device: DeviceId,
    },
    /// Receipts and lists are the origin's to sign.
    #[error(
        "these are a relay's data: take the stick to the event's own server, or sync the gate with the relay"
    )]
    Relay,
    /// There is nobody to read it.
    #[error("no device of {event} is enrolled and active: nobody could read the bundle; enrol a gate first")]
    Nobody {
        /// The event.
        event: EventId,
    },
    /// The server's data.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl BundleRefused {
    /// Whether it is the bundle's fault: the server itself is well.
    #[must_use]
    pub fn is_the_bundles(&self) -> bool {
        match self {
            Self::Bundle(BundleError::Io(_))
            | Self::Db(_)
            | Self::Relay
            | Self::Nobody { .. }
            | Self::RevokedAmongOthers { .. } => false,
            Self::Bundle(_)
            | Self::OtherEvent { .. }
            | Self::FromServer
            | Self::UnknownMaker { .. }
            | Self::Suspended { .. } => true,
        }
    }
}
