//! Bytes with a signature that says what they are for: a signature given for one purpose holds for no other.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// What a signature is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// A device's facts.
    Segment,
    /// A bundle, by whoever made it.
    Bundle,
    /// A page of an event's log.
    LogPage,
    /// The origin's word on what it holds.
    Receipt,
    /// The server's time over a nonce.
    Time,
    /// A device's request.
    Request,
    /// The server's answer to an enrolment.
    Enrolment,
    /// A device's wish to be enrolled.
    EnrolmentRequest,
    /// The server's word that a gate's cursor does not fit its log.
    StartOver,
    /// What a gate says of its own health.
    Heartbeat,
    /// The server's order to a device.
    Order,
    /// A page of a snapshot of an event's list.
    SnapshotPage,
}

impl Context {
    /// What stands before the signed bytes. Every label ends in NUL and none is a prefix of another.
    fn label(self) -> &'static [u8] {
        match self {
            Self::Segment => b"wicket segment 1\0",
            Self::Bundle => b"wicket bundle 1\0",
            Self::LogPage => b"wicket log page 1\0",
            Self::Receipt => b"wicket receipt 1\0",
            Self::Time => b"wicket time 1\0",
            Self::Request => b"wicket request 1\0",
            Self::Enrolment => b"wicket enrolment 1\0",
            Self::EnrolmentRequest => b"wicket enrolment request 1\0",
            Self::StartOver => b"wicket start over 1\0",
            Self::Heartbeat => b"wicket heartbeat 1\0",
            Self::Order => b"wicket order 1\0",
            Self::SnapshotPage => b"wicket snapshot page 1\0",
        }
    }

    fn message(self, payload: &[u8]) -> Vec<u8> {
        [self.label(), payload].concat()
    }
}

/// A payload and the Ed25519 signature over `label || payload`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Signed {
    #[n(0)]
    payload: ByteVec,
    #[n(1)]
    signature: ByteVec,
}

/// Why an envelope is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Not the CBOR of an envelope.
    #[error("the message is not a signed envelope: {0}")]
    Malformed(String),
    /// The signature does not hold for this key and purpose.
    #[error("the message's signature does not hold for the expected key")]
    BadSignature,
}

impl Signed {
    /// Signs `payload` for one purpose.
    #[must_use]
    pub fn seal(context: Context, key: &SigningKey, payload: Vec<u8>) -> Self {
        let signature = key.sign(&context.message(&payload)).to_vec();
        Self {
            payload: payload.into(),
            signature: signature.into(),
        }
    }

    /// The payload, once its signature holds.
    ///
    /// # Errors
    /// [`EnvelopeError::BadSignature`] where it does not.
    pub fn open(&self, context: Context, key: &VerifyingKey) -> Result<&[u8], EnvelopeError> {
        let signature = Signature::from_slice(&self.signature).map_err(|_| EnvelopeError::BadSignature)?;
        key.verify_strict(&context.message(&self.payload), &signature)
            .map_err(|_| EnvelopeError::BadSignature)?;
        Ok(&self.payload)
    }

    /// The payload without a look at the signature: only to find out whose key to ask for.
    #[must_use]
    pub fn unverified(&self) -> &[u8] {
        &self.payload
    }

    /// The envelope as CBOR.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        super::to_cbor(self)
    }

    /// Reads an envelope.
    ///
    /// # Errors
    /// [`EnvelopeError::Malformed`] where the bytes are none, or more than one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        super::from_cbor(bytes).map_err(EnvelopeError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    #[test]
    fn a_signature_holds_for_its_key_and_purpose_alone() {
        let sealed = Signed::seal(Context::Segment, &key(1), b"facts".to_vec());
        let sealed = Signed::from_bytes(&sealed.to_bytes()).unwrap();
        assert_eq!(
            sealed.open(Context::Segment, &key(1).verifying_key()),
            Ok(&b"facts"[..])
        );
        for (context, seed) in [(Context::LogPage, 1), (Context::Segment, 2)] {
            let opened = sealed.open(context, &key(seed).verifying_key());
            assert_eq!(opened, Err(EnvelopeError::BadSignature));
        }
    }

    #[test]
    fn bytes_after_an_envelope_are_refused() {
        let mut bytes = Signed::seal(Context::Segment, &key(1), Vec::new()).to_bytes();
        bytes.push(0);
        assert!(matches!(
            Signed::from_bytes(&bytes),
            Err(EnvelopeError::Malformed(_))
        ));
    }
}
