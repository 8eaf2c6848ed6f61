//! `POST /sync/v1/heartbeat`: what gates say of their own health, from themselves or carried by another device.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::answer::{Refused, message, read_body, unpacked};
use super::super::{Site, auth};
use super::malformed;
use crate::wire::heartbeat::{Heartbeats, Noted};
use crate::wire::limits::{HEARTBEATS_MAX, MESSAGE_BYTES_MAX};
use crate::wire::{from_cbor, to_cbor};

pub(super) async fn heartbeat(State(site): State<Site>, request: Request) -> Result<Response, Refused> {
    let (parts, body) = request.into_parts();
    let body = read_body(body, MESSAGE_BYTES_MAX).await?;
    let caller = auth::count(&site, &parts, &body).await?;
    let bytes = unpacked(&parts.headers, body, MESSAGE_BYTES_MAX)?;
    let carried: Heartbeats = from_cbor(&bytes).map_err(malformed)?;
    if carried.beats.len() > HEARTBEATS_MAX {
        return Err(malformed(format!(
            "a request holds at most {HEARTBEATS_MAX} heartbeats"
        )));
    }
    let now = site.now();
    let noted = site
        .db
        .run(move |db| db.note_heartbeats(&caller, &carried.beats, now))
        .await?;
    Ok(message(StatusCode::OK, to_cbor(&Noted { noted }), &parts.headers))
}
