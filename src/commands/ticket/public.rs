//! `wicket ticket public`: the part of a key that gates get.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use super::files;
use crate::commands::{Outcome, say};

/// Print a private key's public part as a JWK Set, or add it to one.
///
/// In the set, a key's member "status" says what it counts for: active (the
/// default), retired (signs no more, still verifies), list-only (leaked: its
/// tickets count only when listed) or revoked (counts for nothing).
///
/// Example:
///   wicket ticket public issuer.jwk --into event.jwks
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The private key.
    #[arg(value_name = "KEY.jwk")]
    key: PathBuf,
    /// The JWK Set to add it to; it is made where there is none. By default a set of its own is printed.
    #[arg(long, value_name = "FILE.jwks")]
    into: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Outcome {
    let key = files::read_private(&args.key)?;
    match &args.into {
        Some(path) => files::write_set(path, &files::set_with(path, &key)?)?,
        None => {
            let set = json!({ "keys": [key.to_public_value()] });
            let _ = say::line(&format!("{set:#}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
