//! Single keys as JWK (RFC 7517): Ed25519, public and private (RFC 8037).

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use serde::Deserialize;
use serde_json::{Value, json};

use super::keyring::{KID_BYTES_MAX, KeyStatus};
use super::signature::{KeyError, PublicKey};

/// Why a JWK is no key that tickets can use.
#[derive(Debug, thiserror::Error)]
pub enum JwkError {
    /// No JSON.
    #[error("it is not JSON; copy the JWK again")]
    Json(#[source] serde_json::Error),
    /// A member of the wrong type, or an unknown status.
    #[error("a member is wrong; kid, x and d are texts, and status is active, retired, list-only or revoked")]
    Member(#[source] serde_json::Error),
    /// Another kind of key.
    #[error(
        "it is not an Ed25519 key (\"kty\": \"OKP\", \"crv\": \"Ed25519\"); make one with `wicket ticket keygen`"
    )]
    OtherKind,
    /// A key of an issuer without a name.
    #[error("it has no \"kid\"; give it one of 1 to 16 bytes")]
    NoKid,
    /// A kid that no credential can carry.
    #[error("its \"kid\" must have 1 to 16 bytes of UTF-8, and has {0}")]
    Kid(usize),
    /// The public part is missing or misspelt.
    #[error("its \"x\" must be 32 bytes in base64url without padding; copy it again")]
    X,
    /// The private part is missing or misspelt.
    #[error("its \"d\" must be 32 bytes in base64url without padding; this takes the private key")]
    D,
    /// A private key where a public one belongs.
    #[error(
        "it holds the private key (\"d\"), which no gate may have; remove that member, and if others saw it, make a new key"
    )]
    Private,
    /// Private and public part of different keys.
    #[error("its \"x\" is not the public part of its \"d\"; restore the file that `keygen` wrote")]
    Mismatch,
    /// A public key that proves nothing.
    #[error(transparent)]
    Weak(#[from] KeyError),
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicJwk {
    /// Its id, where it has one.
    pub kid: Option<Box<str>>,
    /// What its signatures count for.
    pub status: KeyStatus,
    /// The key.
    pub key: PublicKey,
}

/// A private key.
#[derive(Clone)]
pub struct PrivateJwk {
    /// Its id, where it has one.
    pub kid: Option<Box<str>>,
    /// The key.
    pub key: SigningKey,
}

#[derive(Deserialize)]
struct Members {
    kid: Option<Box<str>>,
    x: Option<String>,
    d: Option<String>,
    #[serde(default)]
    status: KeyStatus,
}

impl PublicJwk {
    /// Reads a JWK that was parsed as JSON.
    ///
    /// # Errors
    /// [`JwkError`] unless it is a public Ed25519 key that proves something.
    pub fn from_value(jwk: &Value) -> Result<Self, JwkError> {
        let members = Members::read(jwk)?;
        if members.d.is_some() {
            return Err(JwkError::Private);
        }
        let key = PublicKey::from_bytes(&bytes(members.x.as_deref()).ok_or(JwkError::X)?)?;
        Ok(Self {
            kid: members.kid,
            status: members.status,
            key,
        })
    }
}

impl PrivateJwk {
    /// Reads a private JWK.
    ///
    /// # Errors
    /// [`JwkError`] unless it is an Ed25519 key with both parts, which belong together.
    pub fn from_json(json: &str) -> Result<Self, JwkError> {
        let members = Members::read(&serde_json::from_str(json).map_err(JwkError::Json)?)?;
        let key = SigningKey::from_bytes(&bytes(members.d.as_deref()).ok_or(JwkError::D)?);
        let x: [u8; 32] = bytes(members.x.as_deref()).ok_or(JwkError::X)?;
        if x != key.verifying_key().to_bytes() {
            return Err(JwkError::Mismatch);
        }
        Ok(Self {
            kid: members.kid,
            key,
        })
    }

    /// The JWK with its private part.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut jwk = self.to_public_value();
        if let Some(members) = jwk.as_object_mut() {
            let d = BASE64_URL_SAFE_NO_PAD.encode(self.key.as_bytes());
            members.insert("d".to_owned(), d.into());
        }
        jwk
    }

    /// The JWK that others may see.
    #[must_use]
    pub fn to_public_value(&self) -> Value {
        let x = BASE64_URL_SAFE_NO_PAD.encode(self.key.verifying_key().as_bytes());
        let mut jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": x });
        if let (Some(kid), Some(members)) = (&self.kid, jwk.as_object_mut()) {
            members.insert("kid".to_owned(), (**kid).into());
        }
        jwk
    }
}

impl fmt::Debug for PrivateJwk {
    // A private key never ends up in a message.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateJwk")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl Members {
    fn read(jwk: &Value) -> Result<Self, JwkError> {
        if !is_ed25519(jwk) {
            return Err(JwkError::OtherKind);
        }
        let members = Self::deserialize(jwk).map_err(JwkError::Member)?;
        match members.kid.as_deref().map(str::len) {
            Some(length) if !(1..=KID_BYTES_MAX).contains(&length) => Err(JwkError::Kid(length)),
            _ => Ok(members),
        }
    }
}

/// Whether a JWK says that it is of the kind that signs tickets.
pub(super) fn is_ed25519(jwk: &Value) -> bool {
    let says = |member: &str, value: &str| jwk.get(member).and_then(Value::as_str) == Some(value);
    says("kty", "OKP") && says("crv", "Ed25519")
}

fn bytes(base64: Option<&str>) -> Option<[u8; 32]> {
    BASE64_URL_SAFE_NO_PAD.decode(base64?).ok()?.try_into().ok()
}
