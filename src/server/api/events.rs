//! Events, as guests see them.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::problem::Problem;
use super::views;
use crate::domain::ids::EventId;
use crate::domain::sale::sheet::EventStage;
use crate::server::selling::Selling;

/// The events that are announced or on sale.
pub(super) async fn list(State(selling): State<Selling>) -> Result<Json<Value>, Problem> {
    let sheets = selling.db.run(|db| db.sheets()).await?;
    let seen = sheets.into_iter().filter(|(_, stage)| is_seen(*stage));
    let events: Vec<_> = seen
        .map(|(event, stage)| json!({ "event": event, "stage": stage }))
        .collect();
    Ok(Json(json!({ "events": events })))
}

/// What an event sells, and how much is left.
pub(super) async fn show(
    State(selling): State<Selling>,
    Path(event): Path<String>,
) -> Result<Json<Value>, Problem> {
    let event: EventId = event.parse().map_err(|_| Problem::not_found("event"))?;
    let now = selling.clock.now();
    let found = selling.db.run(move |db| db.on_sale(&event)).await?;
    let seen = found.filter(|event| is_seen(event.stage));
    seen.map(|event| Json(views::event(&event, now)))
        .ok_or_else(|| Problem::not_found("event"))
}

fn is_seen(stage: EventStage) -> bool {
    match stage {
        EventStage::Draft | EventStage::Archived => false,
        EventStage::Published | EventStage::OnSale | EventStage::Closed => true,
    }
}
