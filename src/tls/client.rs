//! A gate's side: which certificate is the server's.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use super::leaf::{KeyHash, Leaf};
use super::provider;
use super::refused::CertificateRefused;
use super::signatures::Signatures;
use super::web::{Authorities, WebRules};
use crate::domain::time::{ClockState, Now, UnixMillis};
use crate::wire::enrol::{Fingerprint, fingerprint};

/// The gate's estimate of the time, asked anew at each handshake.
pub type EstimatedTime = Arc<dyn Fn() -> Now + Send + Sync>;

/// By what a server's certificate was found good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Its key is the server's own: dates and names say nothing.
    OwnKey,
    /// The web's rules at a time that the gate knew; the certificate's key, which may be remembered.
    Web(KeyHash),
    /// The web's rules at a time that the gate only guessed, or a key that it remembered: to be judged again as soon as it
    /// knows the time.
    Provisional,
}

/// What a gate goes by to tell its server.
pub struct ServerTrust {
    own: Fingerprint,
    web: WebRules,
    time: EstimatedTime,
    signatures: Signatures,
    remembered: Option<KeyHash>,
    last: Mutex<Option<Proof>>,
}

impl ServerTrust {
    /// The server holds the key with the fingerprint `own`. A certificate with another key is judged by the web's rules
    /// with `authorities` at `time`; while that is unsure, `remembered`, the key that these rules last accepted, counts
    /// whatever the dates say.
    #[must_use]
    pub fn new(
        own: Fingerprint,
        remembered: Option<KeyHash>,
        authorities: Authorities,
        time: EstimatedTime,
    ) -> Arc<Self> {
        Arc::new(Self {
            own,
            web: WebRules::new(authorities),
            time,
            signatures: Signatures::new(),
            remembered,
            last: Mutex::new(None),
        })
    }

    /// A client's settings. Each connection is judged anew: none is resumed.
    ///
    /// # Errors
    /// What TLS says of its own settings.
    pub fn config(self: &Arc<Self>) -> Result<ClientConfig, Error> {
        let trust = Arc::clone(self);
        let time = Arc::new(Timekeeper(Arc::clone(&self.time)));
        let mut config = ClientConfig::builder_with_details(provider(), time)
            .with_protocol_versions(&[&TLS13, &TLS12])?
            .dangerous()
            .with_custom_certificate_verifier(trust)
            .with_no_client_auth();
        config.resumption = Resumption::disabled();
        Ok(config)
    }

    /// By what the newest connection's certificate was found good; none before the first.
    #[must_use]
    pub fn last(&self) -> Option<Proof> {
        *self.known()
    }

    fn judge(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server: &ServerName<'_>,
    ) -> Result<Proof, Error> {
        let leaf = Leaf::read(certificate)?;
        if leaf.ed25519.is_some_and(|key| fingerprint(&key) == self.own) {
            return Ok(Proof::OwnKey);
        }
        let now = (self.time)();
        let judged = self.web.judge(certificate, intermediates, server, unix(now.best));
        let sure = now.state != ClockState::Unsure;
        match judged {
            Ok(()) if sure => Ok(Proof::Web(leaf.hash)),
            Ok(()) => Ok(Proof::Provisional),
            Err(why) if sure => Err(why.into()),
            Err(why) => self.unsure(leaf.hash, why).map_err(Error::from),
        }
    }

    /// What becomes of a refused certificate while nobody knows the time: only dates are forgiven, and only to a known key.
    fn unsure(&self, key: KeyHash, why: CertificateRefused) -> Result<Proof, CertificateRefused> {
        let (CertificateRefused::Expired { since_s: boundary_s }
        | CertificateRefused::NotValidYet { from_s: boundary_s }) = why
        else {
            return Err(why);
        };
        if self.remembered == Some(key) {
            Ok(Proof::Provisional)
        } else {
            Err(CertificateRefused::Unsure { boundary_s })
        }
    }

    fn known(&self) -> MutexGuard<'_, Option<Proof>> {
        // Whole values are written, so one that a panic left behind is whole too.
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ServerCertVerifier for ServerTrust {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let proof = self.judge(certificate, intermediates, server)?;
        *self.known() = Some(proof);
        Ok(ServerCertVerified::assertion())
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

impl fmt::Debug for ServerTrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerTrust")
            .field("own", &self.own)
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}

/// The gate's estimate, wherever else TLS asks for the time.
struct Timekeeper(EstimatedTime);

impl TimeProvider for Timekeeper {
    fn current_time(&self) -> Option<UnixTime> {
        Some(unix((self.0)().best))
    }
}

impl fmt::Debug for Timekeeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Timekeeper")
    }
}

fn unix(at: UnixMillis) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_millis(at.0))
}
