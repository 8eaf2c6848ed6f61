//! Facts travel as segments signed by the device that made them, forwarded unchanged.

use ed25519_dalek::{SigningKey, VerifyingKey};
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use super::envelope::{Context, EnvelopeError, Signed};
use crate::domain::checkin::{Draft, Fact, FactRef};
use crate::domain::ids::{DeviceId, Sequence, StreamId};

/// SHA-256 of a segment's signed bytes.
pub type SegmentHash = ByteArray<32>;

/// Facts of one stream that follow each other, and the hash of the segment before, so that no carrier can
/// forge or drop one unseen.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Segment {
    /// Who made the facts.
    #[n(0)]
    pub device: DeviceId,
    /// The stream.
    #[n(1)]
    pub stream: StreamId,
    /// The sequence of the first fact.
    #[n(2)]
    pub first: Sequence,
    /// The hash of the stream's segment before this one; none in its first.
    #[n(3)]
    pub previous: Option<SegmentHash>,
    /// The facts in order.
    #[n(4)]
    pub drafts: Vec<Draft>,
}

/// Why a segment is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SegmentError {
    /// The envelope or its signature.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// Signed, but not a segment.
    #[error("the signed bytes are not a segment of facts: {0}")]
    Malformed(String),
}

impl Segment {
    /// The segment as the bytes that travel.
    #[must_use]
    pub fn seal(&self, key: &SigningKey) -> Vec<u8> {
        Signed::seal(Context::Segment, key, super::to_cbor(self)).to_bytes()
    }

    /// Reads a segment whose signature holds for `key`.
    ///
    /// # Errors
    /// [`SegmentError`] where the signature does not hold, or the bytes are no segment.
    pub fn open(bytes: &[u8], key: &VerifyingKey) -> Result<Self, SegmentError> {
        let signed = Signed::from_bytes(bytes)?;
        Self::read(signed.open(Context::Segment, key)?)
    }

    /// Reads a segment without a look at its signature: only where the server's signature covers it, or to find
    /// out whose key to open it with.
    ///
    /// # Errors
    /// [`SegmentError`] where the bytes are no segment.
    pub fn unverified(bytes: &[u8]) -> Result<Self, SegmentError> {
        Self::read(Signed::from_bytes(bytes)?.unverified())
    }

    fn read(payload: &[u8]) -> Result<Self, SegmentError> {
        let segment: Self = super::from_cbor(payload).map_err(SegmentError::Malformed)?;
        if segment.first < Sequence::FIRST || segment.drafts.is_empty() {
            return Err(SegmentError::Malformed(
                "a segment holds at least one fact, counted from 1".to_owned(),
            ));
        }
        Ok(segment)
    }

    /// The hash that the next segment of the stream names.
    #[must_use]
    pub fn hash(bytes: &[u8]) -> SegmentHash {
        <[u8; 32]>::from(Sha256::digest(bytes)).into()
    }

    /// The sequence of the last fact.
    #[must_use]
    pub fn last(&self) -> Sequence {
        Sequence(
            self.first
                .0
                .saturating_add(self.drafts.len() as u64)
                .saturating_sub(1),
        )
    }

    /// The facts with their identities.
    pub fn facts(&self) -> impl Iterator<Item = Fact> + '_ {
        self.drafts.iter().zip(0..).map(|(draft, after_first)| Fact {
            id: FactRef {
                stream: self.stream,
                // A device may claim any place: at the end of numbers nothing must overflow.
                sequence: Sequence(self.first.0.saturating_add(after_first)),
            },
            draft: draft.clone(),
        })
    }
}
