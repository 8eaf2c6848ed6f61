//! The public keys of an event's issuers, as a JWK Set (RFC 7517, RFC 8037) with a status for each key.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use super::jwk::{self, JwkError, PublicJwk};
use super::signature::PublicKey;
use crate::domain::ids::EventId;

/// The longest key id, in bytes of its UTF-8: it is part of every code.
pub const KID_BYTES_MAX: usize = 16;

/// What a key's signatures still count for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyStatus {
    /// It signs new tickets.
    #[default]
    Active,
    /// It signs no more; what it signed holds.
    Retired,
    /// It leaked: its tickets hold only when listed.
    ListOnly,
    /// It holds for nothing, as if it were not in the keyring.
    Revoked,
}

impl KeyStatus {
    /// The status as the member `status` of a JWK says it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Retired => "retired",
            Self::ListOnly => "list-only",
            Self::Revoked => "revoked",
        }
    }
}

impl fmt::Display for KeyStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One key of a keyring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerKey {
    /// The key id that credentials name it by.
    pub kid: Box<str>,
    /// What its signatures count for.
    pub status: KeyStatus,
    /// The key, ready for use.
    pub key: PublicKey,
}

/// The keys of one event's issuers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keyring(Vec<IssuerKey>);

/// Why a text is no keyring.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// No JSON.
    #[error("the keyring is not JSON; copy the JWK Set again")]
    Json(#[source] serde_json::Error),
    /// JSON, but no set of keys.
    #[error("the keyring is not a JWK Set; it must look like {{\"keys\": [...]}}{}", if *single_key { ", so put the single key into such a list" } else { "" })]
    NotASet {
        /// Whether it is one JWK by itself.
        single_key: bool,
    },
    /// A key that cannot be used.
    #[error("key {key} of the keyring cannot be used")]
    Key {
        /// Which: its kid, or its place.
        key: KeyName,
        /// Why.
        source: JwkError,
    },
    /// Two keys with one kid.
    #[error("two keys of the keyring have the kid {0:?}; give each its own, or remove one")]
    DuplicateKid(Box<str>),
}

/// How an error names a key: by its kid, or by its place in the set where it has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyName {
    /// Its kid.
    Kid(String),
    /// Its place, counting from 1.
    Place(usize),
}

impl Keyring {
    /// Reads a JWK Set. Members that are not known are ignored, and so are keys of other kinds than Ed25519 (RFC 7517,
    /// section 5); a key of this kind must be fit for use. The member `status` is `active` (default), `retired`,
    /// `list-only` or `revoked`.
    ///
    /// # Errors
    /// [`KeyringError`], with what to do about it.
    pub fn from_jwks(json: &str) -> Result<Self, KeyringError> {
        let mut keyring = Self::default();
        for (index, jwk) in keys_of(json)?.iter().enumerate() {
            if !jwk::is_ed25519(jwk) {
                continue;
            }
            let key = issuer_key(jwk).map_err(|source| KeyringError::Key {
                key: name_of(jwk, index),
                source,
            })?;
            if keyring.0.iter().any(|other| other.kid == key.kid) {
                return Err(KeyringError::DuplicateKid(key.kid));
            }
            keyring.0.push(key);
        }
        Ok(keyring)
    }

    /// The keys in the set's order, the revoked ones included.
    #[must_use]
    pub fn keys(&self) -> &[IssuerKey] {
        &self.0
    }

    /// The key that these bytes of a credential's header name, unless it is revoked.
    #[must_use]
    pub fn find(&self, kid: &[u8]) -> Option<&IssuerKey> {
        self.0
            .iter()
            .find(|key| key.kid.as_bytes() == kid && key.status != KeyStatus::Revoked)
    }
}

/// The events that a gate serves, and the keyring of each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trust(BTreeMap<EventId, Keyring>);

impl Trust {
    /// Serves an event with this keyring, which replaces an earlier one.
    pub fn insert(&mut self, event: EventId, keyring: Keyring) {
        self.0.insert(event, keyring);
    }

    /// The keyring of an event that is served.
    #[must_use]
    pub fn keyring(&self, event: &EventId) -> Option<&Keyring> {
        self.0.get(event)
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kid(kid) => write!(f, "{kid:?}"),
            Self::Place(place) => write!(f, "number {place}"),
        }
    }
}

fn keys_of(json: &str) -> Result<Vec<Value>, KeyringError> {
    let mut set: Value = serde_json::from_str(json).map_err(KeyringError::Json)?;
    match set.get_mut("keys").map(Value::take) {
        Some(Value::Array(keys)) => Ok(keys),
        _ => Err(KeyringError::NotASet {
            single_key: set.get("kty").is_some(),
        }),
    }
}

fn issuer_key(jwk: &Value) -> Result<IssuerKey, JwkError> {
    let PublicJwk { kid, status, key } = PublicJwk::from_value(jwk)?;
    let kid = kid.ok_or(JwkError::NoKid)?;
    Ok(IssuerKey { kid, status, key })
}

fn name_of(jwk: &Value, index: usize) -> KeyName {
    match jwk.get("kid").and_then(Value::as_str) {
        Some(kid) => KeyName::Kid(kid.to_owned()),
        None => KeyName::Place(index + 1),
    }
}
