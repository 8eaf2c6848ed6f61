//! The named values that a gate keeps beside its facts.

use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{DeviceId, EventId, GateId, hex, unhex};

/// The [`Enrolment`], as JSON.
pub const ENROLMENT_SETTING: &str = "enrolment";
/// The device's Ed25519 secret key, 32 bytes.
pub const DEVICE_KEY_SETTING: &str = "device_key";
/// The server's signed time as last seen: [`crate::domain::clock::Sighting`], as JSON.
pub const CLOCK_SIGHTING_SETTING: &str = "clock_sighting";
/// The time as a control code told it: [`crate::domain::clock::Sighting`], as JSON.
pub const TOLD_TIME_SETTING: &str = "told_time";
/// SHA-256 of the key of the server's certificate as the web's rules last accepted it, 32 bytes; none where the server shows
/// its own key.
pub const TLS_KEY_SETTING: &str = "tls_key";

/// The server's signed order by which the gate forgot its event, as it came: [`crate::wire::order::Order`].
pub const WIPE_ORDER_SETTING: &str = "wipe_order";

/// The URL of the relay that this gate asks in its server's place; empty, or none: it asks the server.
pub const VIA_SETTING: &str = "via";

/// Where staff last set the gate to stand, and which way round, as JSON.
pub const LANE_SETTING: &str = "lane";

/// Whether the device is a relay: there where it is.
pub const RELAY_SETTING: &str = "relay";

/// What a gate is, and which server it trusts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    /// The server, such as `https://tickets.example`, without a slash at its end.
    pub server: String,
    /// The server's Ed25519 public key, in hexadecimal.
    pub server_key: ServerKey,
    /// This device.
    pub device: DeviceId,
    /// The event that it serves.
    pub event: EventId,
    /// The gate at which it stands.
    pub gate: GateId,
}

/// The server's public key, proved to be one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServerKey(pub VerifyingKey);

impl TryFrom<String> for ServerKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bytes: Option<[u8; 32]> = unhex(&text).and_then(|bytes| bytes.try_into().ok());
        let key = bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        key.map(Self)
            .ok_or_else(|| "the server's key is not 64 hexadecimal digits of an Ed25519 key".to_owned())
    }
}

impl From<ServerKey> for String {
    fn from(key: ServerKey) -> Self {
        hex(key.0.as_bytes())
    }
}
