//! Facts on their way to the origin, by whatever carrier, and its word on what it holds.
//!
//! Any two nodes exchange facts alike: each says what it has and hands over what the other lacks. A carrier's answer
//! promises nothing; only a [`Receipt`], signed by the origin and passed on unchanged, acknowledges.

use ed25519_dalek::{SigningKey, VerifyingKey};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::envelope::{Context, EnvelopeError, Signed};
use super::{LogId, SegmentHash};
use crate::domain::ids::{DeviceId, EventId, Sequence, StreamId};
use crate::domain::time::UnixMillis;

/// Segments for another node, each as its device signed it. May be empty: then it only asks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
pub struct Upload {
    /// The segments.
    #[n(0)]
    pub segments: Vec<ByteVec>,
    /// What the sender holds, where it wants to be given what it lacks; none: it wants nothing.
    #[n(1)]
    pub have: Option<Vec<Held>>,
}

/// The answer to an upload. Not signed: it steers the run, and nothing in it but the receipts is believed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
pub struct Answer {
    /// An answer for each segment, in the order of the upload.
    #[n(0)]
    pub items: Vec<ItemAnswer>,
    /// The origin's signed words: [`Receipt`]s, the newest that the answering node has.
    #[n(1)]
    pub receipts: Vec<ByteVec>,
    /// Segments that the sender lacks by its own word; the origin hands them out in its log instead.
    #[n(2)]
    pub segments: Vec<ByteVec>,
    /// Whether it lacks more than these.
    #[n(3)]
    pub more: bool,
    /// The server's signed orders to the sender, or to those behind it: see [`super::order`].
    #[n(4)]
    pub orders: Vec<ByteVec>,
}

/// The origin's word on how far it durably holds streams of facts. It needs no request to go with it: where two
/// differ, the later counts, and one of another log is about another server's data.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Receipt {
    /// The event.
    #[n(0)]
    pub event: EventId,
    /// The origin's log: drawn anew when its data was restored.
    #[n(1)]
    pub log: LogId,
    /// The origin's time when it looked.
    #[n(2)]
    pub as_of: UnixMillis,
    /// The streams.
    #[n(3)]
    pub held: Vec<Held>,
    /// The device of which every stream is named that the origin holds; none: it speaks of single streams.
    #[n(4)]
    pub whole_of: Option<DeviceId>,
}

impl Receipt {
    /// The receipt as the bytes that travel.
    #[must_use]
    pub fn seal(&self, key: &SigningKey) -> Vec<u8> {
        Signed::seal(Context::Receipt, key, super::to_cbor(self)).to_bytes()
    }

    /// Reads a receipt that the origin with this key signed.
    ///
    /// # Errors
    /// [`EnvelopeError`] where another key, or none, signed it, or it is none.
    pub fn open(bytes: &[u8], origin: &VerifyingKey) -> Result<Self, EnvelopeError> {
        let signed = Signed::from_bytes(bytes)?;
        super::from_cbor(signed.open(Context::Receipt, origin)?).map_err(EnvelopeError::Malformed)
    }
}

/// What became of one segment.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum ItemAnswer {
    /// Its facts are durable at the server.
    #[n(0)]
    Stored,
    /// They were before.
    #[n(1)]
    AlreadyHeld,
    /// The server cannot take them. It keeps the bytes aside for staff, and takes those behind them.
    #[n(2)]
    Refused {
        /// Why, for programs: see [`codes`].
        #[n(0)]
        code: String,
        /// Why, for people.
        #[n(1)]
        message: String,
    },
}

/// How far a node holds a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Held {
    /// The stream.
    #[n(0)]
    pub stream: StreamId,
    /// It holds every fact up to and including this one; 0: not even the first.
    #[n(1)]
    pub holds: Sequence,
    /// The hash of the segment that ends there: two histories of one stream differ in it. None where nothing is held.
    #[n(2)]
    pub tip: Option<SegmentHash>,
}

/// Why the server refuses a segment.
pub mod codes {
    /// The bytes are no segment.
    pub const MALFORMED: &str = "malformed";
    /// Larger than a segment may be.
    pub const TOO_LARGE: &str = "too-large";
    /// No device of the event has that name.
    pub const UNKNOWN_DEVICE: &str = "unknown-device";
    /// The device's signature does not hold.
    pub const BAD_SIGNATURE: &str = "bad-signature";
    /// The device is suspended or revoked.
    pub const DEVICE_NOT_BELIEVED: &str = "device-not-believed";
    /// The stream began with another device.
    pub const ANOTHER_DEVICES_STREAM: &str = "another-devices-stream";
    /// A fact with the same identity and other content is held: never a duplicate, always an alarm.
    pub const CONFLICTING_FACT: &str = "conflicting-fact";
    /// Its facts admit more persons a minute than a gate can: held for review.
    pub const TOO_MANY_ADMISSIONS: &str = "too-many-admissions";
    /// It does not name the segment before it in the stream as the server holds it.
    pub const BROKEN_CHAIN: &str = "broken-chain";
}
