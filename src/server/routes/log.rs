//! `GET /sync/v1/log?after=N&log=HEX&chain=HEX`: the page of the event's log behind a cursor; without one, from the start.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::answer::{Refused, message};
use super::super::db::LogRead;
use super::super::{Site, auth};
use super::{bytes, malformed, query};
use crate::wire::{Context, Cursor, StartOver};

pub(super) async fn log(State(site): State<Site>, request: Request) -> Result<Response, Refused> {
    let (parts, _) = request.into_parts();
    let caller = auth::count(&site, &parts, b"").await?;
    let after = cursor(parts.uri.query())?;
    let event = caller.event;
    let (asked, stands) = (event.clone(), after.clone());
    let now = site.now();
    let read = site
        .db
        .run(move |db| db.log_page(&asked, after.as_ref(), now.seconds()))
        .await?;
    Ok(match (read, stands) {
        (LogRead::Page(page), _) => {
            message(StatusCode::OK, site.sign(Context::LogPage, &page), &parts.headers)
        }
        (LogRead::DoesNotFit, Some(stands)) => {
            let word = StartOver { event, stands };
            message(
                StatusCode::CONFLICT,
                site.sign(Context::StartOver, &word),
                &parts.headers,
            )
        }
        (LogRead::DoesNotFit, None) => return Err(Refused::failed("a log has no start")),
    })
}

fn cursor(request_query: Option<&str>) -> Result<Option<Cursor>, Refused> {
    let field = |name| query(request_query, name);
    let Some(after) = field("after") else {
        return Ok(None);
    };
    let cursor = (|| {
        Some(Cursor {
            log: bytes(field("log")?)?.into(),
            sequence: after.parse().ok()?,
            chain: bytes(field("chain")?)?.into(),
        })
    })();
    cursor
        .map(Some)
        .ok_or_else(|| malformed("a cursor is after=NUMBER&log=32 hexadecimal digits&chain=64 of them"))
}
