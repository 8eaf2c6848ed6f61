//! `POST /sync/v1/check-ins`: devices' facts, and the origin's signed word on what it holds.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::answer::{Refused, json, message, read_body, unpacked, wants_json};
use super::super::{Site, auth};
use super::{malformed, people};
use crate::wire::limits::{UPLOAD_BYTES_MAX, UPLOAD_FACTS_MAX, UPLOAD_PACKED_BYTES_MAX, UPLOAD_SEGMENTS_MAX};
use crate::wire::upload::{Answer, ItemAnswer, Upload, codes};
use crate::wire::{Segment, from_cbor, to_cbor};

pub(super) async fn check_ins(State(site): State<Site>, request: Request) -> Result<Response, Refused> {
    let (parts, body) = request.into_parts();
    let body = read_body(body, UPLOAD_PACKED_BYTES_MAX).await?;
    let counted = auth::count_also_revoked(&site, &parts, &body).await?;
    let bytes = unpacked(&parts.headers, body, UPLOAD_BYTES_MAX)?;
    let upload: Upload = from_cbor(&bytes).map_err(malformed)?;
    within_limits(&upload)?;
    let now = site.now();
    let (caller, order) = (counted.caller, counted.revoked.and_then(|revoked| revoked.order));
    let intake = site
        .db
        .run(move |db| db.take_upload(&caller, &upload.segments, now))
        .await?;
    site.news.tell();
    alarm(&intake.items);
    let receipt = intake.receipt;
    let answer = Answer {
        items: intake.items,
        receipts: vec![receipt.seal(&site.key).into()],
        orders: order.into_iter().map(Into::into).collect(),
        // The origin hands facts out in its log.
        ..Answer::default()
    };
    Ok(if wants_json(&parts.headers) {
        json(&people::answer(&answer, &receipt))
    } else {
        message(StatusCode::OK, to_cbor(&answer), &parts.headers)
    })
}

pub(in crate::server) fn within_limits(upload: &Upload) -> Result<(), Refused> {
    // What is no segment counts as one fact, and is refused by itself.
    let facts = |bytes: &[u8]| Segment::unverified(bytes).map_or(1, |segment| segment.drafts.len());
    let facts: usize = upload.segments.iter().map(|bytes| facts(bytes)).sum();
    if facts <= UPLOAD_FACTS_MAX && upload.segments.len() <= UPLOAD_SEGMENTS_MAX {
        return Ok(());
    }
    let message = format!(
        "an upload holds at most {UPLOAD_FACTS_MAX} facts in {UPLOAD_SEGMENTS_MAX} segments: send fewer at a time"
    );
    Err(Refused::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-many-facts",
        message,
    ))
}

/// What staff should hear of at once; everything set aside is counted in the attendance.
pub(in crate::server) fn alarm(items: &[ItemAnswer]) {
    for item in items {
        if let ItemAnswer::Refused { code, message } = item
            && (code == codes::CONFLICTING_FACT || code == codes::BROKEN_CHAIN)
        {
            eprintln!("wicket: ALARM: {message}: the segment is set aside; a device was cloned, or lies");
        }
    }
}
