//! WeChat Pay's signature, over every answer and notification. Nothing is believed before it held, over the bytes as they came.
//! <https://pay.weixin.qq.com/doc/v3/merchant/4013053249>.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, SubjectPublicKeyInfoDer};
use webpki::ring::RSA_PKCS1_2048_8192_SHA256;
use webpki::{EndEntityCert, RawPublicKeyEntity};

use crate::domain::time::UnixMillis;

/// An answer's time and ours may differ by less than this: WeChat Pay's own bound, which keeps answers from being played again.
pub const SKEW_S: u64 = 5 * 60;
/// What the id of a public key begins with; every other serial is a certificate's.
pub const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_";
/// WeChat Pay sends such signatures at times, to see whether they are refused.
const PROBE: &str = "WECHATPAY/SIGNTEST/";
/// The one kind of signature there is.
const SIGNATURE_TYPE: &str = "WECHATPAY2-SHA256-RSA2048";

const TIMESTAMP: &str = "wechatpay-timestamp";
const NONCE: &str = "wechatpay-nonce";
const SIGNATURE: &str = "wechatpay-signature";
/// The header that names the key: in answers the one that signed, in requests the one that shall.
pub const SERIAL: &str = "wechatpay-serial";
const TYPE: &str = "wechatpay-signature-type";

/// Why a message is not WeChat Pay's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// It carries no signature.
    #[error("it carries no signature")]
    Unsigned,
    /// A header that cannot be read.
    #[error("the header {0} is missing or cannot be read")]
    Header(&'static str),
    /// It is from another time.
    #[error("it is of {at_s}, and now is {now_s}: keep this machine's clock by NTP")]
    Clock {
        /// When it was made, in seconds since 1970.
        at_s: u64,
        /// Now, alike.
        now_s: u64,
    },
    /// A key that is not held.
    #[error("it is signed with the key {0}, which is not held")]
    UnknownKey(String),
    /// WeChat Pay's probe.
    #[error("it is a probe with a wrong signature")]
    Probe,
    /// The signature is wrong.
    #[error("its signature is wrong")]
    Wrong,
}

/// A key of WeChat Pay's that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlatformKeyError {
    /// Not a public key.
    #[error("this is no RSA public key in PEM: use the `pub_key.pem` of the merchant platform")]
    PublicKey,
    /// Not a certificate.
    #[error("this is no certificate in PEM")]
    Certificate,
}

/// WeChat Pay's keys, by the serials that messages name them with.
#[derive(Debug, Clone, Default)]
pub struct PlatformKeys(BTreeMap<String, SubjectPublicKeyInfoDer<'static>>);

impl PlatformKeys {
    /// Holds a public key, from PEM, under its id.
    ///
    /// # Errors
    /// [`PlatformKeyError::PublicKey`] where it is none.
    pub fn hold_public_key(&mut self, id: &str, pem: &[u8]) -> Result<(), PlatformKeyError> {
        let key = SubjectPublicKeyInfoDer::from_pem_slice(pem).map_err(|_| PlatformKeyError::PublicKey)?;
        RawPublicKeyEntity::try_from(&key).map_err(|_| PlatformKeyError::PublicKey)?;
        self.0.insert(id.to_owned(), key);
        Ok(())
    }

    /// Holds a certificate's key, from PEM, under the certificate's serial, which is returned. Who vouches for it, and from when
    /// to when, is the caller's to judge.
    ///
    /// # Errors
    /// [`PlatformKeyError::Certificate`] where it is none.
    pub fn hold_certificate(&mut self, pem: &[u8]) -> Result<String, PlatformKeyError> {
        let der = CertificateDer::from_pem_slice(pem).map_err(|_| PlatformKeyError::Certificate)?;
        let certificate = EndEntityCert::try_from(&der).map_err(|_| PlatformKeyError::Certificate)?;
        let serial = serial(certificate.serial());
        self.0
            .insert(serial.clone(), certificate.subject_public_key_info());
        Ok(serial)
    }

    /// Holds what others hold, too.
    pub fn hold_all(&mut self, others: &Self) {
        self.0
            .extend(others.0.iter().map(|(serial, key)| (serial.clone(), key.clone())));
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether these headers and this body, as they came, are WeChat Pay's and of now.
    ///
    /// # Errors
    /// [`VerifyError`] where they are not.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8], now: UnixMillis) -> Result<(), VerifyError> {
        let given = Given::read(headers)?;
        let now_s = now.seconds().0;
        if given.at_s.abs_diff(now_s) >= SKEW_S {
            let at_s = given.at_s;
            return Err(VerifyError::Clock { at_s, now_s });
        }
        if given.signature.starts_with(PROBE) {
            return Err(VerifyError::Probe);
        }
        let unknown = || VerifyError::UnknownKey(given.serial.to_owned());
        let key = self.0.get(given.serial).ok_or_else(unknown)?;
        let key = RawPublicKeyEntity::try_from(key).map_err(|_| VerifyError::Wrong)?;
        let signature = STANDARD.decode(given.signature).map_err(|_| VerifyError::Wrong)?;
        key.verify_signature(RSA_PKCS1_2048_8192_SHA256, &given.message(body), &signature)
            .map_err(|_| VerifyError::Wrong)
    }
}

/// A certificate's serial as WeChat Pay writes it: capital hexadecimal signs, without the sign byte of ASN.1.
fn serial(bytes: &[u8]) -> String {
    let bytes = match bytes {
        [0, rest @ ..] if !rest.is_empty() => rest,
        all => all,
    };
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The headers of a signature.
struct Given<'h> {
    at_s: u64,
    timestamp: &'h str,
    nonce: &'h str,
    serial: &'h str,
    signature: &'h str,
}

impl<'h> Given<'h> {
    fn read(headers: &'h HeaderMap) -> Result<Self, VerifyError> {
        if !headers.contains_key(SIGNATURE) {
            return Err(VerifyError::Unsigned);
        }
        if headers.contains_key(TYPE) && text(headers, TYPE)? != SIGNATURE_TYPE {
            return Err(VerifyError::Header(TYPE));
        }
        let timestamp = text(headers, TIMESTAMP)?;
        let at_s = timestamp.parse().map_err(|_| VerifyError::Header(TIMESTAMP))?;
        Ok(Self {
            at_s,
            timestamp,
            nonce: text(headers, NONCE)?,
            serial: text(headers, SERIAL)?,
            signature: text(headers, SIGNATURE)?,
        })
    }

    fn message(&self, body: &[u8]) -> Vec<u8> {
        let mut message = format!("{}\n{}\n", self.timestamp, self.nonce).into_bytes();
        message.extend_from_slice(body);
        message.push(b'\n');
        message
    }
}

/// A header that is there once.
fn text<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<&'h str, VerifyError> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().map_err(|_| VerifyError::Header(name)),
        _ => Err(VerifyError::Header(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_is_written_without_the_sign_byte() {
        assert_eq!(serial(&[0, 0xd7, 0xce]), "D7CE");
        assert_eq!(serial(&[0x44, 0, 0x24]), "440024");
        assert_eq!(serial(&[0]), "00");
    }
}
