//! `GET /sync/v1/attendance`: the event's counts, as JSON.

use axum::extract::{Request, State};
use axum::response::Response;

use super::super::answer::{Refused, json};
use super::super::{Site, attendance as count, auth};

pub(super) async fn attendance(State(site): State<Site>, request: Request) -> Result<Response, Refused> {
    let (parts, _) = request.into_parts();
    let caller = auth::count(&site, &parts, b"").await?;
    let now = site.now();
    let counts = site
        .db
        .run(move |db| count::attendance(db, &caller.event, now))
        .await?;
    Ok(json(&counts))
}
