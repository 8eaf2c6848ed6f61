//! One signed request to WeChat Pay, and its verified answer.

use std::time::Duration;

use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method};
use reqwest::Url;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::http::{ANSWER_BYTES_MAX, ANSWER_TIMEOUT, Http, Outgoing, Reply, path_and_query};
use super::keys::Keys;
use super::refused::Refusal;
use super::settings::Settings;
use super::sign::request_message;
use super::verify::{SERIAL, VerifyError};
use crate::server::pay::error::CallError;
use crate::server::pay::givens::Givens;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// WeChat Pay, as this merchant reaches it.
#[derive(Debug)]
pub(super) struct Api {
    pub(super) settings: Settings,
    pub(super) givens: Givens,
    pub(super) keys: Keys,
    pub(super) http: Http,
}

/// What WeChat Pay said.
#[derive(Debug)]
pub(super) enum Answer {
    /// Yes: the verified bytes.
    Yes(Vec<u8>),
    /// No.
    No(Refusal),
}

impl Answer {
    /// The message in it; a refusal is an error.
    pub(super) fn message<T: DeserializeOwned>(self) -> Result<T, CallError> {
        match self {
            Self::Yes(bytes) => message(&bytes),
            Self::No(refusal) => Err(refusal.into()),
        }
    }
}

impl Api {
    /// Asks for what is at a path, with its query.
    pub(super) async fn get(&self, path: &str) -> Result<Answer, CallError> {
        self.ask(Method::GET, path, Vec::new()).await
    }

    /// Hands over a message: what is signed are the bytes that are sent.
    pub(super) async fn post<T: Serialize>(&self, path: &str, message: &T) -> Result<Answer, CallError> {
        let body =
            serde_json::to_vec(message).map_err(|error| CallError::never("unwritable", error.to_string()))?;
        self.ask(Method::POST, path, body).await
    }

    async fn ask(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Answer, CallError> {
        let reply = self
            .exchange(method, path, body, ANSWER_BYTES_MAX, ANSWER_TIMEOUT)
            .await?;
        if !reply.status.is_success() {
            return self.refusal(&reply);
        }
        match self.verify(&reply) {
            Err(VerifyError::UnknownKey(serial)) if self.settings.platform_certificates => {
                self.fetch_certificates().await?;
                self.verify(&reply)
                    .map_err(|_| forged(&VerifyError::UnknownKey(serial)))?;
            }
            judged => judged.map_err(|error| forged(&error))?,
        }
        Ok(Answer::Yes(reply.body))
    }

    /// What is no success need not be signed: it may come from before the place where WeChat Pay signs. One that is signed must
    /// be so rightly.
    fn refusal(&self, reply: &Reply) -> Result<Answer, CallError> {
        match self.verify(reply) {
            Ok(()) | Err(VerifyError::Unsigned | VerifyError::UnknownKey(_)) => {
                Ok(Answer::No(Refusal::read(reply)))
            }
            Err(error) => Err(forged(&error)),
        }
    }

    fn verify(&self, reply: &Reply) -> Result<(), VerifyError> {
        self.keys
            .held()
            .verify(&reply.headers, &reply.body, self.givens.now())
    }

    /// Sends a signed request; the reply is not judged.
    pub(super) async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Vec<u8>,
        bytes_max: usize,
        timeout: Duration,
    ) -> Result<Reply, CallError> {
        let hosts = &self.settings.pay_hosts;
        let target = target(hosts, path)?;
        let headers = self.headers(&method, &target, &body)?;
        let outgoing = Outgoing {
            method,
            target: &target,
            headers,
            body,
            bytes_max,
            timeout,
        };
        self.http.send(hosts, &outgoing).await
    }

    fn headers(&self, method: &Method, target: &Url, body: &[u8]) -> Result<HeaderMap, CallError> {
        let (at, nonce) = (self.givens.now().seconds(), self.givens.nonce()?);
        let message = request_message(method.as_str(), &path_and_query(target), at, &nonce, body);
        let authorization = self.settings.merchant.authorization(at, &nonce, &message);
        let authorization = authorization.map_err(|error| CallError::again(error.to_string()))?;
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, value(&authorization)?);
        headers.insert(ACCEPT, JSON);
        headers.insert(CONTENT_TYPE, JSON);
        if let Some(id) = &self.settings.public_key_id {
            headers.insert(SERIAL, value(id)?);
        }
        Ok(headers)
    }
}

/// A path and query as a URL writes them, so that they are signed as they will be sent.
fn target(hosts: &[Url], path: &str) -> Result<Url, CallError> {
    let host = hosts
        .first()
        .ok_or_else(|| CallError::never("no-host", "no host is named"))?;
    host.join(path)
        .map_err(|error| CallError::never("no-path", error.to_string()))
}

fn value(text: &str) -> Result<HeaderValue, CallError> {
    HeaderValue::from_str(text).map_err(|error| CallError::never("no-header", error.to_string()))
}

pub(super) fn forged(error: &VerifyError) -> CallError {
    CallError::forged(error.to_string())
}

/// A verified answer's message.
pub(super) fn message<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CallError> {
    serde_json::from_slice(bytes)
        .map_err(|error| CallError::never("not-understood", format!("WeChat Pay's answer: {error}")))
}
