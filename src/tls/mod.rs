//! TLS by the Ed25519 keys that servers and gates have anyway: a key needs no dates, so a gate that takes itself to be
//! in 1970 can tell its server all the same. Certificates of the web are judged at the gate's estimate of the time.

mod client;
mod identity;
mod leaf;
mod mutual;
mod refused;
mod server;
mod signatures;
mod web;

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

pub use client::{EstimatedTime, Proof, ServerTrust};
pub use identity::{Identity, IdentityError};
pub use leaf::KeyHash;
pub use mutual::{IsDevice, mutual_client, mutual_server, peer_key};
pub use refused::{CertificateRefused, words};
pub use server::{with_files, with_own_key};
pub use web::{Authorities, web_client};

/// The cryptography, named where it is used: nothing depends on what else a process has installed.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
