//! The uplink over HTTP: one server, answers within limits. Nothing is believed here.

use std::time::Duration;

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{ClientBuilder, RequestBuilder, Response, StatusCode};

use super::cause::plain;
use super::client::not_believed;
use super::error::SyncError;
use super::trust::Trust;
use super::uplink::{Method, Reply, Request, Uplink};
use crate::domain::clock::Sighting;
use crate::ledger::Cause;
use crate::tls::{KeyHash, words};
use crate::wire::compression;
use crate::wire::limits::MESSAGE_BYTES_MAX;
use crate::wire::live::{Beat, Beats, CBOR_SEQUENCE, SILENCE_MS_MAX};
use crate::wire::request::CBOR;

/// To reach the server: a lost SYN is sent again twice by then.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// For a request and its answer in all, where nobody says otherwise: as long as the server gives it.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// A server, over HTTP.
#[derive(Debug, Clone)]
pub struct Http {
    client: reqwest::Client,
    streams: reqwest::Client,
    server: String,
    trust: Trust,
    timeout: Duration,
}

/// An open stream of news.
#[derive(Debug)]
pub struct Listening {
    response: Response,
    beats: Beats,
    server: String,
}

impl Http {
    /// The way to a server, such as `https://tickets.example`, and what tells it from others there.
    ///
    /// # Errors
    /// [`SyncError::Client`] where the machine gives no HTTP client.
    pub fn new(server: &str, trust: Trust) -> Result<Self, SyncError> {
        let requests = builder(&trust)?;
        // A stream has no end, but never a long silence.
        let streams = builder(&trust)?.read_timeout(Duration::from_millis(SILENCE_MS_MAX));
        Ok(Self {
            client: requests.build().map_err(SyncError::Client)?,
            streams: streams.build().map_err(SyncError::Client)?,
            server: server.to_owned(),
            trust,
            timeout: REQUEST_TIMEOUT,
        })
    }

    /// From now on, gives up a request that has no whole answer after `timeout`.
    pub(super) fn give_up_after(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    /// Opens the stream that tells of news.
    ///
    /// # Errors
    /// As [`Uplink::ask`], and [`SyncError::Refused`] where the server will not.
    pub(super) async fn listen(&self, path: &str, authorization: String) -> Result<Listening, SyncError> {
        let asked = self
            .streams
            .get(format!("{}{path}", self.server))
            .header(ACCEPT, CBOR_SEQUENCE)
            .header(AUTHORIZATION, authorization);
        let response = asked.send().await.map_err(|source| self.unreachable(source))?;
        if response.status() == StatusCode::OK && header(&response, &CONTENT_TYPE) == Some(CBOR_SEQUENCE) {
            return Ok(Listening {
                response,
                beats: Beats::default(),
                server: self.server.clone(),
            });
        }
        let reply = self.reply(response, MESSAGE_BYTES_MAX).await?;
        match super::client::answer(&self.server, reply) {
            Ok(_) => Err(not_believed(&self.server, "it answers, but with no stream")),
            Err(error) => Err(error),
        }
    }

    fn unreachable(&self, source: reqwest::Error) -> SyncError {
        match words(&source) {
            Some(why) => not_believed(&self.server, why),
            None => SyncError::Unreachable {
                url: self.server.clone(),
                source: plain(source),
            },
        }
    }

    async fn reply(&self, response: Response, bytes_max: usize) -> Result<Reply, SyncError> {
        let packed = header(&response, &CONTENT_ENCODING) == Some("zstd");
        let mut reply = Reply {
            status: response.status().as_u16(),
            media_type: header(&response, &CONTENT_TYPE).map(str::to_owned),
            retry_after_ms: retry_after_ms(&response),
            body: Vec::new(),
        };
        let body = read(response, &self.server, bytes_max).await?;
        reply.body = if packed {
            compression::unpack(&body, bytes_max).map_err(|why| not_believed(&self.server, why))?
        } else {
            body
        };
        Ok(reply)
    }

    fn request(&self, request: &Request) -> RequestBuilder {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        self.client
            .request(method, format!("{}{}", self.server, request.path))
            .timeout(self.timeout)
            .header(ACCEPT, CBOR)
            .header(ACCEPT_ENCODING, "zstd")
    }
}

impl Uplink for Http {
    fn address(&self) -> &str {
        &self.server
    }

    async fn ask(&mut self, request: Request) -> Result<Reply, SyncError> {
        let mut asked = self.request(&request);
        if let Some(authorization) = request.authorization {
            asked = asked.header(AUTHORIZATION, authorization);
        }
        if let Some(body) = request.body {
            if body.packed {
                asked = asked.header(CONTENT_ENCODING, "zstd");
            }
            asked = asked.header(CONTENT_TYPE, CBOR).body(body.bytes);
        }
        let response = asked.send().await.map_err(|source| self.unreachable(source))?;
        self.reply(response, request.answer_bytes_max).await
    }

    fn sighted(&mut self, sighting: &Sighting) -> Result<(), SyncError> {
        if self.trust.sighted(sighting) {
            // New connections, each judged at the time that is known now.
            let anew = Self::new(&self.server, self.trust.clone())?;
            *self = Self {
                timeout: self.timeout,
                ..anew
            };
        }
        Ok(())
    }

    fn proved(&self) -> Option<KeyHash> {
        self.trust.proved()
    }
}

impl Listening {
    /// The newest word, once there is one.
    ///
    /// # Errors
    /// [`SyncError::BrokenOff`] where the stream ended, or nothing came for too long.
    pub async fn next(&mut self) -> Result<Beat, SyncError> {
        loop {
            let chunk = self.response.chunk().await;
            let chunk = chunk.map_err(|source| self.broken_off(plain(source)))?;
            let Some(chunk) = chunk else {
                return Err(self.broken_off("the server ended the stream".into()));
            };
            let beats = self
                .beats
                .take(&chunk)
                .map_err(|why| not_believed(&self.server, why))?;
            if let Some(beat) = beats.last() {
                return Ok(*beat);
            }
        }
    }

    fn broken_off(&self, source: Cause) -> SyncError {
        SyncError::BrokenOff {
            url: self.server.clone(),
            source,
        }
    }
}

fn builder(trust: &Trust) -> Result<ClientBuilder, SyncError> {
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(trust.config()?)
        .connect_timeout(CONNECT_TIMEOUT)
        // A signed answer comes from the server itself; only a captive portal sends a gate elsewhere.
        .redirect(Policy::none())
        .no_proxy();
    Ok(builder)
}

async fn read(mut response: Response, server: &str, bytes_max: usize) -> Result<Vec<u8>, SyncError> {
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await.map_err(|source| SyncError::BrokenOff {
            url: server.to_owned(),
            source: plain(source),
        })?;
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

fn header<'r>(response: &'r Response, name: &reqwest::header::HeaderName) -> Option<&'r str> {
    response.headers().get(name).and_then(|value| value.to_str().ok())
}

fn retry_after_ms(response: &Response) -> Option<u64> {
    header(response, &RETRY_AFTER)?
        .parse::<u64>()
        .ok()
        .map(|seconds| seconds.saturating_mul(1000))
}
