//! A gate's facts on their way up, and the server's word on what it holds.

use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};

use crate::domain::ids::{Sequence, StreamId};

/// Segments for the server, each as its device signed it. May be empty: then it only asks what the server holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
pub struct Upload {
    /// The segments.
    #[n(0)]
    pub segments: Vec<ByteVec>,
}

/// The server's answer to an upload.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Acknowledgement {
    /// SHA-256 of the signed request that it answers: an old answer proves nothing about a restored server.
    #[n(0)]
    pub about: ByteArray<32>,
    /// An answer for each segment, in the order of the upload.
    #[n(1)]
    pub items: Vec<ItemAnswer>,
    /// How far the server holds each stream of the calling device, and each other one in the upload.
    #[n(2)]
    pub held: Vec<Held>,
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

/// How far the server holds a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Held {
    /// The stream.
    #[n(0)]
    pub stream: StreamId,
    /// It holds every fact up to and including this one; 0: not even the first.
    #[n(1)]
    pub holds: Sequence,
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
    /// It does not name the segment before it in the stream as the server holds it.
    pub const BROKEN_CHAIN: &str = "broken-chain";
}
