//! A relay at the venue: gates sync with it as with the origin, and it syncs with the origin as a gate does.
//!
//! It has no word of its own. Down, it passes on what the origin signed; up, it holds what the gates signed, and only the
//! origin's receipts, passed on, acknowledge. So a relay that lies, or loses its data, can withhold and delay, but neither
//! forge nor have a gate believe that something arrived.

#[cfg(feature = "sim")]
mod in_process;
mod routes;
mod upstream;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRef;
use minicbor::bytes::ByteVec;
use tokio::sync::Notify;

use super::db::Db;
use super::{Addresses, Listen, ServeError, Site, run};
use crate::domain::ids::{DeviceId, EventId};
use crate::sync::{Contact, Http};
#[cfg(feature = "sim")]
pub use in_process::{RelayInProcess, WayUp};
pub use upstream::Upstream;

/// What every handler may use.
#[derive(Debug, Clone)]
struct Relay {
    site: Site,
    event: EventId,
    /// The way to the origin for what anyone may ask.
    way: Way,
    shared: Arc<Shared>,
}

/// The way to the origin for what is only passed on.
#[derive(Debug, Clone)]
enum Way {
    /// By its routes.
    Http(Http),
    /// None here: whoever carries the requests to a relay without sockets takes these on to the origin.
    #[cfg(feature = "sim")]
    Carried,
}

/// What handlers and the way up tell each other.
#[derive(Debug, Default)]
struct Shared {
    /// Whether the origin is in touch.
    contact: Contact,
    /// Something waits for the origin.
    brought: Notify,
    /// The gates that came since the start.
    callers: Mutex<BTreeSet<DeviceId>>,
    /// The newest heartbeat of each gate that the origin was not told of.
    beats: Mutex<BTreeMap<DeviceId, ByteVec>>,
}

impl FromRef<Relay> for Site {
    fn from_ref(relay: &Relay) -> Self {
        relay.site.clone()
    }
}

impl Shared {
    /// Notes that a gate came; whether it is the first time.
    fn came(&self, device: &DeviceId) -> bool {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        callers.insert(device.clone())
    }

    fn keep_beat(&self, device: DeviceId, beat: ByteVec) {
        // A map of whole values is whole after any panic.
        let mut beats = self.beats.lock().unwrap_or_else(PoisonError::into_inner);
        beats.insert(device, beat);
    }

    fn take_beats(&self) -> Vec<ByteVec> {
        let mut beats = self.beats.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *beats).into_values().collect()
    }
}

/// Serves the gates of a venue until `stop` ends. A kill at any moment loses nothing that was called stored.
///
/// # Errors
/// [`ServeError`] where it cannot begin.
pub fn relay(
    mut db: Db,
    upstream: Upstream,
    listen: Listen,
    stop: impl Future<Output = ()>,
    listening: impl FnOnce(Addresses),
) -> Result<(), ServeError> {
    db.follow_event(&upstream.event)?;
    let key = upstream.key.clone();
    run(db, key, listen, stop, listening, |site| {
        let relay = Relay {
            site,
            event: upstream.event.clone(),
            way: Way::Http(upstream.way.clone()),
            shared: Arc::default(),
        };
        (routes::router(relay.clone()), upstream.forever(relay))
    })
}
