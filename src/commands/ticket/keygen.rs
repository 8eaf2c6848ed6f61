//! `wicket ticket keygen`: a new key for an issuer, or for a holder to try out live codes.

use std::path::PathBuf;
use std::process::ExitCode;

use ed25519_dalek::SigningKey;
use sha2::{Digest, Sha256};

use super::files;
use crate::commands::{Outcome, random, say};
use crate::domain::ids::hex;
use crate::domain::ticket::KID_BYTES_MAX;
use crate::domain::ticket::jwk::PrivateJwk;

/// Bytes of the public key's hash in a kid that nobody chose.
const KID_HASH_BYTES: usize = 4;

/// Make a key: the private JWK for issuing, the public JWK Set for gates.
///
/// Whoever has the private key can make tickets: it is written so that its
/// owner alone can read it, and never over another file. Gates get the public
/// set only.
///
/// Example:
///   wicket ticket keygen --kid gate-a --out issuer.jwk --public event.jwks
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The key's id in the event's keyring, 1 to 16 bytes; by default the start of the public key's SHA-256.
    #[arg(long, value_name = "KID", value_parser = parse_kid)]
    kid: Option<String>,
    /// Where to write the private key; by default it is printed.
    #[arg(long, value_name = "FILE.jwk")]
    out: Option<PathBuf>,
    /// The public JWK Set to add the key to; it is made where there is none.
    #[arg(long, value_name = "FILE.jwks")]
    public: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Outcome {
    let key = SigningKey::from_bytes(&random::bytes()?);
    let kid = args.kid.clone().unwrap_or_else(|| default_kid(&key));
    let key = PrivateJwk {
        kid: Some(kid.into()),
        key,
    };
    // Built before anything is written, so that a kid that stands twice leaves no half-made pair.
    let public = args.public.as_deref();
    let set = public.map(|path| files::set_with(path, &key)).transpose()?;
    match &args.out {
        Some(path) => files::write_private(path, &key)?,
        None => {
            let _ = say::line(&format!("{:#}", key.to_value()))?;
        }
    }
    if let (Some(path), Some(set)) = (public, set) {
        files::write_set(path, &set)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn parse_kid(text: &str) -> Result<String, String> {
    match text.len() {
        1..=KID_BYTES_MAX => Ok(text.to_owned()),
        length => Err(format!(
            "a kid has 1 to {KID_BYTES_MAX} bytes, and this has {length}"
        )),
    }
}

fn default_kid(key: &SigningKey) -> String {
    let hash = Sha256::digest(key.verifying_key().as_bytes());
    hash.get(..KID_HASH_BYTES).map(hex).unwrap_or_default()
}
