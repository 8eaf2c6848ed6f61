//! Answers: CBOR by default, JSON where a person or another client asks for it, refusals with a stable code.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::db::DbError;
use crate::wire::compression;
use crate::wire::request::{CBOR, Refusal};

const JSON: &str = "application/json";
/// Seconds after which a client may come back to a busy server: its queue is under a second of work.
const RETRY_AFTER_S: &str = "1";

/// A request that is refused.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    status: StatusCode,
    refusal: Refusal,
}

impl Refused {
    pub(super) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let (code, message) = (code.to_owned(), message.into());
        Self {
            status,
            refusal: Refusal {
                code,
                message,
                order: None,
            },
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) fn message(&self) -> &str {
        &self.refusal.message
    }

    /// With the server's signed order to the device that asks.
    pub(super) fn ordering(mut self, order: Option<Vec<u8>>) -> Self {
        self.refusal.order = order.map(Into::into);
        self
    }

    pub(super) fn busy() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "the server has too much to do: try again in a moment",
        )
    }

    pub(super) fn failed(what: &str) -> Self {
        eprintln!("wicket: {what}");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "failed",
            "the server failed: nothing of this request counts; its operator's log says why",
        )
    }

    pub(super) fn database(error: &DbError) -> Self {
        match error {
            DbError::NoEvent(_) => Self::new(StatusCode::NOT_FOUND, "no-such-event", error.to_string()),
            // Nothing was changed, and the next attempt may do better.
            DbError::Busy(_) | DbError::Contended(_) | DbError::Lost(_) | DbError::Unreachable(_) => {
                eprintln!("wicket: {}", with_causes(error));
                Self::busy()
            }
            _ => Self::failed(&with_causes(error)),
        }
    }
}

fn with_causes(error: &DbError) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |&cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = (
            self.status,
            [(CONTENT_TYPE, CBOR)],
            crate::wire::to_cbor(&self.refusal),
        )
            .into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
        }
        response.extensions_mut().insert(self.refusal);
        response
    }
}

/// Gives refusals as JSON to those who ask for it, and lets no one on the way keep an answer.
pub(super) async fn finish(request: Request, next: Next) -> Response {
    let wants_json = wants_json(request.headers());
    let mut response = next.run(request).await;
    if let Some(refusal) = response.extensions().get::<Refusal>().filter(|_| wants_json) {
        let text = serde_json::to_vec(refusal).unwrap_or_default();
        *response.body_mut() = Body::from(text);
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    }
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Whether a person, or a client that is not ours, asks.
pub(super) fn wants_json(headers: &HeaderMap) -> bool {
    accepts(headers, &ACCEPT, JSON)
}

/// A message, packed where the client takes zstd.
pub(super) fn message(status: StatusCode, bytes: Vec<u8>, headers: &HeaderMap) -> Response {
    if accepts(headers, &ACCEPT_ENCODING, "zstd")
        && let Ok(packed) = compression::pack(&bytes)
    {
        return (status, [(CONTENT_TYPE, CBOR), (CONTENT_ENCODING, "zstd")], packed).into_response();
    }
    (status, [(CONTENT_TYPE, CBOR)], bytes).into_response()
}

/// A value for people and other clients.
pub(super) fn json<T: serde::Serialize>(value: &T) -> Response {
    match serde_json::to_vec(value) {
        Ok(text) => ([(CONTENT_TYPE, JSON)], text).into_response(),
        Err(error) => {
            Refused::failed(&format!("an answer could not be written as JSON: {error}")).into_response()
        }
    }
}

/// A request's body, unpacked, within its limits.
pub(super) async fn read_body(body: Body, bytes_max: usize) -> Result<Bytes, Refused> {
    to_bytes(body, bytes_max).await.map_err(|_| {
        let message = format!("the body is broken off or larger than {bytes_max} bytes");
        Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", message)
    })
}

/// The body as it was before it was packed.
pub(super) fn unpacked(headers: &HeaderMap, body: Bytes, bytes_max: usize) -> Result<Vec<u8>, Refused> {
    let refused = |message| Refused::new(StatusCode::BAD_REQUEST, "malformed", message);
    match headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None => Ok(body.into()),
        Some(b"zstd") => compression::unpack(&body, bytes_max).map_err(refused),
        Some(_) => Err(refused("the body is packed by other means than zstd".to_owned())),
    }
}

fn accepts(headers: &HeaderMap, name: &axum::http::HeaderName, what: &str) -> bool {
    let values = headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .any(|item| item.split(';').next().unwrap_or_default().trim() == what)
}
