//! `GET /sync/v1/live`: a stream that says whenever the event's log grows, and every few seconds that it lives.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::watch;

use super::super::answer::Refused;
use super::super::heads::Heads;
use super::super::metrics::LiveStream;
use super::super::{Site, auth};
use crate::domain::ids::EventId;
use crate::wire::live::{BEAT_MS, Beat, CBOR_SEQUENCE};
use crate::wire::to_cbor;

/// A gate that listens.
struct Listener {
    event: EventId,
    heads: watch::Receiver<Heads>,
    told: Option<Beat>,
    _counted: LiveStream,
}

pub(in crate::server) async fn live(State(site): State<Site>, request: Request) -> Result<Response, Refused> {
    let (parts, _) = request.into_parts();
    let caller = auth::count(&site, &parts, b"").await?;
    let listener = Listener {
        event: caller.event,
        heads: site.news.heads(),
        told: None,
        _counted: LiveStream::open(&site.metrics),
    };
    let beats = stream::unfold(listener, |mut listener| async {
        let beat = listener.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(to_cbor(&beat))), listener))
    });
    Ok(([(CONTENT_TYPE, CBOR_SEQUENCE)], Body::from_stream(beats)).into_response())
}

impl Listener {
    /// The next word; none once the server ends.
    async fn next(&mut self) -> Option<Beat> {
        loop {
            let beat = self.heads.borrow_and_update().get(&self.event).copied();
            if let Some(beat) = beat.filter(|beat| self.told != Some(*beat)) {
                self.told = Some(beat);
                return Some(beat);
            }
            match tokio::time::timeout(Duration::from_millis(BEAT_MS), self.heads.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return None,
                Err(_) => return self.told,
            }
        }
    }
}
