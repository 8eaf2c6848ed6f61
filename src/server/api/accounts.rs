//! Accounts of guests.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::caller::session_of;
use super::problem::Problem;
use crate::domain::ids::{AccountId, IdError, hex};
use crate::server::random;
use crate::server::selling::Selling;

/// Opens an account, and gives the token that its holder shows from now on. It is told once.
pub(super) async fn open(State(selling): State<Selling>) -> Result<Response, Problem> {
    let token: [u8; 32] = random::bytes()?;
    let name: [u8; 8] = random::bytes()?;
    let account: AccountId = hex(&name)
        .parse()
        .map_err(|error: IdError| Problem::malformed(error.to_string()))?;
    let (kept, session, now) = (account.clone(), session_of(&token), selling.clock.now());
    selling
        .db
        .run(move |db| db.add_account(&kept, session, now))
        .await?;
    let body = json!({ "account": account, "token": hex(&token) });
    Ok((StatusCode::CREATED, Json(body)).into_response())
}
