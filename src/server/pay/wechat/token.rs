//! The access token of the Mini Program's server side. WeChat gives every asker the same one while it lasts, so each process may
//! hold it by itself.

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, Method};
use reqwest::Url;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::api::{Api, message};
use super::http::{ANSWER_BYTES_MAX, ANSWER_TIMEOUT, Outgoing};
use crate::domain::time::UnixMillis;
use crate::server::pay::error::CallError;

/// A token is given up so long before it ends: the next one is given out from then on, and the old one holds as long.
const BEFORE_END_S: u64 = 5 * 60;
/// The server is busy.
const BUSY: i64 = -1;
/// Asked too often, by the minute and by the day.
const TOO_OFTEN: &[i64] = &[45_009, 45_011];
/// The token is none, or no more: 40014 and 42001 are what is said of one that is old or malformed.
const NO_TOKEN: &[i64] = &[40_001, 40_014, 42_001];

/// The token, while it lasts.
#[derive(Default)]
pub(super) struct TokenHolder(Mutex<Option<Held>>);

#[derive(Clone)]
struct Held {
    token: String,
    until: UnixMillis,
}

impl std::fmt::Debug for TokenHolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenHolder")
    }
}

impl TokenHolder {
    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        // Whole values are written, so one that a panic left behind is whole too.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn at(&self, now: UnixMillis) -> Option<String> {
        let held = self.held().clone()?;
        (now < held.until).then_some(held.token)
    }

    fn hold(&self, token: &str, until: UnixMillis) {
        *self.held() = Some(Held {
            token: token.to_owned(),
            until,
        });
    }

    /// Forgets a token that was refused; one that another call has fetched since stays.
    fn forget(&self, token: &str) {
        self.held().take_if(|held| held.token == token);
    }
}

#[derive(Serialize)]
struct Ask<'a> {
    grant_type: &'static str,
    appid: &'a str,
    secret: &'a str,
    force_refresh: bool,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: u64,
}

/// How each answer of this side says that it is none.
#[derive(Debug, Deserialize)]
pub(super) struct Outcome {
    #[serde(default)]
    pub(super) errcode: i64,
    #[serde(default)]
    errmsg: String,
}

impl From<Outcome> for CallError {
    fn from(outcome: Outcome) -> Self {
        let code = outcome.errcode;
        if code == BUSY || TOO_OFTEN.contains(&code) {
            Self::again(format!("{code} {}", outcome.errmsg))
        } else {
            Self::never(&code.to_string(), outcome.errmsg)
        }
    }
}

impl Api {
    /// Hands a message to the app's server side, with a token; with a new one where the first is refused, once.
    pub(super) async fn tell_app<T: Serialize>(
        &self,
        tokens: &TokenHolder,
        secret: &str,
        path: &str,
        message: &T,
    ) -> Result<Outcome, CallError> {
        let token = self.token(tokens, secret).await?;
        let outcome: Outcome = self.post_app(&with(path, &token), message).await?;
        if !NO_TOKEN.contains(&outcome.errcode) {
            return Ok(outcome);
        }
        tokens.forget(&token);
        let token = self.token(tokens, secret).await?;
        self.post_app(&with(path, &token), message).await
    }

    async fn token(&self, tokens: &TokenHolder, secret: &str) -> Result<String, CallError> {
        let now = self.givens.now();
        if let Some(token) = tokens.at(now) {
            return Ok(token);
        }
        let ask = Ask {
            grant_type: "client_credential",
            appid: &self.settings.appid,
            secret,
            force_refresh: false,
        };
        let bytes: serde_json::Value = self.post_app("/cgi-bin/stable_token", &ask).await?;
        let Ok(granted) = Granted::deserialize(&bytes) else {
            let refused = Outcome::deserialize(&bytes)
                .map_err(|error| CallError::never("not-understood", error.to_string()))?;
            return Err(refused.into());
        };
        let lasts_s = granted.expires_in.saturating_sub(BEFORE_END_S);
        tokens.hold(&granted.access_token, now.plus(lasts_s.saturating_mul(1000)));
        Ok(granted.access_token)
    }

    async fn post_app<T: Serialize, R: DeserializeOwned>(
        &self,
        path: &str,
        told: &T,
    ) -> Result<R, CallError> {
        let unwritable = |error: serde_json::Error| CallError::never("unwritable", error.to_string());
        let host = &self.settings.app_host;
        let target = host
            .join(path)
            .map_err(|error| CallError::never("no-path", error.to_string()))?;
        let json = HeaderValue::from_static("application/json");
        let outgoing = Outgoing {
            method: Method::POST,
            target: &target,
            headers: HeaderMap::from_iter([(CONTENT_TYPE, json)]),
            body: serde_json::to_vec(told).map_err(unwritable)?,
            bytes_max: ANSWER_BYTES_MAX,
            timeout: ANSWER_TIMEOUT,
        };
        let hosts: &[Url] = std::slice::from_ref(host);
        let reply = self.http.send(hosts, &outgoing).await?;
        if !reply.status.is_success() {
            return Err(CallError::again(format!(
                "the app's server side answers {}",
                reply.status
            )));
        }
        message(&reply.body)
    }
}

/// A path with the token, whose signs are all fit for a query.
fn with(path: &str, token: &str) -> String {
    format!("{path}?access_token={token}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_given_up_before_it_ends_and_only_the_one_that_was_refused_is_forgotten() {
        let tokens = TokenHolder::default();
        assert_eq!(tokens.at(UnixMillis(0)), None);
        tokens.hold("first", UnixMillis(10));
        assert_eq!(tokens.at(UnixMillis(9)), Some("first".to_owned()));
        assert_eq!(tokens.at(UnixMillis(10)), None);
        tokens.forget("older");
        assert_eq!(tokens.at(UnixMillis(9)), Some("first".to_owned()));
        tokens.forget("first");
        assert_eq!(tokens.at(UnixMillis(9)), None);
        assert_eq!(format!("{tokens:?}"), "TokenHolder");
    }
}
