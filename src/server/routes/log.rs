//! `GET /sync/v1/log?after=N&log=HEX&chain=HEX`: the page of the event's log behind a cursor. A gate without one takes a
//! snapshot first.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::super::answer::{Refused, json, message, wants_json};
use super::super::db::LogRead;
use super::super::{Site, auth};
use super::{bytes, malformed, people, query};
use crate::domain::ids::EventId;
use crate::wire::{Context, Cursor, StartOver};

pub(super) async fn log(State(site): State<Site>, request: Request) -> Result<Response, Refused> {
    let (parts, _) = request.into_parts();
    let caller = auth::count(&site, &parts, b"").await?;
    let stands = cursor(parts.uri.query(), "after")?.ok_or_else(no_cursor)?;
    let event = caller.event;
    let (asked, after) = (event.clone(), stands.clone());
    let now = site.now();
    let read = site
        .db
        .run(move |db| db.log_page(&asked, &after, now.seconds()))
        .await?;
    Ok(match read {
        LogRead::Page(page) if wants_json(&parts.headers) => json(&people::log_page(&page)),
        LogRead::Page(page) => message(StatusCode::OK, site.sign(Context::LogPage, &page), &parts.headers),
        LogRead::DoesNotFit => start_over(&site, event, stands, &parts.headers),
    })
}

/// The server's word that the gate must take the list anew.
pub(super) fn start_over(site: &Site, event: EventId, stands: Cursor, headers: &HeaderMap) -> Response {
    let word = StartOver { event, stands };
    message(
        StatusCode::CONFLICT,
        site.sign(Context::StartOver, &word),
        headers,
    )
}

/// The cursor in a query, whose change number has this name; none where it has none.
pub(in crate::server) fn cursor(request_query: Option<&str>, name: &str) -> Result<Option<Cursor>, Refused> {
    let field = |name| query(request_query, name);
    let Some(sequence) = field(name) else {
        return Ok(None);
    };
    let cursor = (|| {
        Some(Cursor {
            log: bytes(field("log")?)?.into(),
            sequence: sequence.parse().ok()?,
            chain: bytes(field("chain")?)?.into(),
        })
    })();
    let malformed = || {
        malformed(format!(
            "a cursor is {name}=NUMBER&log=32 hexadecimal digits&chain=64 of them"
        ))
    };
    cursor.map(Some).ok_or_else(malformed)
}

fn no_cursor() -> Refused {
    malformed(
        "the log begins at a cursor: take the list from /sync/v1/snapshot first, and go on from where it ends",
    )
}
