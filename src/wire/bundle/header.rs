//! What stands before and after a bundle's content.

use ed25519_dalek::VerifyingKey;
use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};

use crate::domain::ids::{DeviceId, EventId};
use crate::domain::time::UnixMillis;
use crate::wire::request::hash;

/// Who made a bundle, and signed it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Maker {
    /// The event's origin server.
    #[n(0)]
    Origin,
    /// A device of the event.
    #[n(1)]
    Device(#[n(0)] DeviceId),
}

/// What a bundle begins with. Anyone may read it; nothing in it is believed before the footer's signature.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Header {
    /// The event.
    #[n(0)]
    pub event: EventId,
    /// Who made it.
    #[n(1)]
    pub maker: Maker,
    /// When, by its maker's clock: for people.
    #[n(2)]
    pub made: UnixMillis,
    /// Random: tells it from every other.
    #[n(3)]
    pub id: ByteArray<16>,
    /// Whom it is sealed for.
    #[n(4)]
    pub recipients: Vec<Recipient>,
    /// The key that was encapsulated to the content's own key pair.
    #[n(5)]
    pub encapsulated: ByteArray<32>,
}

/// Somebody whom a bundle is sealed for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Recipient {
    /// The first bytes of the hash of the public key, by which the recipient finds its place.
    #[n(0)]
    pub name: ByteArray<8>,
    /// The key that was encapsulated to that public key.
    #[n(1)]
    pub encapsulated: ByteArray<32>,
    /// The seed of the content's key pair, sealed.
    #[n(2)]
    pub sealed: ByteVec,
}

/// What a bundle ends with, once its maker has signed it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Footer {
    /// SHA-256 of everything before the frames.
    #[n(0)]
    pub before: ByteArray<32>,
    /// SHA-256 of the frames, their lengths included.
    #[n(1)]
    pub frames: ByteArray<32>,
    /// What it holds.
    #[n(2)]
    pub holds: Holds,
}

/// What a bundle holds, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Encode, Decode)]
pub struct Holds {
    /// Segments of check-ins.
    #[n(0)]
    pub segments: u64,
    /// Pages of the event's list or log.
    #[n(1)]
    pub pages: u64,
    /// Receipts.
    #[n(2)]
    pub receipts: u64,
    /// Orders to devices.
    #[n(3)]
    pub orders: u64,
}

/// How a recipient is named.
pub(super) fn name(key: &VerifyingKey) -> ByteArray<8> {
    let hash = hash(key.as_bytes());
    let mut name = [0; 8];
    name.iter_mut()
        .zip(hash.iter())
        .for_each(|(byte, of)| *byte = *of);
    name.into()
}
