//! What WeChat Pay seals with the merchant's APIv3 key: notifications and certificates. AES in Galois counter mode.
//! <https://pay.weixin.qq.com/doc/v3/merchant/4012071382>.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde::Deserialize;

/// Bytes of an APIv3 key.
pub const API_V3_KEY_BYTES: usize = 32;
/// The one way of sealing there is.
const ALGORITHM: &str = "AEAD_AES_256_GCM";

/// Why a text is no APIv3 key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "an APIv3 key has {API_V3_KEY_BYTES} bytes, and this has {0}: use the key that was set on the merchant platform"
)]
pub struct ApiV3KeyError(usize);

/// Why nothing could be unsealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealedError {
    /// Sealed in another way.
    #[error("it is sealed by {0}, and not by {ALGORITHM}")]
    Algorithm(String),
    /// Not base64.
    #[error("what is sealed is no base64")]
    Base64,
    /// Sealed with another key, or changed on its way.
    #[error("it was not sealed with this APIv3 key, or was changed on its way")]
    NotOurs,
}

/// The merchant's APIv3 key.
#[derive(Clone)]
pub struct ApiV3Key([u8; API_V3_KEY_BYTES]);

impl ApiV3Key {
    /// From a text of 32 bytes; white space around it is not the key's.
    ///
    /// # Errors
    /// [`ApiV3KeyError`] for another length.
    pub fn new(text: &str) -> Result<Self, ApiV3KeyError> {
        let bytes = text.trim().as_bytes();
        bytes.try_into().map(Self).map_err(|_| ApiV3KeyError(bytes.len()))
    }
}

impl fmt::Debug for ApiV3Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiV3Key")
    }
}

/// Something sealed, as it travels.
#[derive(Debug, Clone, Deserialize)]
pub struct Sealed {
    algorithm: String,
    ciphertext: String,
    #[serde(default)]
    associated_data: Option<String>,
    nonce: String,
}

impl Sealed {
    /// What is in it.
    ///
    /// # Errors
    /// [`SealedError`] where it is not by the holder of this key.
    pub fn open(&self, key: &ApiV3Key) -> Result<Vec<u8>, SealedError> {
        if self.algorithm != ALGORITHM {
            return Err(SealedError::Algorithm(self.algorithm.clone()));
        }
        let sealed = STANDARD
            .decode(&self.ciphertext)
            .map_err(|_| SealedError::Base64)?;
        let also = self.associated_data.as_deref().unwrap_or_default();
        unseal(&key.0, self.nonce.as_bytes(), also.as_bytes(), sealed)
    }
}

/// The layer itself, for a key of 16 or 32 bytes and a nonce of 12; the last 16 of what is sealed are the tag.
///
/// # Errors
/// [`SealedError::NotOurs`] where any of it does not fit.
pub fn unseal(key: &[u8], nonce: &[u8], also: &[u8], mut sealed: Vec<u8>) -> Result<Vec<u8>, SealedError> {
    let algorithm = if key.len() == API_V3_KEY_BYTES {
        &AES_256_GCM
    } else {
        &AES_128_GCM
    };
    let not_ours = |_| SealedError::NotOurs;
    let key = UnboundKey::new(algorithm, key).map_err(not_ours)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(not_ours)?;
    let plain = LessSafeKey::new(key)
        .open_in_place(nonce, Aad::from(also), &mut sealed)
        .map_err(not_ours)?;
    Ok(plain.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";
    const NONCE: &[u8] = b"twelve bytes";

    fn seal(key: &[u8], plain: &[u8], also: &[u8]) -> Vec<u8> {
        let algorithm = if key.len() == 32 {
            &AES_256_GCM
        } else {
            &AES_128_GCM
        };
        let mut bytes = plain.to_vec();
        LessSafeKey::new(UnboundKey::new(algorithm, key).unwrap())
            .seal_in_place_append_tag(
                Nonce::try_assume_unique_for_key(NONCE).unwrap(),
                Aad::from(also),
                &mut bytes,
            )
            .unwrap();
        bytes
    }

    fn sealed(also: &str, associated_data: Option<&str>) -> Sealed {
        Sealed {
            algorithm: ALGORITHM.to_owned(),
            ciphertext: STANDARD.encode(seal(KEY.as_bytes(), b"{}", also.as_bytes())),
            associated_data: associated_data.map(str::to_owned),
            nonce: "twelve bytes".to_owned(),
        }
    }

    #[test]
    fn the_layer_takes_keys_of_both_sizes_and_the_settings_one() {
        for key in [&KEY.as_bytes()[..16], KEY.as_bytes()] {
            let bytes = seal(key, b"plain", b"also");
            assert_eq!(unseal(key, NONCE, b"also", bytes), Ok(b"plain".to_vec()));
        }
        assert_eq!(ApiV3Key::new(&KEY[..16]).unwrap_err(), ApiV3KeyError(16));
        assert!(ApiV3Key::new(&format!("{KEY}\n")).is_ok());
        assert!(ApiV3Key::new(&format!("{KEY}x")).is_err());
    }

    #[test]
    fn what_was_changed_on_its_way_is_not_unsealed() {
        let key = KEY.as_bytes();
        let bytes = seal(key, b"plain", b"also");
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert_eq!(
                unseal(key, NONCE, b"also", changed),
                Err(SealedError::NotOurs),
                "{place}"
            );
        }
        for (nonce, also) in [
            (&b"Twelve bytes"[..], &b"also"[..]),
            (NONCE, b"more"),
            (b"eleven byte", b"also"),
        ] {
            assert_eq!(unseal(key, nonce, also, bytes.clone()), Err(SealedError::NotOurs));
        }
        assert_eq!(unseal(key, NONCE, b"also", Vec::new()), Err(SealedError::NotOurs));
    }

    #[test]
    fn associated_data_may_be_missing() {
        let key = ApiV3Key::new(KEY).unwrap();
        assert_eq!(sealed("", None).open(&key), Ok(b"{}".to_vec()));
        assert_eq!(sealed("", Some("")).open(&key), Ok(b"{}".to_vec()));
        assert_eq!(
            sealed("transaction", Some("transaction")).open(&key),
            Ok(b"{}".to_vec())
        );
        assert_eq!(sealed("transaction", None).open(&key), Err(SealedError::NotOurs));
    }

    #[test]
    fn another_algorithm_is_refused() {
        let mut other = sealed("", None);
        other.algorithm = "AEAD_SM4_GCM".to_owned();
        assert_eq!(
            other.open(&ApiV3Key::new(KEY).unwrap()),
            Err(SealedError::Algorithm("AEAD_SM4_GCM".to_owned()))
        );
    }

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(format!("{:?}", ApiV3Key::new(KEY).unwrap()), "ApiV3Key");
    }
}
