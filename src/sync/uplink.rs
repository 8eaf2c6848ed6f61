//! The seam between a sync run and what carries it: HTTP at a gate, a simulated network in the simulator.

use super::error::SyncError;
use crate::domain::clock::Sighting;
use crate::tls::KeyHash;

/// A request to whoever answers for the event: the origin, or a relay on the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What is wanted.
    pub method: Method,
    /// The path with its query.
    pub path: String,
    /// The body as it travels; none of ours is empty.
    pub body: Option<Body>,
    /// The device's signature over the rest, as the `authorization` header has it; none where anyone may ask.
    pub authorization: Option<String>,
    /// The most bytes of an answer, unpacked. A longer one is an error.
    pub answer_bytes_max: usize,
}

/// The methods that a sync uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// To be given something.
    Get,
    /// To hand something over.
    Post,
}

/// A body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The bytes as they travel.
    pub bytes: Vec<u8>,
    /// Whether they are packed with zstd.
    pub packed: bool,
}

/// An answer, not believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The media type.
    pub media_type: Option<String>,
    /// When the server wants to be asked again, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// The body, unpacked.
    pub body: Vec<u8>,
}

impl Method {
    /// The method's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// The way to whoever answers for the event.
pub trait Uplink {
    /// Where it leads, for people.
    fn address(&self) -> &str;

    /// Sends one request and reads its answer whole, whatever its status.
    ///
    /// # Errors
    /// [`SyncError::Unreachable`] and [`SyncError::BrokenOff`] where none came, [`SyncError::NotBelieved`] where it is
    /// larger than asked for or cannot be unpacked.
    fn ask(&mut self, request: Request) -> impl Future<Output = Result<Reply, SyncError>>;

    /// The gate knows the time now: what it took on trust until then is to be proved anew.
    ///
    /// # Errors
    /// [`SyncError`] where the machine gives no new connection.
    fn sighted(&mut self, _sighting: &Sighting) -> Result<(), SyncError> {
        Ok(())
    }

    /// By which key the way leads to the server, where that is worth remembering.
    fn proved(&self) -> Option<KeyHash> {
        None
    }
}
