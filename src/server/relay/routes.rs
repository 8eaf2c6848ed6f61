//! What a relay answers: the origin's routes, with the origin's words.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::super::answer::{Refused, message, read_body, unpacked};
use super::super::auth;
use super::super::db::{Caller, Passed, Request as Counted};
use super::super::routes::{check_ins, cursor, live, malformed, query, with_limits};
use super::{Relay, Way};
use crate::sync::{Body, Method, Reply, Request as Asked, Uplink};
use crate::wire::heartbeat::{Heartbeat, Heartbeats, Noted};
use crate::wire::limits::{HEARTBEATS_MAX, MESSAGE_BYTES_MAX, UPLOAD_BYTES_MAX, UPLOAD_PACKED_BYTES_MAX};
use crate::wire::relay::codes;
use crate::wire::request::CBOR;
use crate::wire::upload::Upload;
use crate::wire::{from_cbor, to_cbor};

/// For the origin's answer to what is passed on: a gate waits for it, and can do without.
const PASS_TIMEOUT: Duration = Duration::from_secs(3);
/// For the origin's news of a device that enrolled through the relay, so that its first sync finds it known.
const NEWS_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) fn router(relay: Relay) -> Router {
    let routes = Router::new()
        .route("/sync/v1/enrol", post(enrol))
        .route("/sync/v1/time", get(time))
        .route("/sync/v1/log", get(log))
        .route("/sync/v1/snapshot", get(snapshot))
        .route("/sync/v1/live", get(live))
        .route("/sync/v1/check-ins", post(take))
        .route("/sync/v1/heartbeat", post(heartbeat));
    with_limits(routes, &relay.site).with_state(relay)
}

async fn time(State(relay): State<Relay>, request: Request) -> Result<Response, Refused> {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    pass(&relay, Method::Get, path, None).await
}

async fn enrol(State(relay): State<Relay>, request: Request) -> Result<Response, Refused> {
    let bytes = read_body(request.into_body(), MESSAGE_BYTES_MAX).await?;
    let body = Body {
        bytes: bytes.into(),
        packed: false,
    };
    let mut heads = relay.site.news.heads();
    heads.mark_unchanged();
    let answer = pass(&relay, Method::Post, "/sync/v1/enrol", Some(body)).await?;
    // Late news cost the device one more try, so how this ends is all the same.
    let _ = tokio::time::timeout(NEWS_TIMEOUT, heads.changed()).await;
    Ok(answer)
}

/// Passes on what anyone may ask of the origin, and its answer as it came.
async fn pass(relay: &Relay, method: Method, path: &str, body: Option<Body>) -> Result<Response, Refused> {
    if !relay.shared.contact.has_server() {
        return Err(no_origin());
    }
    let asked = Asked {
        method,
        path: path.to_owned(),
        body,
        authorization: None,
        answer_bytes_max: MESSAGE_BYTES_MAX,
    };
    let mut way = match &relay.way {
        Way::Http(way) => way.clone(),
        #[cfg(feature = "sim")]
        Way::Carried => return Err(no_origin()),
    };
    let reply = tokio::time::timeout(PASS_TIMEOUT, way.ask(asked)).await;
    match reply {
        Ok(Ok(Reply {
            status,
            body,
            media_type,
            ..
        })) if media_type.as_deref() == Some(CBOR) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            Ok((status, [(CONTENT_TYPE, CBOR)], body).into_response())
        }
        _ => Err(no_origin()),
    }
}

async fn log(State(relay): State<Relay>, request: Request) -> Result<Response, Refused> {
    let (parts, _) = request.into_parts();
    let event = caller(&relay, &parts, b"").await?.event;
    let after = cursor(parts.uri.query(), "after")?;
    let after = after.ok_or_else(|| malformed("the log begins at a cursor: take /sync/v1/snapshot first"))?;
    let passed = relay
        .site
        .db
        .run(move |db| db.relayed_page(&event, &after))
        .await?;
    hand_out(passed, &parts.headers)
}

