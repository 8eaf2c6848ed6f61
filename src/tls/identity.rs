//! What one side shows of itself: a chain of certificates, and the key that signs the handshake.

use std::path::{Path, PathBuf};

use ed25519_dalek::{Signer, SigningKey};
use rcgen::{CertificateParams, DistinguishedName, DnType, PKCS_ED25519, PublicKeyData, date_time_ymd};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::wire::enrol::fingerprint;

/// What stands before the 32 secret bytes of an Ed25519 key in PKCS #8 (RFC 8410 section 7).
const PKCS8_BEFORE_KEY: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
/// The last year of a certificate: by RFC 5280 section 4.1.2.5, one without an end.
const LAST_YEAR: i32 = 9999;
/// Bytes of a serial number: of the 20 that RFC 5280 allows, enough to tell keys apart.
const SERIAL_BYTES: usize = 16;

/// Certificates and the key of the first.
#[derive(Debug)]
pub struct Identity {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

/// Why there is no identity to show, in words that say what to do next.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A file with certificates or a key.
    #[error("{path} is no PEM file with {what}: give the file that your certificate authority's tool wrote")]
    File {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// The cause.
        source: pem::Error,
    },
    /// The certificate and the key are not of one pair, or of a kind that is not spoken.
    #[error(
        "the certificate and the key do not serve together: give both files of one and the same certificate"
    )]
    Pair(#[from] rustls::Error),
    /// The certificate cannot be written.
    #[error("a certificate for the key cannot be made")]
    Certificate(#[from] rcgen::Error),
}

impl Identity {
    /// A key's own certificate: signed by itself, without a name or an end. It says nothing but the key, and is the
    /// same bytes each time.
    ///
    /// # Errors
    /// [`IdentityError::Certificate`] where it cannot be written.
    pub fn of_key(key: &SigningKey) -> Result<Self, IdentityError> {
        let public = key.verifying_key().to_bytes();
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "wicket");
        params.not_before = date_time_ymd(1970, 1, 1);
        params.not_after = date_time_ymd(LAST_YEAR, 12, 31);
        let serial: Vec<u8> = fingerprint(&public).iter().copied().take(SERIAL_BYTES).collect();
        params.serial_number = Some(serial.into());
        let certificate = params.self_signed(&Certified { key, public })?;
        let secret = [PKCS8_BEFORE_KEY.as_slice(), key.as_bytes()].concat();
        Ok(Self {
            chain: vec![certificate.into()],
            key: PrivatePkcs8KeyDer::from(secret).into(),
        })
    }

    /// A certificate's chain, its own first, and its key, from PEM files.
    ///
    /// # Errors
    /// [`IdentityError::File`] where a file cannot be read or holds something else.
    pub fn from_files(certificates: &Path, key: &Path) -> Result<Self, IdentityError> {
        let unreadable = |path: &Path, what| {
            let path = path.to_owned();
            move |source| IdentityError::File { path, what, source }
        };
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_file_iter(certificates).and_then(Iterator::collect);
        let chain = chain.and_then(|chain| {
            let empty = chain.is_empty();
            if empty {
                Err(pem::Error::NoItemsFound)
            } else {
                Ok(chain)
            }
        });
        Ok(Self {
            chain: chain.map_err(unreadable(certificates, "certificates"))?,
            key: PrivateKeyDer::from_pem_file(key).map_err(unreadable(key, "a private key"))?,
        })
    }
}

/// A key as the writer of certificates asks for one.
struct Certified<'k> {
    key: &'k SigningKey,
    public: [u8; 32],
}

impl PublicKeyData for Certified<'_> {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &PKCS_ED25519
    }
}

impl rcgen::SigningKey for Certified<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.key.sign(message).to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::leaf::Leaf;

    #[test]
    fn a_keys_certificate_is_the_same_bytes_each_time_and_carries_the_key() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let (one, other) = (Identity::of_key(&key).unwrap(), Identity::of_key(&key).unwrap());
        assert_eq!(one.chain, other.chain);
        let leaf = Leaf::read(&one.chain[0]).unwrap();
        assert_eq!(leaf.ed25519, Some(key.verifying_key().to_bytes()));
    }

    #[test]
    fn files_that_hold_something_else_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chain.pem");
        std::fs::write(&path, "nothing").unwrap();
        let refused = Identity::from_files(&path, &path).unwrap_err().to_string();
        assert!(
            refused.contains("chain.pem") && refused.contains("certificates"),
            "{refused}"
        );
    }
}
