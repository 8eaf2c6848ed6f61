//! Requests to the one server that the gate trusts, signed, and answers within limits. Nothing is believed here: each
//! caller checks the server's signature on what it gets.

use std::time::Duration;

use ed25519_dalek::SigningKey;
use minicbor::bytes::ByteArray;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder, Response, StatusCode};

use super::error::SyncError;
use crate::ledger::Enrolment;
use crate::wire::compression;
use crate::wire::request::{CBOR, Refusal, RequestClaims, hash};

/// To reach the server: a lost SYN is sent again twice by then.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// For a request and its answer in all: as long as the server gives it.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// What a server, or a proxy before it, says when it is worth asking again.
const BUSY: [StatusCode; 4] = [
    StatusCode::TOO_MANY_REQUESTS,
    StatusCode::BAD_GATEWAY,
    StatusCode::SERVICE_UNAVAILABLE,
    StatusCode::GATEWAY_TIMEOUT,
];

/// An answer, not believed yet.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
}

/// The server, as this gate asks it.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    pub(super) enrolment: Enrolment,
    pub(super) key: SigningKey,
    epoch: ByteArray<16>,
    counter: u64,
}

impl Client {
    pub(super) fn new(
        enrolment: Enrolment,
        key: SigningKey,
        epoch: ByteArray<16>,
    ) -> Result<Self, SyncError> {
        let http = http(&enrolment.server)?;
        Ok(Self {
            http,
            enrolment,
            key,
            epoch,
            counter: 0,
        })
    }

    /// A request with this device's signature: the answer, and the hash by which a signed answer names the request.
    pub(super) async fn signed(
        &mut self,
        method: Method,
        path: &str,
        body: Vec<u8>,
        bytes_max: usize,
    ) -> Result<(Answer, ByteArray<32>), SyncError> {
        self.counter += 1;
        let claims = RequestClaims {
            event: self.enrolment.event.clone(),
            device: self.enrolment.device.clone(),
            method: method.as_str().to_owned(),
            path: path.to_owned(),
            body: hash(&body),
            epoch: self.epoch,
            counter: self.counter,
        };
        let (authorization, about) = claims.seal(&self.key);
        let url = format!("{}{path}", self.enrolment.server);
        let request = self
            .http
            .request(method, url)
            .header(AUTHORIZATION, authorization);
        let request = if body.is_empty() {
            request
        } else {
            request.header(CONTENT_ENCODING, "zstd").body(body)
        };
        Ok((exchange(request, &self.enrolment.server, bytes_max).await?, about))
    }

    /// A request without a signature.
    pub(super) async fn open(&self, path: &str, bytes_max: usize) -> Result<Answer, SyncError> {
        let request = self.http.get(format!("{}{path}", self.enrolment.server));
        exchange(request, &self.enrolment.server, bytes_max).await
    }

    /// What to say of an answer that the trusted server did not give.
    pub(super) fn not_believed(&self, why: impl ToString) -> SyncError {
        not_believed(&self.enrolment.server, why)
    }
}

/// The HTTP client for a server.
pub(super) fn http(server: &str) -> Result<reqwest::Client, SyncError> {
    // Whoever set one before wins; it is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(REQUEST_TIMEOUT)
        // A signed answer comes from the server itself; only a captive portal sends a gate elsewhere.
        .redirect(Policy::none())
        .no_proxy();
    // A venue's own network without TLS needs no authorities, and a small machine may have none installed.
    let builder = if server.starts_with("http://") {
        builder.tls_certs_only([])
    } else {
        builder
    };
    builder.build().map_err(SyncError::Client)
}

/// Sends a request and reads its answer, at most `bytes_max` bytes once unpacked. A refusal, and what is no answer of
/// ours at all, is an error.
pub(super) async fn exchange(
    request: RequestBuilder,
    server: &str,
    bytes_max: usize,
) -> Result<Answer, SyncError> {
    let unreachable = |source| SyncError::Unreachable {
        url: server.to_owned(),
        source,
    };
    let request = request.header(ACCEPT, CBOR).header(ACCEPT_ENCODING, "zstd");
    let response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    // A proxy before a server that restarts says so in its own words, so the status alone counts.
    if BUSY.contains(&status) {
        return Err(SyncError::Busy {
            after_ms: retry_after_ms(&response),
        });
    }
    if header(&response, &CONTENT_TYPE) != Some(CBOR) {
        return Err(not_believed(
            server,
            format!("status {}, not a message of ours", status.as_u16()),
        ));
    }
    let packed = header(&response, &CONTENT_ENCODING) == Some("zstd");
    let body = read(response, server, bytes_max).await?;
    let body = if packed {
        compression::unpack(&body, bytes_max).map_err(|why| not_believed(server, why))?
    } else {
        body
    };
    // A conflict is the signed word that the gate must start over.
    if status == StatusCode::OK || status == StatusCode::CONFLICT {
        return Ok(Answer { status, body });
    }
    let refusal: Refusal = crate::wire::from_cbor(&body)
        .map_err(|_| not_believed(server, format!("status {} without a reason", status.as_u16())))?;
    Err(SyncError::Refused(printable(refusal)))
}

pub(super) fn not_believed(server: &str, why: impl ToString) -> SyncError {
    SyncError::NotBelieved {
        url: server.to_owned(),
        why: why.to_string(),
    }
}

async fn read(mut response: Response, server: &str, bytes_max: usize) -> Result<Vec<u8>, SyncError> {
    let mut body = Vec::new();
    loop {
        let chunk = response
            .chunk()
            .await
            .map_err(|source| broken_off(server, source))?;
        let Some(chunk) = chunk else { return Ok(body) };
        body.extend_from_slice(&chunk);
        if body.len() > bytes_max {
            return Err(not_believed(
                server,
                format!("an answer of more than {bytes_max} bytes"),
            ));
        }
    }
}

fn broken_off(server: &str, source: reqwest::Error) -> SyncError {
    SyncError::BrokenOff {
        url: server.to_owned(),
        source,
    }
}

fn header<'r>(response: &'r Response, name: &reqwest::header::HeaderName) -> Option<&'r str> {
    response.headers().get(name).and_then(|value| value.to_str().ok())
}

fn retry_after_ms(response: &Response) -> Option<u64> {
    header(response, &RETRY_AFTER)?
        .parse::<u64>()
        .ok()
        .map(|seconds| seconds.saturating_mul(1000))
}

/// A refusal is not signed: what it says reaches a terminal, so it may only say it in plain characters.
fn printable(refusal: Refusal) -> Refusal {
    let plain = |text: String| text.chars().filter(|c| !c.is_control()).take(400).collect();
    Refusal {
        code: plain(refusal.code),
        message: plain(refusal.message),
    }
}
