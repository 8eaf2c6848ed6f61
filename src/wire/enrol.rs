//! Enrolment: how a gate's computer becomes a device of an event.

use ed25519_dalek::{SigningKey, VerifyingKey};
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use super::envelope::{Context, EnvelopeError, Signed};
use super::limits::URL_CHARS_MAX;
use crate::domain::ids::{DeviceId, EventId, GateId};
use crate::domain::ticket::base45;

/// What an enrolment code begins with.
pub const CODE_PREFIX: &str = "TKE1:";

/// Characters behind the prefix: the longest URL, with room to spare.
const CODE_CHARS_MAX: usize = 1_000;

/// A one-time secret that lets one device enrol.
pub type Token = ByteArray<16>;
/// SHA-256 of an Ed25519 public key.
pub type Fingerprint = ByteArray<32>;

/// What the enrolment code tells a gate: CBOR `{1: url, 2: token, 3: fingerprint}`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EnrolmentCode {
    /// Where the server is, such as `https://tickets.example`.
    #[n(1)]
    pub url: String,
    /// The one-time token.
    #[n(2)]
    pub token: Token,
    /// Which key the server must prove to hold.
    #[n(3)]
    pub fingerprint: Fingerprint,
}

/// Why a text is not an enrolment code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Another prefix.
    #[error(
        "this is not an enrolment code: it should begin with {CODE_PREFIX}; print one with `wicket admin device add`"
    )]
    Prefix,
    /// Damaged.
    #[error(
        "the enrolment code is damaged ({0}): copy it whole, or print a new one with `wicket admin device add`"
    )]
    Damaged(String),
}

/// A device's wish to be enrolled, signed by the key that it names.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct EnrolmentRequest {
    /// The token of the code.
    #[n(0)]
    pub token: Token,
    /// The Ed25519 public key that the device made.
    #[n(1)]
    pub key: ByteArray<32>,
}

/// The server's answer: what the device is now.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct EnrolmentAnswer {
    /// The server's Ed25519 public key, which signed this answer.
    #[n(0)]
    pub server_key: ByteArray<32>,
    /// The key that was enrolled: the answer is about this request.
    #[n(1)]
    pub key: ByteArray<32>,
    /// The device's name.
    #[n(2)]
    pub device: DeviceId,
    /// The event that it serves.
    #[n(3)]
    pub event: EventId,
    /// The gate at which it stands.
    #[n(4)]
    pub gate: GateId,
    /// Whether a person must still confirm the six-digit check on the server.
    #[n(5)]
    pub awaits_confirmation: bool,
    /// What it is to be; none: a gate.
    #[n(6)]
    pub role: Option<Role>,
}

/// What a device is at a venue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    /// It scans.
    #[n(0)]
    Gate,
    /// Gates sync with it, and it with the server.
    #[n(1)]
    Relay,
}

/// Why an enrolment's message is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentError {
    /// The envelope or its signature.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// Signed, but not this message.
    #[error("the signed bytes are no enrolment: {0}")]
    Malformed(String),
    /// The key in the message is no Ed25519 key, or not the one that the code names.
    #[error(
        "the server holds another key than the enrolment code names: this is not the server that printed the code"
    )]
    WrongKey,
}

impl EnrolmentCode {
    /// The code's text, as a QR code carries it or a person copies it.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{CODE_PREFIX}{}", base45::encode(&super::to_cbor(self)))
    }

    /// Reads a code's text.
    ///
    /// # Errors
    /// [`CodeError`] where it is none.
    pub fn from_text(text: &str) -> Result<Self, CodeError> {
        let damaged = |what: &str| CodeError::Damaged(what.to_owned());
        let text = text.trim().strip_prefix(CODE_PREFIX).ok_or(CodeError::Prefix)?;
        if text.len() > CODE_CHARS_MAX {
            return Err(damaged("it is too long"));
        }
        let bytes = base45::decode(text).map_err(|error| damaged(&error.to_string()))?;
        let code: Self = super::from_cbor(&bytes).map_err(CodeError::Damaged)?;
        if is_server_url(&code.url) {
            Ok(code)
        } else {
            Err(damaged("its server is no http:// or https:// address"))
        }
    }
}

impl EnrolmentRequest {
    /// The request as the bytes that travel: the signature shows that the device holds the key.
    #[must_use]
    pub fn seal(token: Token, key: &SigningKey) -> Vec<u8> {
        let request = Self {
            token,
            key: key.verifying_key().to_bytes().into(),
        };
        Signed::seal(Context::EnrolmentRequest, key, super::to_cbor(&request)).to_bytes()
    }

