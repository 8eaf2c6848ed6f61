//! What a gate says of its own health, so that an operator sees it without walking there.

use ed25519_dalek::{SigningKey, VerifyingKey};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::envelope::{Context, EnvelopeError, Signed};
use crate::domain::health::Health;
use crate::domain::ids::{DeviceId, EventId};

/// A gate's health, signed by its device, so that a relay can carry it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Heartbeat {
    /// The event.
    #[n(0)]
    pub event: EventId,
    /// Whose health.
    #[n(1)]
    pub device: DeviceId,
    /// What it says.
    #[n(2)]
    pub health: Health,
}

/// Heartbeats on their way up: the caller's own, and those that it carries for others.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
pub struct Heartbeats {
    /// Each as its device signed it.
    #[n(0)]
    pub beats: Vec<ByteVec>,
}

/// The answer. Not signed: nothing hangs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Noted {
    /// How many were news; one that is older than what the server knows is not.
    #[n(0)]
    pub noted: u64,
}

impl Heartbeat {
    /// The heartbeat as the bytes that travel.
    #[must_use]
    pub fn seal(&self, key: &SigningKey) -> Vec<u8> {
        Signed::seal(Context::Heartbeat, key, super::to_cbor(self)).to_bytes()
    }

    /// Reads a heartbeat whose signature holds for `key`.
    ///
    /// # Errors
    /// [`EnvelopeError`] where it does not, or the bytes are none.
    pub fn open(bytes: &[u8], key: &VerifyingKey) -> Result<Self, EnvelopeError> {
        let signed = Signed::from_bytes(bytes)?;
        super::from_cbor(signed.open(Context::Heartbeat, key)?).map_err(EnvelopeError::Malformed)
    }

    /// Reads a heartbeat without a look at its signature: only to find out whose key to open it with.
    ///
    /// # Errors
    /// [`EnvelopeError::Malformed`] where the bytes are none.
    pub fn unverified(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        super::from_cbor(Signed::from_bytes(bytes)?.unverified()).map_err(EnvelopeError::Malformed)
    }
}
