//! `GET /sync/v1/fleet`: the event's gates at a glance, as JSON.

use axum::extract::{Request, State};
use axum::response::Response;

use super::super::answer::{Refused, json};
use super::super::{Site, auth, fleet as look};

pub(super) async fn fleet(State(site): State<Site>, request: Request) -> Result<Response, Refused> {
    let (parts, _) = request.into_parts();
    let caller = auth::count(&site, &parts, b"").await?;
    let now = site.now();
    let fleet = site.db.run(move |db| look::fleet(db, &caller.event, now)).await?;
    Ok(json(&fleet))
}
