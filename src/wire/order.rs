//! What the server orders a device to do: signed, and whole in itself, so that any carrier can bring it.
//!
//! Only such an order makes a gate forget anything. No status code does, and no order for another device, another key
//! of the same name, or another event.

use ed25519_dalek::{SigningKey, VerifyingKey};
use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};

use super::envelope::{Context, EnvelopeError, Signed};
use crate::domain::ids::{DeviceId, EventId};
use crate::domain::time::UnixSeconds;

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Order {
    /// The event.
    #[n(0)]
    pub event: EventId,
    /// Whom it is for.
    #[n(1)]
    pub device: DeviceId,
    /// The public key of that device: one of the same name that enrolled anew is another.
    #[n(2)]
    pub key: ByteArray<32>,
    /// When it was given.
    #[n(3)]
    pub at: UnixSeconds,
    /// What to do.
    #[n(4)]
    pub command: Command,
}

/// What a device is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Command {
    /// Forget the event's list, rules and keys, and admit nobody. The device's own key and facts stay.
    #[n(0)]
    Wipe,
}

/// Every order of an event, for those who carry them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
pub struct Orders {
    /// Each as the server signed it.
    #[n(0)]
    pub orders: Vec<ByteVec>,
}

impl Order {
    /// The order as the bytes that travel.
    #[must_use]
    pub fn seal(&self, server: &SigningKey) -> Vec<u8> {
        Signed::seal(Context::Order, server, super::to_cbor(self)).to_bytes()
    }

    /// Reads an order that the server with this key signed.
    ///
    /// # Errors
    /// [`EnvelopeError`] where another key, or none, signed it, or this release does not know what it commands.
    pub fn open(bytes: &[u8], server: &VerifyingKey) -> Result<Self, EnvelopeError> {
        let signed = Signed::from_bytes(bytes)?;
        super::from_cbor(signed.open(Context::Order, server)?).map_err(EnvelopeError::Malformed)
    }

    /// Whether it is for the device of that name and key in that event.
    #[must_use]
    pub fn is_for(&self, event: &EventId, device: &DeviceId, key: &VerifyingKey) -> bool {
        self.event == *event && self.device == *device && *self.key == *key.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_for_one_device_of_one_key_in_one_event() {
        let (server, device) = ([1, 2].map(|seed| SigningKey::from_bytes(&[seed; 32]))).into();
        let order = Order {
            event: "spring-26".parse().unwrap(),
            device: "pi-1".parse().unwrap(),
            key: device.verifying_key().to_bytes().into(),
            at: UnixSeconds(1_795_000_000),
            command: Command::Wipe,
        };
        let opened = Order::open(&order.seal(&server), &server.verifying_key()).unwrap();
        assert_eq!(opened, order);
        assert!(Order::open(&order.seal(&device), &server.verifying_key()).is_err());
        let is_for = |event: &str, name: &str, key: &SigningKey| {
            opened.is_for(
                &event.parse().unwrap(),
                &name.parse().unwrap(),
                &key.verifying_key(),
            )
        };
        assert!(is_for("spring-26", "pi-1", &device));
        assert!(!is_for("spring-27", "pi-1", &device));
        assert!(!is_for("spring-26", "pi-2", &device));
        assert!(!is_for("spring-26", "pi-1", &server));
    }
}
