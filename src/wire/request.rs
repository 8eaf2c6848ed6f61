//! How a device signs a request, so that a replay fails without anyone's clock.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::envelope::{Context, EnvelopeError, Signed};
use crate::domain::ids::{DeviceId, EventId};

/// The scheme in the `authorization` header: `Wicket <base64url of the signed claims>`.
pub const SCHEME: &str = "Wicket ";
/// The media type of every message.
pub const CBOR: &str = "application/cbor";
/// The media type of a bundle.
pub const BUNDLE: &str = "application/octet-stream";

/// What a device signs of each request.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct RequestClaims {
    /// The event.
    #[n(0)]
    pub event: EventId,
    /// Who asks.
    #[n(1)]
    pub device: DeviceId,
    /// The method, such as `GET`.
    #[n(2)]
    pub method: String,
    /// The path with its query.
    #[n(3)]
    pub path: String,
    /// SHA-256 of the body as it travels.
    #[n(4)]
    pub body: ByteArray<32>,
    /// Random, drawn at each start of the device's process.
    #[n(5)]
    pub epoch: ByteArray<16>,
    /// Rises with each request of the epoch, from 1.
    #[n(6)]
    pub counter: u64,
}

/// Why a request is refused, for programs and for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct Refusal {
    /// Stable, such as `unknown-device`.
    #[n(0)]
    pub code: String,
    /// In words that say what to do next.
    #[n(1)]
    pub message: String,
    /// The server's signed order to the device that asks, where it has one: see [`super::order`].
    #[n(2)]
    #[serde(skip)]
    pub order: Option<ByteVec>,
}

impl RequestClaims {
    /// The value of the `authorization` header.
    #[must_use]
    pub fn seal(&self, key: &SigningKey) -> String {
        let signed = Signed::seal(Context::Request, key, super::to_cbor(self)).to_bytes();
        format!("{SCHEME}{}", URL_SAFE_NO_PAD.encode(&signed))
    }

    /// Reads a header: the claims, not believed yet, and the envelope to check once the device's key is known.
    ///
    /// # Errors
    /// [`EnvelopeError::Malformed`] where it is none.
    pub fn read(header: &str) -> Result<(Self, Signed), EnvelopeError> {
        let malformed = |what: &str| EnvelopeError::Malformed(what.to_owned());
        let text = header
            .strip_prefix(SCHEME)
            .ok_or_else(|| malformed("the authorization is of another scheme"))?;
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| malformed("the authorization is not base64url"))?;
        let signed = Signed::from_bytes(&bytes)?;
        let claims = super::from_cbor(signed.unverified()).map_err(EnvelopeError::Malformed)?;
        Ok((claims, signed))
    }
}

/// SHA-256, as claims name bytes.
#[must_use]
pub fn hash(bytes: &[u8]) -> ByteArray<32> {
    <[u8; 32]>::from(Sha256::digest(bytes)).into()
}
