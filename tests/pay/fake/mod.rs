//! A simulated WeChat Pay, and the Mini Program's server side: real HTTP on loopback, signed with keys of its own. It is slow,
//! repeats, reorders, lies and refuses by a script or a seed, and by no clock but the one that it is given.

mod app;
mod bills;
mod keys;
mod notices;
mod payments;
mod refunds;
mod sealing;
mod whim;
mod world;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri};
use tokio::runtime::Runtime;

pub(crate) use app::APP_SECRET;
pub(crate) use keys::{Pair, pem};
pub(crate) use notices::{Kind, Notice};
pub(crate) use sealing::CERTIFICATE_SERIAL;
pub(crate) use whim::{Fate, Random, Whim};
pub(crate) use world::{API_V3_KEY, APPID, MCHID, MERCHANT_SERIAL, Money, PUBLIC_KEY_ID, Request, World};

/// 2026-11-23, 16:00 at Beijing.
pub(crate) const START_MS: u64 = 1_795_420_800_000;

/// A simulated WeChat Pay that listens.
#[derive(Debug)]
pub(crate) struct Fake {
    /// Its side's requests run here, and so may the test's.
    pub(crate) runtime: Runtime,
    /// Such as `http://127.0.0.1:40123`.
    pub(crate) address: String,
    /// Milliseconds since 1970, for it and for whoever asks it.
    pub(crate) clock: Arc<AtomicU64>,
    world: Arc<Mutex<World>>,
}

impl Fake {
    /// Listens on a free port.
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let here: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind(here)).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let clock = Arc::new(AtomicU64::new(START_MS));
        let world = Arc::new(Mutex::new(World::new(address.clone(), Arc::clone(&clock))));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&world));
        runtime.spawn(async { axum::serve(listener, router).await });
        Self {
            runtime,
            address,
            clock,
            world,
        }
    }

    /// What it knows, to look at and to change.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, ms: u64) {
        self.clock.fetch_add(ms, Ordering::Relaxed);
    }
}

async fn answer(
    State(world): State<Arc<Mutex<World>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let answer = world.lock().unwrap().answer(Request {
        method: method.to_string(),
        path: uri.to_string(),
        headers,
        body: body.to_vec(),
    });
    let body = if answer.cut {
        let broken = std::io::Error::other("the connection breaks off");
        Body::from_stream(futures_util::stream::iter([Ok(answer.body), Err(broken)]))
    } else {
        Body::from(answer.body)
    };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status.try_into().unwrap();
    response.headers_mut().extend(answer.headers);
    response
}
