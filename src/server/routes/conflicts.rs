//! `GET /sync/v1/conflicts?state=S&gate=G&after=HEX&limit=N` and `POST /sync/v1/conflicts/resolve`: an event's
//! conflict cases, as JSON.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::super::answer::{Refused, json, read_body};
use super::super::db::{Case, CaseFilter, DbError};
use super::super::{Site, auth};
use super::{malformed, query};
use crate::domain::conflict::CaseState;
use crate::domain::ids::TicketId;
use crate::wire::limits::MESSAGE_BYTES_MAX;

/// Cases in an answer, unless the request asks for fewer: a screenful, and well under a megabyte.
const CASES_MAX: usize = 100;

/// Cases in the order of their tickets.
#[derive(Debug, Serialize)]
struct Cases {
    conflicts: Vec<Case>,
    /// What `after` is for those that follow; null where none do.
    next: Option<TicketId>,
}

/// That a person has looked at a case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Resolution {
    case: TicketId,
    note: String,
}

pub(super) async fn list(State(site): State<Site>, request: Request) -> Result<Response, Refused> {
    let (parts, _) = request.into_parts();
    let caller = auth::count(&site, &parts, b"").await?;
    let mut filter = filter(parts.uri.query())?;
    let most = filter.limit;
    // One more tells whether others follow.
    filter.limit = most.saturating_add(1);
    let mut conflicts = site.db.run(move |db| db.cases(&caller.event, &filter)).await?;
    let more = conflicts.len() > most;
    conflicts.truncate(most);
    let next = conflicts.last().filter(|_| more).map(|case| case.case);
    Ok(json(&Cases { conflicts, next }))
}

pub(super) async fn resolve(State(site): State<Site>, request: Request) -> Result<Response, Refused> {
    let (parts, body) = request.into_parts();
    let body = read_body(body, MESSAGE_BYTES_MAX).await?;
    let caller = auth::count(&site, &parts, &body).await?;
    let Resolution { case, note } =
        serde_json::from_slice(&body).map_err(|error| malformed(error.to_string()))?;
    let (by, now) = (format!("device {}", caller.device), site.now());
    let resolved = site
        .db
        .run(
            move |db| match db.resolve_case(&caller.event, &case, &note, &by, now) {
                Ok(()) => Ok(Ok(db.case(&caller.event, &case)?)),
                Err(DbError::Refused(words)) => Ok(Err(words)),
                Err(error) => Err(error),
            },
        )
        .await?;
    match resolved {
        Ok(case) => Ok(json(&case)),
        Err(words) => Err(Refused::new(StatusCode::CONFLICT, "not-resolved", words)),
    }
}

fn filter(request_query: Option<&str>) -> Result<CaseFilter, Refused> {
    let field = |name| query(request_query, name);
    let state = match field("state") {
        None | Some("open") => Some(CaseState::Open),
        Some("resolved") => Some(CaseState::Resolved),
        Some("withdrawn") => Some(CaseState::Withdrawn),
        Some("all") => None,
        Some(_) => return Err(malformed("state is open, resolved, withdrawn or all")),
    };
    let limit = match field("limit").map(str::parse::<usize>) {
        None => CASES_MAX,
        Some(Ok(limit)) if (1..=CASES_MAX).contains(&limit) => limit,
        Some(_) => return Err(malformed(format!("limit is 1 to {CASES_MAX}"))),
    };
    let wrong = |error: crate::domain::ids::IdError| malformed(error.to_string());
    Ok(CaseFilter {
        state,
        gate: field("gate").map(str::parse).transpose().map_err(wrong)?,
        after: field("after").map(str::parse).transpose().map_err(wrong)?,
        limit,
    })
}
