//! Who asks, and whether it is the same question as before.

use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::problem::Problem;
use crate::domain::ids::{AccountId, unhex};
use crate::server::db::{Seed, Session, Wish};
use crate::server::random;
use crate::server::selling::Selling;

/// A question's key at the most: a UUID is 36 signs.
const KEY_SIGNS_MAX: usize = 64;
/// A body at the most: an order of a hundred tickets and all answers.
pub(in crate::server) const BODY_BYTES_MAX: usize = 64 << 10;
/// Bytes of a token.
const TOKEN_BYTES: usize = 32;

/// The session of a token, `Authorization: Bearer HEX`.
pub(super) fn session(headers: &HeaderMap) -> Result<Session, Problem> {
    let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer "));
    let token = token.and_then(|hex| <[u8; TOKEN_BYTES]>::try_from(unhex(hex)?).ok());
    token.map(|token| session_of(&token)).ok_or_else(no_account)
}

/// The session of a token's bytes.
pub(super) fn session_of(token: &[u8; TOKEN_BYTES]) -> Session {
    Session(Sha256::digest(token).into())
}

/// The account that asks.
pub(super) async fn account(selling: &Selling, headers: &HeaderMap) -> Result<AccountId, Problem> {
    let (session, now) = (session(headers)?, selling.clock.now());
    let account = selling.db.run(move |db| db.account(session, now)).await?;
    account.ok_or_else(no_account)
}

/// A write: by whom, with which key, and of what. `path` and the body together are the question.
pub(super) fn wish(selling: &Selling, headers: &HeaderMap, path: &str, body: &[u8]) -> Result<Wish, Problem> {
    let key = headers
        .get("idempotency-key")
        .and_then(|value| value.to_str().ok());
    let key = key
        .filter(|key| (1..=KEY_SIGNS_MAX).contains(&key.len()))
        .ok_or_else(|| {
            Problem::malformed(
                "send Idempotency-Key, 1 to 64 signs of your choice, and the same one when you try again",
            )
        })?;
    let mut asked = Sha256::new();
    asked.update(path);
    asked.update([0]);
    asked.update(body);
    Ok(Wish {
        session: session(headers)?,
        key: key.to_owned(),
        asked: asked.finalize().into(),
        seed: Seed(random::bytes()?),
        now: selling.clock.now(),
    })
}

/// A body's JSON.
pub(super) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body)
        .map_err(|error| Problem::malformed(format!("the body is not as it should be: {error}")))
}

pub(super) fn no_account() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "NO_ACCOUNT",
        "the token is missing, nobody's, or too old: POST /api/v1/accounts gives one",
    )
}
