//! TLS between two gates: both show their device's key, and both look it up among the devices that they believe.

use std::fmt;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::version::TLS13;
use rustls::{ClientConfig, DigitallySignedStruct, DistinguishedName, Error, ServerConfig, SignatureScheme};

use super::identity::{Identity, IdentityError};
use super::leaf::Leaf;
use super::provider;
use super::refused::CertificateRefused;
use super::signatures::Signatures;

/// What two gates speak inside (RFC 7301): no other service's handshake can be passed on as this one's.
const EXCHANGE: &[u8] = b"wicket-exchange/1";

/// Whether an Ed25519 public key is that of a device that is believed, asked anew at each handshake.
pub type IsDevice = Arc<dyn Fn(&[u8; 32]) -> bool + Send + Sync>;

/// The settings of the gate that is called. Each connection is judged anew: a revoked device resumes none.
///
/// # Errors
/// [`IdentityError`] where the key's certificate cannot be made.
pub fn mutual_server(key: &SigningKey, is_device: IsDevice) -> Result<Arc<ServerConfig>, IdentityError> {
    let own = Identity::of_key(key)?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])?
        .with_client_cert_verifier(Devices::new(is_device))
        .with_single_cert(own.chain, own.key)?;
    config.alpn_protocols = vec![EXCHANGE.to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

/// The settings of the gate that calls.
///
/// # Errors
/// [`IdentityError`] where the key's certificate cannot be made.
pub fn mutual_client(key: &SigningKey, is_device: IsDevice) -> Result<Arc<ClientConfig>, IdentityError> {
    let own = Identity::of_key(key)?;
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Devices::new(is_device))
        .with_client_auth_cert(own.chain, own.key)?;
    config.alpn_protocols = vec![EXCHANGE.to_vec()];
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}

/// The key that the other side of a finished handshake holds.
#[must_use]
pub fn peer_key(certificates: Option<&[CertificateDer<'_>]>) -> Option<[u8; 32]> {
    Leaf::read(certificates?.first()?).ok()?.ed25519
}

/// Believes devices alone; a certificate counts for nothing but its key.
struct Devices {
    is_device: IsDevice,
    signatures: Signatures,
}

impl Devices {
    fn new(is_device: IsDevice) -> Arc<Self> {
        Arc::new(Self {
            is_device,
            signatures: Signatures::new(),
        })
    }

    fn judge(&self, certificate: &CertificateDer<'_>) -> Result<(), Error> {
        let key = Leaf::read(certificate)?.ed25519;
        if key.is_some_and(|key| (self.is_device)(&key)) {
            Ok(())
        } else {
            Err(CertificateRefused::NoDevice.into())
        }
    }
}

impl fmt::Debug for Devices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Devices")
    }
}

impl ServerCertVerifier for Devices {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.judge(certificate).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signatures.tls12(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signatures.tls13(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.signatures.schemes()
    }
}

impl ClientCertVerifier for Devices {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.judge(certificate).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signatures.tls12(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signatures.tls13(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.signatures.schemes()
    }
}
