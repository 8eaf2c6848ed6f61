//! What the gate kept of its enrolment.

use ed25519_dalek::SigningKey;

use super::error::SyncError;
use crate::ledger::{DEVICE_KEY_SETTING, ENROLMENT_SETTING, Enrolment, Ledger};

/// The gate's enrolment.
///
/// # Errors
/// [`SyncError::NotEnrolled`] where there is none.
pub fn enrolment(ledger: &mut dyn Ledger) -> Result<Enrolment, SyncError> {
    let bytes = ledger.setting(ENROLMENT_SETTING)?.ok_or(SyncError::NotEnrolled)?;
    serde_json::from_slice(&bytes).map_err(|error| SyncError::Setting {
        name: ENROLMENT_SETTING,
        why: error.to_string(),
    })
}

/// The public half of the device's key, by which people compare it; none before the first try to enrol.
///
/// # Errors
/// [`SyncError`] where the store cannot be read or holds no key there.
pub fn public_key(ledger: &mut dyn Ledger) -> Result<Option<[u8; 32]>, SyncError> {
    Ok(device_key(ledger)?.map(|key| key.verifying_key().to_bytes()))
}

/// The device's key; none before the first try to enrol.
pub(super) fn device_key(ledger: &mut dyn Ledger) -> Result<Option<SigningKey>, SyncError> {
    let Some(bytes) = ledger.setting(DEVICE_KEY_SETTING)? else {
        return Ok(None);
    };
    let secret: [u8; 32] = bytes.try_into().map_err(|_| SyncError::Setting {
        name: DEVICE_KEY_SETTING,
        why: "it is not 32 bytes".to_owned(),
    })?;
    Ok(Some(SigningKey::from_bytes(&secret)))
}
