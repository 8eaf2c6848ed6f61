//! The PIN of the staff pages: kept as a hash, and heard ever more seldom after wrong ones.

use argon2::Argon2;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{hex, unhex};

/// The setting of the gate's store that holds the [`PinRecord`], as JSON.
pub const PIN_SETTING: &str = "staff_pin";
/// Bytes of salt: as RFC 9106 recommends.
pub const SALT_BYTES: usize = 16;
/// Bytes of hash: far more than a PIN has.
const HASH_BYTES: usize = 32;
/// Wrong PINs that cost no wait: a glove slips.
const FREE_TRIES: u32 = 3;
/// The first wait, in milliseconds; each wrong PIN more doubles it.
const WAIT_MS_FIRST: u64 = 5_000;
/// The longest wait: at four digits, a guest would need a month for half of them.
const WAIT_MS_MAX: u64 = 10 * 60 * 1000;

/// What is kept of a PIN. Tries count over restarts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinRecord {
    /// The salt in hexadecimal.
    salt: String,
    /// Argon2id of the PIN in hexadecimal, with the crate's default costs (19 MiB, two passes).
    hash: String,
    /// Wrong PINs since the last right one.
    failures: u32,
}

/// Why a PIN could not be hashed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the PIN could not be hashed ({0}); choose another")]
pub struct PinError(String);

impl PinRecord {
    /// The record of a new PIN.
    ///
    /// # Errors
    /// [`PinError`] where the hash refuses it, or memory is short.
    pub fn new(pin: &str, salt: [u8; SALT_BYTES]) -> Result<Self, PinError> {
        Ok(Self {
            salt: hex(&salt),
            hash: hex(&hashed(pin, &salt)?),
            failures: 0,
        })
    }

    /// Whether this is the PIN; the record counts it.
    ///
    /// # Errors
    /// [`PinError`] as [`Self::new`].
    pub fn try_pin(&mut self, pin: &str) -> Result<bool, PinError> {
        let salt = unhex(&self.salt).unwrap_or_default();
        let right = hex(&hashed(pin, &salt)?) == self.hash;
        self.failures = match right {
            true => 0,
            false => self.failures.saturating_add(1),
        };
        Ok(right)
    }

    /// How long no PIN is heard after the last wrong one, in milliseconds.
    #[must_use]
    pub fn wait_ms(&self) -> u64 {
        let Some(doublings) = self.failures.checked_sub(FREE_TRIES) else {
            return 0;
        };
        let factor = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
        WAIT_MS_FIRST.saturating_mul(factor).min(WAIT_MS_MAX)
    }
}

fn hashed(pin: &str, salt: &[u8]) -> Result<[u8; HASH_BYTES], PinError> {
    let mut hash = [0; HASH_BYTES];
    Argon2::default()
        .hash_password_into(pin.as_bytes(), salt, &mut hash)
        .map_err(|error| PinError(error.to_string()))?;
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_pin_itself_is_right_and_it_clears_the_count() {
        let mut record = PinRecord::new("2580", [7; SALT_BYTES]).unwrap();
        assert!(!record.try_pin("2581").unwrap());
        assert!(!record.try_pin("").unwrap());
        assert_eq!(record.failures, 2);
        assert!(record.try_pin("2580").unwrap());
        assert_eq!(record.failures, 0);
    }

    #[test]
    fn the_same_pin_hashes_otherwise_with_another_salt() {
        let [one, other] =
            [[1; SALT_BYTES], [2; SALT_BYTES]].map(|salt| PinRecord::new("2580", salt).unwrap());
        assert_ne!(one.hash, other.hash);
    }

    #[test]
    fn the_wait_grows_after_the_free_tries_up_to_its_limit() {
        let record = |failures| PinRecord {
            salt: String::new(),
            hash: String::new(),
            failures,
        };
        let waits: Vec<_> = (0..6).map(|failures| record(failures).wait_ms()).collect();
        assert_eq!(waits, [0, 0, 0, 5_000, 10_000, 20_000]);
        for failures in [10, 63, 64, 200, u32::MAX] {
            assert_eq!(record(failures).wait_ms(), WAIT_MS_MAX, "{failures}");
        }
    }
}
