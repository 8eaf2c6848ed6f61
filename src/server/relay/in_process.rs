//! A relay without sockets, threads or a clock of its own: one request at a time, and one sync with the origin at a time.

use axum::body::Bytes;
use axum::http::{Request, Response};
use ed25519_dalek::SigningKey;

use super::super::db::Db;
use super::super::in_process::{InProcess, Time, site};
use super::{Relay, Way, routes, upstream};
use crate::domain::ids::EventId;
use crate::domain::time::UnixMillis;
use crate::sync::{Client, Givens, Uplink};

/// A relay that answers and syncs when it is asked to. What it would only pass on it refuses, as one does that is apart from
/// the origin: whoever carries the requests takes these on.
#[derive(Debug)]
pub struct RelayInProcess {
    routes: InProcess,
    relay: Relay,
    time: Time,
}

/// The way up of such a relay, for one sync.
#[derive(Debug)]
pub struct WayUp(Relay);

impl RelayInProcess {
    /// A relay of the event over these data.
    ///
    /// # Errors
    /// Where the data are not a relay's of that event, or the machine gives no event queue.
    pub fn new(mut db: Db, event: &EventId, key: SigningKey) -> std::io::Result<Self> {
        db.follow_event(event).map_err(std::io::Error::other)?;
        let time = Time::default();
        let relay = Relay {
            site: site(db, key, &time)?,
            event: event.clone(),
            way: Way::Carried,
            shared: std::sync::Arc::default(),
        };
        let routes = InProcess::of(routes::router(relay.clone()), &time)?;
        Ok(Self { routes, relay, time })
    }

    /// Answers a request at a time of the relay's.
    ///
    /// # Errors
    /// Where the answer's body breaks off.
    pub fn answer(&self, request: Request<Vec<u8>>, now: UnixMillis) -> Result<Response<Bytes>, axum::Error> {
        self.routes.answer(request, now)
    }

    /// The way up, from a time of the relay's on.
    #[must_use]
    pub fn way_up(&self, now: UnixMillis) -> WayUp {
        self.time.set(now);
        WayUp(self.relay.clone())
    }
}

impl WayUp {
    /// Syncs once with the origin at the end of the client's uplink.
    ///
    /// # Errors
    /// Why it did not come to its end, as an operator would be told.
    pub async fn sync<U: Uplink>(self, client: Client<U>, givens: &Givens<'_>) -> Result<(), String> {
        upstream::once(&self.0, client, givens).await
    }
}