async fn snapshot(State(relay): State<Relay>, request: Request) -> Result<Response, Refused> {
    let (parts, _) = request.into_parts();
    let event = caller(&relay, &parts, b"").await?.event;
    let at = cursor(parts.uri.query(), "at")?;
    let number = query(parts.uri.query(), "page").and_then(|number| number.parse().ok());
    let at = match (at, number) {
        (None, None) => None,
        (Some(at), Some(number)) => Some((at, number)),
        _ => return Err(malformed("a page is at=NUMBER&log=HEX&chain=HEX&page=NUMBER")),
    };
    let passed = relay
        .site
        .db
        .run(move |db| db.relayed_snapshot(&event, at.as_ref()))
        .await?;
    hand_out(passed, &parts.headers)
}

fn hand_out(passed: Passed, headers: &axum::http::HeaderMap) -> Result<Response, Refused> {
    match passed {
        Passed::Page(bytes) => Ok(message(StatusCode::OK, bytes, headers)),
        Passed::NothingNewer => Err(Refused::new(
            StatusCode::NOT_FOUND,
            codes::NOTHING_NEWER,
            "this relay holds nothing newer",
        )),
        Passed::TakeSnapshot => Err(Refused::new(
            StatusCode::GONE,
            codes::TAKE_SNAPSHOT,
            "this relay's pages do not lead on from there: take its snapshot",
        )),
        Passed::NoList => Err(no_list()),
    }
}

async fn take(State(relay): State<Relay>, request: Request) -> Result<Response, Refused> {
    let (parts, body) = request.into_parts();
    let body = read_body(body, UPLOAD_PACKED_BYTES_MAX).await?;
    listed(&relay).await?;
    // A revoked device may hand its facts over still: they are set aside, and the origin keeps them for rescue.
    let Counted { caller, revoked } = auth::count_also_revoked(&relay.site, &parts, &body).await?;
    let bytes = unpacked(&parts.headers, body, UPLOAD_BYTES_MAX)?;
    let upload: Upload = from_cbor(&bytes).map_err(malformed)?;
    check_ins::within_limits(&upload)?;
    let first = relay.shared.came(&caller.device);
    let now = relay.site.now();
    let mut taken = relay
        .site
        .db
        .run(move |db| db.take_brought(&caller, &upload, now))
        .await?;
    let order = revoked.and_then(|revoked| revoked.order);
    taken.answer.orders.extend(order.map(Into::into));
    if taken.news {
        relay.site.news.tell();
    }
    if taken.news || first {
        relay.shared.brought.notify_one();
    }
    check_ins::alarm(&taken.answer.items);
    Ok(message(StatusCode::OK, to_cbor(&taken.answer), &parts.headers))
}

/// A gate's own heartbeat, passed up as it is; nothing here hangs on it.
async fn heartbeat(State(relay): State<Relay>, request: Request) -> Result<Response, Refused> {
    let (parts, body) = request.into_parts();
    let body = read_body(body, MESSAGE_BYTES_MAX).await?;
    let caller = caller(&relay, &parts, &body).await?;
    let bytes = unpacked(&parts.headers, body, MESSAGE_BYTES_MAX)?;
    let carried: Heartbeats = from_cbor(&bytes).map_err(malformed)?;
    let mut noted = 0;
    for beat in carried.beats.into_iter().take(HEARTBEATS_MAX) {
        if Heartbeat::unverified(&beat).is_ok_and(|beat| beat.device == caller.device) {
            relay.shared.keep_beat(caller.device.clone(), beat);
            noted += 1;
        }
    }
    Ok(message(StatusCode::OK, to_cbor(&Noted { noted }), &parts.headers))
}

/// Who asks, by the keys in the origin's pages. Before the first of them nobody is known.
async fn caller(relay: &Relay, parts: &axum::http::request::Parts, body: &[u8]) -> Result<Caller, Refused> {
    listed(relay).await?;
    auth::count(&relay.site, parts, body).await
}

async fn listed(relay: &Relay) -> Result<(), Refused> {
    let event = relay.event.clone();
    let stands = relay.site.db.run(move |db| db.relayed_to(&event)).await?;
    stands.map(|_| ()).ok_or_else(no_list)
}

fn no_origin() -> Refused {
    Refused::new(
        StatusCode::FAILED_DEPENDENCY,
        codes::NO_ORIGIN,
        "this relay cannot reach the server now, and only the server can answer that: try again later",
    )
}

fn no_list() -> Refused {
    Refused::new(
        StatusCode::FAILED_DEPENDENCY,
        codes::NO_ORIGIN,
        "this relay has not reached the server yet, so it has no list: connect it first",
    )
}
