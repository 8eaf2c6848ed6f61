//! What the server answers: a file a resource.

mod attendance;
mod bundles;
pub(super) mod check_ins;
mod conflicts;
mod enrol;
mod fleet;
mod heartbeat;
mod live;
mod log;
mod orders;
mod people;
mod snapshot;
mod time;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::answer::{Refused, finish};
use super::api::BODY_BYTES_MAX;
use super::{Site, metrics};
#[cfg(feature = "gate")]
pub(super) use live::live;
#[cfg(feature = "gate")]
pub(super) use log::cursor;

/// For a request from its head to its answer: the largest upload over a poor mobile link takes half of it.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// The routes.
pub(super) fn router(site: Site) -> Router {
    let routes = Router::new()
        .route("/sync/v1/enrol", post(enrol::enrol))
        .route("/sync/v1/log", get(log::log))
        .route("/sync/v1/live", get(live::live))
        .route("/sync/v1/snapshot", get(snapshot::snapshot))
        .route("/sync/v1/check-ins", post(check_ins::check_ins))
        .route("/sync/v1/bundles", get(bundles::give).post(bundles::take))
        .route("/sync/v1/time", get(time::time))
        .route("/sync/v1/attendance", get(attendance::attendance))
        .route("/sync/v1/heartbeat", post(heartbeat::heartbeat))
        .route("/sync/v1/fleet", get(fleet::fleet))
        .route("/sync/v1/conflicts", get(conflicts::list))
        .route("/sync/v1/conflicts/resolve", post(conflicts::resolve))
        .route("/sync/v1/orders", get(orders::orders));
    with_limits(routes, &site).with_state(site)
}

/// The API for those who buy, each route in its time and counted.
pub(super) fn shop(api: Router, site: &Site) -> Router {
    api.layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn(in_time))
        .layer(from_fn_with_state(Arc::clone(&site.metrics), metrics::measure))
}

/// The routes, each in its time and counted, and an answer to every other.
pub(super) fn with_limits<S: Clone + Send + Sync + 'static>(routes: Router<S>, site: &Site) -> Router<S> {
    routes
        .fallback(nothing_here)
        .method_not_allowed_fallback(other_method)
        .layer(from_fn(in_time))
        .layer(from_fn(finish))
        .layer(from_fn_with_state(Arc::clone(&site.metrics), metrics::measure))
}

/// What a client hears that speaks plain HTTP where TLS is spoken: nothing else is told, or taken, in the clear.
pub(super) fn tls_alone() -> Router {
    Router::new().fallback(in_the_clear).layer(from_fn(finish))
}

async fn in_the_clear() -> Refused {
    Refused::new(
        StatusCode::BAD_REQUEST,
        "tls-only",
        "this server speaks TLS: its address begins with https://",
    )
}

async fn nothing_here() -> Refused {
    Refused::new(
        StatusCode::NOT_FOUND,
        "no-such-route",
        "nothing is here: gates speak to /sync/v1/",
    )
}

async fn other_method() -> Refused {
    Refused::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "other-method",
        "this route takes another method",
    )
}

async fn in_time(request: Request, next: Next) -> Response {
    let late = || {
        Refused::new(
            StatusCode::REQUEST_TIMEOUT,
            "too-slow",
            "the request took too long: try again",
        )
        .into_response()
    };
    tokio::time::timeout(REQUEST_TIMEOUT, next.run(request))
        .await
        .unwrap_or_else(|_| late())
}

/// The value of a query's field; the values here need no escapes.
pub(super) fn query<'q>(request_query: Option<&'q str>, name: &str) -> Option<&'q str> {
    request_query?
        .split('&')
        .find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
}

/// Fixed-size bytes in hexadecimal.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    crate::domain::ids::unhex(text)?.try_into().ok()
}

pub(super) fn malformed(message: impl Into<String>) -> Refused {
    Refused::new(StatusCode::BAD_REQUEST, "malformed", message)
}
