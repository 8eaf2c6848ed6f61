//! A certificate is no secret: whoever shows it must hold its key.

use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, PKCS_ED25519};
use rustls::crypto::ring;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};
use wicket::tls::Authorities;

use super::meeting::meet;
use super::{TODAY, config, key, sure, trust, unsure};

/// A server that shows a certificate of a key that it does not hold.
#[derive(Debug)]
struct Thief(Arc<CertifiedKey>);

impl ResolvesServerCert for Thief {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

fn thief(
    certificate: CertificateDer<'static>,
    version: &'static SupportedProtocolVersion,
) -> Arc<ServerConfig> {
    let own = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let own: PrivateKeyDer<'static> = PrivatePkcs8KeyDer::from(own.serialize_der()).into();
    let signer = any_supported_type(&own).unwrap();
    let shown = Arc::new(CertifiedKey::new(vec![certificate], signer));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Thief(shown)));
    Arc::new(config)
}

#[test]
fn a_handshake_that_another_key_signed_is_refused() {
    // The server's own certificate, as anyone can copy it from a connection.
    let seen = KeyPair::from_pkcs8_pem_and_sign_algo(&pem(), &PKCS_ED25519).unwrap();
    let certificate = CertificateParams::default().self_signed(&seen).unwrap();
    for version in [&TLS12, &TLS13] {
        for now in [unsure(0), sure(TODAY)] {
            let trust = trust(&key(1), Authorities::Only(Vec::new()), now, None);
            let server = thief(certificate.der().clone(), version);
            let why = meet(&server, &config(&trust), "127.0.0.1").unwrap_err();
            assert!(why.contains("does not hold the key"), "{version:?}: {why}");
        }
    }
}

/// The key with number 1, as a file holds it.
fn pem() -> String {
    use base64::Engine;
    let before = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ];
    let bytes = [&before[..], key(1).as_bytes()].concat();
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")
}
