//! The merchant's signature: over every request, and over what a guest's app is handed.
//! <https://pay.weixin.qq.com/doc/v3/merchant/4012365336>, `/4012365341`.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;

use crate::domain::time::UnixSeconds;

/// What the header `Authorization` begins with.
const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048";

/// Why a text is no merchant's key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no RSA private key in PEM of 2048 bits or more: use the `apiclient_key.pem` of the merchant platform"
)]
pub struct MerchantKeyError;

/// The machine could not sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the machine could not sign a request")]
pub struct SignError;

/// The key of the merchant's API certificate.
pub struct MerchantKey(RsaKeyPair);

impl MerchantKey {
    /// From PEM: PKCS #8, as the merchant platform gives it, or PKCS #1.
    ///
    /// # Errors
    /// [`MerchantKeyError`] for anything else.
    pub fn from_pem(pem: &[u8]) -> Result<Self, MerchantKeyError> {
        let key = match PrivateKeyDer::from_pem_slice(pem).map_err(|_| MerchantKeyError)? {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(MerchantKeyError),
        };
        key.map(Self).map_err(|_| MerchantKeyError)
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256, in base64.
    ///
    /// # Errors
    /// [`SignError`] where the machine fails.
    pub fn sign(&self, message: &[u8]) -> Result<String, SignError> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        // The random numbers blind the computation; the signature does not depend on them.
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| SignError)?;
        Ok(STANDARD.encode(signature))
    }
}

impl fmt::Debug for MerchantKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MerchantKey")
    }
}

/// What is signed of a request. `path` is as it is sent, with its query; `body` is empty where there is none.
#[must_use]
pub fn request_message(method: &str, path: &str, at: UnixSeconds, nonce: &str, body: &[u8]) -> Vec<u8> {
    let mut message = format!("{method}\n{path}\n{at}\n{nonce}\n").into_bytes();
    message.extend_from_slice(body);
    message.push(b'\n');
    message
}

/// What is signed for `wx.requestPayment`; `package` is `prepay_id=…`.
#[must_use]
pub fn pay_message(appid: &str, at: UnixSeconds, nonce: &str, package: &str) -> Vec<u8> {
    format!("{appid}\n{at}\n{nonce}\n{package}\n").into_bytes()
}

/// Who a merchant is to WeChat Pay.
#[derive(Debug)]
pub struct Merchant {
    /// Its number.
    pub mchid: String,
    /// Its API certificate's serial, in capital hexadecimal signs.
    pub serial: String,
    /// Its key.
    pub key: MerchantKey,
}

impl Merchant {
    /// The header `Authorization` of a request with this message.
    ///
    /// # Errors
    /// [`SignError`] where the machine fails.
    pub fn authorization(&self, at: UnixSeconds, nonce: &str, message: &[u8]) -> Result<String, SignError> {
        let (mchid, serial) = (&self.mchid, &self.serial);
        let signature = self.key.sign(message)?;
        Ok(format!(
            r#"{SCHEME} mchid="{mchid}",nonce_str="{nonce}",signature="{signature}",timestamp="{at}",serial_no="{serial}""#
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_a_message_ends_with_a_line_feed() {
        let at = UnixSeconds(1_554_208_460);
        assert_eq!(
            request_message("GET", "/v3/a?b=c", at, "N", b""),
            b"GET\n/v3/a?b=c\n1554208460\nN\n\n"
        );
        assert_eq!(
            request_message("POST", "/v3/a", at, "N", b"{}\n"),
            b"POST\n/v3/a\n1554208460\nN\n{}\n\n"
        );
        assert_eq!(
            pay_message("wx1", at, "N", "prepay_id=wx2"),
            b"wx1\n1554208460\nN\nprepay_id=wx2\n"
        );
    }

    #[test]
    fn what_is_no_rsa_key_is_refused() {
        for text in [
            "",
            "secret",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        ] {
            assert!(MerchantKey::from_pem(text.as_bytes()).is_err(), "{text}");
        }
    }
}