    /// Reads a request whose signature holds for the key that it names.
    ///
    /// # Errors
    /// [`EnrolmentError`] where it does not.
    pub fn open(bytes: &[u8]) -> Result<Self, EnrolmentError> {
        let signed = Signed::from_bytes(bytes)?;
        let request: Self = super::from_cbor(signed.unverified()).map_err(EnrolmentError::Malformed)?;
        let key = VerifyingKey::from_bytes(&request.key).map_err(|_| EnrolmentError::WrongKey)?;
        signed.open(Context::EnrolmentRequest, &key)?;
        Ok(request)
    }
}

impl EnrolmentAnswer {
    /// Reads an answer that the server with this fingerprint signed.
    ///
    /// # Errors
    /// [`EnrolmentError`] where another key, or none, signed it.
    pub fn open(bytes: &[u8], expected: &Fingerprint) -> Result<Self, EnrolmentError> {
        let signed = Signed::from_bytes(bytes)?;
        let answer: Self = super::from_cbor(signed.unverified()).map_err(EnrolmentError::Malformed)?;
        if fingerprint(&answer.server_key) != *expected {
            return Err(EnrolmentError::WrongKey);
        }
        let key = VerifyingKey::from_bytes(&answer.server_key).map_err(|_| EnrolmentError::WrongKey)?;
        signed.open(Context::Enrolment, &key)?;
        Ok(answer)
    }
}

/// What stands for a key in an enrolment code.
#[must_use]
pub fn fingerprint(key: &[u8; 32]) -> Fingerprint {
    <[u8; 32]>::from(Sha256::digest(key)).into()
}

/// The six digits by which two people compare a device's key on two screens.
#[must_use]
pub fn six_digit_check(key: &[u8; 32]) -> String {
    let digest = <[u8; 32]>::from(
        Sha256::new()
            .chain_update(b"wicket device check 1\0")
            .chain_update(key)
            .finalize(),
    );
    let number = digest
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{:06}", number % 1_000_000)
}

/// Whether a URL can stand in an enrolment code.
#[must_use]
pub fn is_server_url(url: &str) -> bool {
    let host = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    url.chars().count() <= URL_CHARS_MAX
        && host.is_some_and(|host| !host.is_empty() && !host.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(url: &str) -> EnrolmentCode {
        EnrolmentCode {
            url: url.to_owned(),
            token: [7; 16].into(),
            fingerprint: [9; 32].into(),
        }
    }

    #[test]
    fn a_code_survives_its_text_and_the_blanks_around_it() {
        let before = code("https://tickets.example:8443");
        let text = format!("  {}\n", before.to_text());
        assert_eq!(EnrolmentCode::from_text(&text), Ok(before));
    }

    #[test]
    fn a_damaged_code_is_told_from_another_kind_of_text() {
        let text = code("http://gate.example").to_text();
        assert_eq!(EnrolmentCode::from_text("TKT1:ABC"), Err(CodeError::Prefix));
        for cut in CODE_PREFIX.len()..text.len() {
            let cut = EnrolmentCode::from_text(&text[..cut]);
            assert!(matches!(cut, Err(CodeError::Damaged(_))), "{cut:?}");
        }
        for url in [
            "ftp://x",
            "http://",
            "file:///etc/passwd",
            "https://a b",
            &format!("https://{}", "x".repeat(300)),
        ] {
            assert!(EnrolmentCode::from_text(&code(url).to_text()).is_err(), "{url}");
        }
    }

    #[test]
    fn the_six_digits_tell_keys_apart() {
        let digits: Vec<String> = (0..50_u8).map(|seed| six_digit_check(&[seed; 32])).collect();
        assert!(
            digits
                .iter()
                .all(|text| text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()))
        );
        assert_eq!(
            digits.iter().collect::<std::collections::BTreeSet<_>>().len(),
            digits.len()
        );
    }

    #[test]
    fn a_request_needs_the_signature_of_the_key_that_it_names() {
        let key = SigningKey::from_bytes(&[3; 32]);
        let sealed = EnrolmentRequest::seal([1; 16].into(), &key);
        assert_eq!(
            *EnrolmentRequest::open(&sealed).unwrap().key,
            key.verifying_key().to_bytes()
        );
        let stolen = EnrolmentRequest {
            token: [1; 16].into(),
            key: SigningKey::from_bytes(&[4; 32]).verifying_key().to_bytes().into(),
        };
        let forged = Signed::seal(Context::EnrolmentRequest, &key, crate::wire::to_cbor(&stolen)).to_bytes();
        assert!(EnrolmentRequest::open(&forged).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = EnrolmentCode::from_text(&text);
            let _ = EnrolmentCode::from_text(&format!("{CODE_PREFIX}{text}"));
        }
    }
}
