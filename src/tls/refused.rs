//! Why a peer is not believed, in words.

use std::error::Error;
use std::io;

use jiff::Timestamp;
use rustls::{CertificateError, OtherError};

/// Why a certificate is refused, as it reads behind «the server at … is not believed».
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateRefused {
    /// By the web's rules, whatever the time.
    #[error(
        "its certificate's key is not the one that the server enrolled this gate with, and by the web's rules {0}"
    )]
    Web(String),
    /// Its time is over.
    #[error("its certificate ended at {}: the server needs a new one", date(*since_s))]
    Expired {
        /// When, in seconds since 1970.
        since_s: u64,
    },
    /// Its time is to come.
    #[error("its certificate begins at {}: is the server's clock right?", date(*from_s))]
    NotValidYet {
        /// When, in seconds since 1970.
        from_s: u64,
    },
    /// The gate does not know the time, and does not know the key either.
    #[error(
        "its certificate is good from or until {}, this gate does not know the time, and has not seen the certificate's \
         key before: connect the gate where NTP sets its clock, or let the server show its own key with `wicket serve \
         --tls`", date(*boundary_s)
    )]
    Unsure {
        /// Where its time begins or ends, in seconds since 1970.
        boundary_s: u64,
    },
    /// Nobody can vouch for it.
    #[error(
        "its certificate's key is not the one that the server enrolled this gate with, and this machine knows no \
         certificate authorities: install the package ca-certificates, or let the server show its own key with `wicket \
         serve --tls`"
    )]
    NoAuthorities,
    /// A peer that is no active device of the event.
    #[error("its key is of no active device of this event: sync, or enrol the device")]
    NoDevice,
}

impl From<CertificateRefused> for rustls::Error {
    fn from(why: CertificateRefused) -> Self {
        let why = OtherError(std::sync::Arc::new(why));
        Self::InvalidCertificate(CertificateError::Other(why))
    }
}

/// What TLS says in an error's chain of causes, for people; none where it has no part in it.
#[must_use]
pub fn words(error: &(dyn Error + 'static)) -> Option<String> {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(tls) = cause.downcast_ref() {
            return Some(told(tls));
        }
        next = within(cause);
    }
    None
}

/// What an error carries. An I/O error hides that from the chain of causes.
fn within<'e>(cause: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match cause.downcast_ref::<io::Error>() {
        Some(error) => error
            .get_ref()
            .map(|carried| carried as &'e (dyn Error + 'static)),
        None => cause.source(),
    }
}

fn told(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::Other(other)) => other.to_string(),
        rustls::Error::InvalidCertificate(CertificateError::BadSignature) => {
            "it does not hold the key of the certificate that it shows".to_owned()
        }
        rustls::Error::InvalidMessage(_) => {
            "it does not speak TLS there: does its address begin with http://?".to_owned()
        }
        rustls::Error::AlertReceived(alert) => format!("it ended the TLS handshake: {alert:?}"),
        other => other.to_string(),
    }
}

fn date(seconds: u64) -> String {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .map_or_else(|| "a far time".to_owned(), |at| at.to_string())
}
