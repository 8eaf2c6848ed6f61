//! The server's side: its own key, or the files of a certificate of the web.

use std::sync::Arc;

use ed25519_dalek::SigningKey;
use rustls::ServerConfig;
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};

use super::identity::{Identity, IdentityError};
use super::provider;

/// What is spoken inside, for clients that ask (RFC 7301).
const HTTP: &[u8] = b"http/1.1";

/// The server shows its own key, which every enrolled gate knows. TLS 1.3 alone: there a client has no say in what the
/// key signs, so that no signature of a handshake can ever be taken for one of a message.
///
/// # Errors
/// [`IdentityError`] where the key's certificate cannot be made.
pub fn with_own_key(key: &SigningKey) -> Result<Arc<ServerConfig>, IdentityError> {
    serving(Identity::of_key(key)?, &[&TLS13])
}

/// The server shows a certificate of the web.
///
/// # Errors
/// [`IdentityError::Pair`] where the certificate and the key are not of one pair.
pub fn with_files(identity: Identity) -> Result<Arc<ServerConfig>, IdentityError> {
    serving(identity, &[&TLS13, &TLS12])
}

fn serving(
    identity: Identity,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<Arc<ServerConfig>, IdentityError> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)?
        .with_no_client_auth()
        .with_single_cert(identity.chain, identity.key)?;
    config.alpn_protocols = vec![HTTP.to_vec()];
    // A gate resumes no connection: it judges each one anew.
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}
