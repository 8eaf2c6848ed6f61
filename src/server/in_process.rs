//! The server without sockets, threads or a clock of its own: one request at a time, by the very routes that gates use.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, Response};
use axum::response::Response as Answer;
use ed25519_dalek::SigningKey;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use tokio::runtime::{Builder, Runtime};

use super::clock::Clock;
use super::database::Database;
use super::db::Db;
use super::heads::News;
use super::snapshots::Snapshots;
use super::{Site, routes};
use crate::domain::time::UnixMillis;

/// A server that answers when it is asked to.
#[derive(Debug)]
pub struct InProcess {
    service: TowerToHyperService<axum::Router>,
    time: Time,
    runtime: Runtime,
}

/// The time that such a server goes by.
#[derive(Debug, Clone, Default)]
pub(super) struct Time(Arc<AtomicU64>);

impl Time {
    pub(super) fn set(&self, now: UnixMillis) {
        self.0.store(now.0, Ordering::Relaxed);
    }
}

impl InProcess {
    /// A server over these data.
    ///
    /// # Errors
    /// Where the machine gives no event queue, or the data cannot be opened once more to be read.
    pub fn new(db: Db, key: SigningKey) -> std::io::Result<Self> {
        let time = Time::default();
        let site = site(db, key, &time)?;
        Self::of(routes::router(site), &time)
    }

    /// What answers by these routes.
    pub(super) fn of(routes: axum::Router, time: &Time) -> std::io::Result<Self> {
        Ok(Self {
            service: TowerToHyperService::new(routes),
            time: time.clone(),
            // Routes set themselves a time limit, which no answer in one go ever reaches.
            runtime: Builder::new_current_thread().enable_time().build()?,
        })
    }

    /// Answers a request at a time of the server's. The body is the one that would travel.
    ///
    /// # Errors
    /// Where the answer's body breaks off.
    pub fn answer(&self, request: Request<Vec<u8>>, now: UnixMillis) -> Result<Response<Bytes>, axum::Error> {
        self.time.set(now);
        self.runtime.block_on(async {
            let answer: Answer = match self.service.call(request.map(Body::from)).await {
                Ok(answer) => answer,
                Err(never) => match never {},
            };
            let (parts, body) = answer.into_parts();
            let body = to_bytes(body, usize::MAX).await?;
            Ok(Response::from_parts(parts, body))
        })
    }
}

/// What handlers may use, where one thread does everything.
pub(super) fn site(db: Db, key: SigningKey, time: &Time) -> std::io::Result<Site> {
    let are_shared = db.is_shared();
    let reads = Database::here(db.reader().map_err(std::io::Error::other)?);
    Ok(Site {
        snapshots: Arc::new(Snapshots::new(reads, are_shared)),
        db: Database::here(db),
        key: Arc::new(key),
        clock: Clock::Set(Arc::clone(&time.0)),
        // Nobody listens for news in a process of one request at a time.
        news: News::new().0,
        metrics: Arc::default(),
    })
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;
    use crate::wire::{Context, Signed, TimeAnswer, from_cbor};

    #[test]
    fn it_answers_by_the_routes_of_a_server_with_sockets_at_the_time_it_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::from_bytes(&[5; 32]);
        let server = InProcess::new(Db::open(folder.path()).unwrap(), key.clone()).unwrap();
        let ask = |path: &str| {
            let request = Request::get(path).body(Vec::new()).unwrap();
            server.answer(request, UnixMillis(1_795_000_000_123)).unwrap()
        };
        let answer = ask(&format!("/sync/v1/time?nonce={}", "07".repeat(16)));
        let signed = Signed::from_bytes(answer.body()).unwrap();
        let time: TimeAnswer = from_cbor(signed.open(Context::Time, &key.verifying_key()).unwrap()).unwrap();
        assert_eq!(time.at, UnixMillis(1_795_000_000_123));
        assert_eq!(ask("/elsewhere").status(), StatusCode::NOT_FOUND);
        assert_eq!(ask("/sync/v1/log").status(), StatusCode::UNAUTHORIZED);
    }
}
