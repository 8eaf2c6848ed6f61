//! The web's rules: a chain of certificates up to an authority that this machine knows, for the server's name, at a time.

use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::version::{TLS12, TLS13};
use rustls::{CertificateError, ClientConfig, Error, RootCertStore};

use super::provider;
use super::refused::CertificateRefused;

/// Who may vouch for a server on the web.
#[derive(Debug, Clone)]
pub enum Authorities {
    /// Those that this machine knows, as `SSL_CERT_FILE` or the system's folder say.
    Machine,
    /// These alone.
    Only(Vec<CertificateDer<'static>>),
}

/// A client's settings for servers of the web, judged at the machine's own time.
///
/// # Errors
/// Where no authority is known to this machine.
pub fn web_client(authorities: &Authorities) -> Result<ClientConfig, Error> {
    let client = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_webpki_verifier(verifier(authorities)?)
        .with_no_client_auth();
    Ok(client)
}

/// The rules with their authorities, which are read when they are first needed: a server with a key of its own needs
/// none, and a small machine may have none installed.
#[derive(Debug)]
pub(super) struct WebRules {
    authorities: Authorities,
    verifier: OnceLock<Result<Arc<WebPkiServerVerifier>, CertificateRefused>>,
}

impl WebRules {
    pub(super) fn new(authorities: Authorities) -> Self {
        Self {
            authorities,
            verifier: OnceLock::new(),
        }
    }

    /// Whether the rules accept a certificate at `at`. The signature of the handshake is another matter.
    pub(super) fn judge(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server: &ServerName<'_>,
        at: UnixTime,
    ) -> Result<(), CertificateRefused> {
        let verifier = self
            .verifier
            .get_or_init(|| verifier(&self.authorities))
            .clone()?;
        match verifier.verify_server_cert(certificate, intermediates, server, &[], at) {
            Ok(_) => Ok(()),
            Err(Error::InvalidCertificate(why)) => Err(refused(&why)),
            Err(other) => Err(CertificateRefused::Web(other.to_string())),
        }
    }
}

fn verifier(authorities: &Authorities) -> Result<Arc<WebPkiServerVerifier>, CertificateRefused> {
    let mut roots = RootCertStore::empty();
    let certificates = match authorities {
        // A file that cannot be read is as good as none: what counts is what is left.
        Authorities::Machine => rustls_native_certs::load_native_certs().certs,
        Authorities::Only(certificates) => certificates.clone(),
    };
    roots.add_parsable_certificates(certificates);
    WebPkiServerVerifier::builder_with_provider(roots.into(), provider())
        .build()
        .map_err(|_| CertificateRefused::NoAuthorities)
}

fn refused(why: &CertificateError) -> CertificateRefused {
    match why {
        CertificateError::ExpiredContext { not_after, .. } => CertificateRefused::Expired {
            since_s: not_after.as_secs(),
        },
        CertificateError::NotValidYetContext { not_before, .. } => CertificateRefused::NotValidYet {
            from_s: not_before.as_secs(),
        },
        CertificateError::UnknownIssuer => {
            CertificateRefused::Web("no authority that this machine knows vouches for it".to_owned())
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateRefused::Web("it is another server's".to_owned())
        }
        other => CertificateRefused::Web(other.to_string()),
    }
}
