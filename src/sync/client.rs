//! Requests to the one server that the gate trusts, signed, and what its answers mean. Nothing in them is believed here:
//! each caller checks the server's signature on what it gets.

use std::collections::HashSet;

use ed25519_dalek::SigningKey;
use minicbor::bytes::ByteArray;

use super::error::SyncError;
use super::progress::{Tell, silent};
use super::uplink::{Body, Method, Reply, Request, Uplink};
use crate::domain::ids::EventId;
use crate::ledger::Enrolment;
use crate::wire::request::{CBOR, Refusal, RequestClaims, hash};
use crate::wire::{SegmentHash, compression};

/// The status of an answer.
pub(super) const OK: u16 = 200;
/// The status of the signed word that the gate must start over.
pub(super) const CONFLICT: u16 = 409;
/// What a server, or a proxy before it, says when it is worth asking again.
const BUSY: [u16; 4] = [429, 502, 503, 504];

/// An answer of ours, not believed yet.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// What the origin signed, and the bytes in which it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word<T> {
    /// What it says.
    pub said: T,
    /// The signed bytes.
    pub bytes: Vec<u8>,
}

/// The server, as this gate asks it.
#[derive(Debug)]
pub struct Client<U> {
    uplink: U,
    pub(super) enrolment: Enrolment,
    pub(super) key: SigningKey,
    epoch: ByteArray<16>,
    counter: u64,
    pub(super) tell: Tell,
    /// Whether a relay answers in the server's place.
    pub(super) relayed: bool,
    /// Segments that the relay brought: it need not be given them.
    pub(super) brought: HashSet<SegmentHash>,
}

impl<U: Uplink> Client<U> {
    /// A device that asks over `uplink`. `epoch` is random, drawn for this client.
    #[must_use]
    pub fn new(uplink: U, enrolment: Enrolment, key: SigningKey, epoch: [u8; 16]) -> Self {
        Self {
            uplink,
            enrolment,
            key,
            epoch: epoch.into(),
            counter: 0,
            tell: silent,
            relayed: false,
            brought: HashSet::new(),
        }
    }

    /// The same, where `uplink` leads to a relay of the server's.
    #[must_use]
    pub fn by_relay(self) -> Self {
        Self {
            relayed: true,
            ..self
        }
    }

    /// Asks for something with this device's signature.
    pub(super) async fn get(&mut self, path: &str, answer_bytes_max: usize) -> Result<Answer, SyncError> {
        let authorization = self.sign(Method::Get, path, b"");
        self.exchange(Request {
            method: Method::Get,
            path: path.to_owned(),
            body: None,
            authorization: Some(authorization),
            answer_bytes_max,
        })
        .await
    }

    /// Hands a message over with this device's signature.
    pub(super) async fn post(
        &mut self,
        path: &str,
        message: &[u8],
        answer_bytes_max: usize,
    ) -> Result<Answer, SyncError> {
        let bytes = compression::pack(message).map_err(SyncError::Pack)?;
        let authorization = self.sign(Method::Post, path, &bytes);
        self.exchange(Request {
            method: Method::Post,
            path: path.to_owned(),
            body: Some(Body { bytes, packed: true }),
            authorization: Some(authorization),
            answer_bytes_max,
        })
        .await
    }

    /// Asks for what anyone may have.
    pub(super) async fn open(&mut self, path: &str, answer_bytes_max: usize) -> Result<Answer, SyncError> {
        self.exchange(Request {
            method: Method::Get,
            path: path.to_owned(),
            body: None,
            authorization: None,
            answer_bytes_max,
        })
        .await
    }

    /// What to say of an answer that the trusted server did not give.
    pub(super) fn not_believed(&self, why: impl ToString) -> SyncError {
        not_believed(self.uplink.address(), why)
    }

    /// Whether this is a relay's word with that code. The server itself has no such word.
    pub(super) fn relay_says(&self, code: &str, error: &SyncError) -> bool {
        self.relayed && matches!(error, SyncError::Refused(refusal) if refusal.code == code)
    }

    /// Which event it asks about.
    #[must_use]
    pub fn event(&self) -> &EventId {
        &self.enrolment.event
    }

    /// The key by which it signs.
    #[must_use]
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// The way that it asks, to ask without a signature.
    #[must_use]
    pub fn into_uplink(self) -> U {
        self.uplink
    }

    /// The way that it asks.
    pub(super) fn uplink(&self) -> &U {
        &self.uplink
    }

    /// As [`Self::uplink`], where it is to change.
    pub(super) fn uplink_mut(&mut self) -> &mut U {
        &mut self.uplink
    }

    async fn exchange(&mut self, request: Request) -> Result<Answer, SyncError> {
        let reply = self.uplink.ask(request).await?;
        answer(self.uplink.address(), reply)
    }

    /// The `authorization` header of the next request.
    pub(super) fn sign(&mut self, method: Method, path: &str, body: &[u8]) -> String {
        self.counter += 1;
        let claims = RequestClaims {
            event: self.enrolment.event.clone(),
            device: self.enrolment.device.clone(),
            method: method.as_str().to_owned(),
            path: path.to_owned(),
            body: hash(body),
            epoch: self.epoch,
            counter: self.counter,
        };
        claims.seal(&self.key)
    }
}

/// What a reply means. A refusal, and what is no answer of ours at all, is an error.
pub(super) fn answer(server: &str, reply: Reply) -> Result<Answer, SyncError> {
    let Reply { status, body, .. } = reply;
    // A proxy before a server that restarts says so in its own words, so the status alone counts.
    if BUSY.contains(&status) {
        return Err(SyncError::Busy {
            after_ms: reply.retry_after_ms,
        });
    }
    if reply.media_type.as_deref() != Some(CBOR) {
        return Err(not_believed(
            server,
            format!("status {status}, not a message of ours"),
        ));
    }
    // A conflict is the signed word that the gate must start over.
    if status == OK || status == CONFLICT {
        return Ok(Answer { status, body });
    }
    let refusal: Refusal = crate::wire::from_cbor(&body)
        .map_err(|_| not_believed(server, format!("status {status} without a reason")))?;
    Err(SyncError::Refused(printable(refusal)))
}

pub(super) fn not_believed(server: &str, why: impl ToString) -> SyncError {
    SyncError::NotBelieved {
        url: server.to_owned(),
        why: why.to_string(),
    }
}

/// A refusal is not signed: what it says reaches a terminal, so it may only say it in plain characters.
fn printable(refusal: Refusal) -> Refusal {
    let plain = |text: String| text.chars().filter(|c| !c.is_control()).take(400).collect();
    Refusal {
        code: plain(refusal.code),
        message: plain(refusal.message),
        order: refusal.order,
    }
}
