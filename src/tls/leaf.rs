//! A certificate's key: all that is believed of a certificate that no authority vouches for.

use rustls::pki_types::CertificateDer;
use rustls::server::ParsedCertificate;
use sha2::{Digest, Sha256};

/// What stands before the 32 bytes of an Ed25519 key in a certificate: `SubjectPublicKeyInfo` of RFC 8410 section 4.
const ED25519_BEFORE_KEY: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// SHA-256 of a certificate's key with its kind, whatever kind that is.
pub type KeyHash = [u8; 32];

/// The key of a peer's own certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) hash: KeyHash,
    /// The key itself, where it is an Ed25519 key.
    pub(super) ed25519: Option<[u8; 32]>,
}

impl Leaf {
    /// Reads the key; nothing is believed of the certificate yet.
    pub(super) fn read(certificate: &CertificateDer<'_>) -> Result<Self, rustls::Error> {
        let info = ParsedCertificate::try_from(certificate)?.subject_public_key_info();
        Ok(Self {
            hash: Sha256::digest(&info).into(),
            ed25519: info
                .strip_prefix(&ED25519_BEFORE_KEY)
                .and_then(|key| key.try_into().ok()),
        })
    }
}
