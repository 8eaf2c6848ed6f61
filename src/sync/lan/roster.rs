//! Who is believed, where a handshake can look it up.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::ids::DeviceId;

/// The active devices of the event, by their keys; shared.
#[derive(Debug, Clone, Default)]
pub struct Roster(Arc<Mutex<BTreeMap<[u8; 32], DeviceId>>>);

impl Roster {
    /// The active device that holds a key.
    #[must_use]
    pub fn device(&self, key: &[u8; 32]) -> Option<DeviceId> {
        self.devices().get(key).cloned()
    }

    pub(super) fn set(&self, devices: Vec<(DeviceId, [u8; 32])>) {
        *self.devices() = devices.into_iter().map(|(device, key)| (key, device)).collect();
    }

    fn devices(&self) -> MutexGuard<'_, BTreeMap<[u8; 32], DeviceId>> {
        // It is replaced whole, so one that a panic left behind is whole too.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
