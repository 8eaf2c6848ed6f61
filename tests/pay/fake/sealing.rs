//! The simulated WeChat Pay's keys: signatures, sealed resources, certificates.

use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair, SerialNumber};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde_json::{Value, json};

use super::keys::Pair;
use super::world::{API_V3_KEY, PUBLIC_KEY_ID};

/// The serial of its certificate; the first byte has its highest bit set, as every second real one.
pub(crate) const CERTIFICATE_SERIAL: &str = "D7CE59D1F522D701";

#[derive(Debug)]
pub(super) struct Sealing {
    pair: Pair,
    /// When its certificate ends.
    pub(super) certificate_ends: &'static str,
    /// The serial by which the certificate is told of.
    pub(super) certificate_told_as: &'static str,
    count: u64,
}

impl Sealing {
    pub(super) fn new() -> Self {
        Self {
            pair: Pair::named("wechat"),
            certificate_ends: "2031-11-23T00:00:00+08:00",
            certificate_told_as: CERTIFICATE_SERIAL,
            count: 0,
        }
    }

    /// The headers of a message.
    pub(super) fn headers(&mut self, at_s: u64, body: &[u8], by_certificate: bool) -> HeaderMap {
        let nonce = self.nonce();
        let mut message = format!("{at_s}\n{nonce}\n").into_bytes();
        message.extend_from_slice(body);
        message.push(b'\n');
        let serial = if by_certificate {
            CERTIFICATE_SERIAL
        } else {
            PUBLIC_KEY_ID
        };
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("wechatpay-timestamp", at_s.to_string()),
            ("wechatpay-nonce", nonce),
            ("wechatpay-serial", serial.to_owned()),
            ("wechatpay-signature-type", "WECHATPAY2-SHA256-RSA2048".to_owned()),
            ("wechatpay-signature", self.pair.sign(&message)),
            ("request-id", format!("REQ{:08}", self.count)),
        ] {
            headers.insert(name, HeaderValue::try_from(value).unwrap());
        }
        headers
    }

    /// A resource under the APIv3 key.
    pub(super) fn seal(&mut self, plain: &[u8], also: &str) -> Value {
        self.count += 1;
        let nonce = format!("{:012}", self.count);
        let mut bytes = plain.to_vec();
        LessSafeKey::new(UnboundKey::new(&AES_256_GCM, API_V3_KEY.as_bytes()).unwrap())
            .seal_in_place_append_tag(
                Nonce::try_assume_unique_for_key(nonce.as_bytes()).unwrap(),
                Aad::from(also.as_bytes()),
                &mut bytes,
            )
            .unwrap();
        json!({
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": STANDARD.encode(bytes),
            "associated_data": also,
            "nonce": nonce,
        })
    }

    /// What `/v3/certificates` says.
    pub(super) fn certificates(&mut self) -> Value {
        let key = KeyPair::try_from(self.pair.private_der()).unwrap();
        let mut params = CertificateParams::default();
        let serial: Vec<u8> = (0..CERTIFICATE_SERIAL.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&CERTIFICATE_SERIAL[at..at + 2], 16).unwrap())
            .collect();
        params.serial_number = Some(SerialNumber::from(serial));
        let pem = params.self_signed(&key).unwrap().pem();
        let sealed = self.seal(pem.as_bytes(), "certificate");
        json!({"data": [{
            "serial_no": self.certificate_told_as,
            "effective_time": "2026-11-23T00:00:00+08:00",
            "expire_time": self.certificate_ends,
            "encrypt_certificate": sealed,
        }]})
    }

    fn nonce(&mut self) -> String {
        self.count += 1;
        format!("{:032x}", self.count)
    }
}
