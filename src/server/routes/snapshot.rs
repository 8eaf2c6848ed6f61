//! `GET /sync/v1/snapshot`: the first page of the event's list whole, with `?least=N` as of that change number or a later
//! one; with `?at=N&log=HEX&chain=HEX&page=I`, another page of the snapshot that the gate began with.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::answer::{Refused, json, message, wants_json};
use super::super::{Site, auth};
use super::log::{cursor, start_over};
use super::{malformed, people, query};
use crate::wire::Context;

pub(super) async fn snapshot(State(site): State<Site>, request: Request) -> Result<Response, Refused> {
    let (parts, _) = request.into_parts();
    let event = auth::count(&site, &parts, b"").await?.event;
    let at = cursor(parts.uri.query(), "at")?;
    let number = match (&at, query(parts.uri.query(), "page")) {
        (None, None) => 0,
        (Some(_), Some(number)) => number.parse().map_err(|_| no_page())?,
        _ => return Err(no_page()),
    };
    let snapshot = match at {
        None => {
            let least = least(parts.uri.query())?;
            site.snapshots
                .current(&event, least, site.now().seconds())
                .await?
        }
        Some(at) => match site.snapshots.held(&event, &at).await? {
            Some(snapshot) => snapshot,
            None => return Ok(start_over(&site, event, at, &parts.headers)),
        },
    };
    let page = site.snapshots.page(snapshot, number).await?.ok_or_else(no_page)?;
    Ok(if wants_json(&parts.headers) {
        json(&people::snapshot_page(&page).map_err(|error| Refused::failed(&error.to_string()))?)
    } else {
        message(
            StatusCode::OK,
            site.sign(Context::SnapshotPage, &page),
            &parts.headers,
        )
    })
}

fn least(request_query: Option<&str>) -> Result<u64, Refused> {
    let least = query(request_query, "least").map(str::parse);
    least
        .unwrap_or(Ok(0))
        .map_err(|_| malformed("the least change number is least=NUMBER"))
}

fn no_page() -> Refused {
    malformed(
        "a page is at=NUMBER&log=HEX&chain=HEX&page=NUMBER, as the first page says; without all four, it is the first",
    )
}
