//! `wicket ticket show`: what a code says, for people.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::files::FileError;
use super::{edge, files, lines, qr_file, verify};
use crate::commands::{Outcome, say};
use crate::domain::ids::EventId;
use crate::domain::ticket::qr::{ErrorCorrection, Matrix};
use crate::domain::ticket::{Inspected, Trust, check_code, inspect};
use crate::domain::time::{Now, UnixSeconds};

/// The exit status where the code is malformed, or was to be verified and was refused.
const REFUSED: u8 = 1;

/// Show what a code says, without verifying it unless keys are given.
///
/// Anyone can write a code that says anything: believe it only where the first
/// line says «verified».
///
/// Exit status: 0, 1 if the code is malformed or refused, 2 for wrong use.
///
/// Example:
///   wicket ticket show --keys event.jwks 'TKT1:...'
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// Verify with these public keys, a JWK Set.
    #[arg(long, value_name = "FILE.jwks")]
    keys: Option<PathBuf>,
    /// The event that the code must be for; by default the one that it names.
    #[arg(long, requires = "keys")]
    event: Option<EventId>,
    /// The time at which a live code is judged, in Unix seconds or RFC 3339; by default now.
    #[arg(long, value_name = "TIME", value_parser = edge::parse_time, requires = "keys")]
    at: Option<UnixSeconds>,
    #[command(flatten)]
    qr: qr_file::QrArgs,
    /// The code's text, or - for the first line of standard input.
    #[arg(value_name = "TEXT", default_value = "-")]
    text: String,
}

pub(super) fn run(args: &Args) -> Outcome {
    let text = lines::text_or_first_line(&args.text, &mut io::stdin().lock())?;
    let inspected = match inspect(&text) {
        Ok(inspected) => inspected,
        Err(why) => {
            let _ = say::line(&format!("MALFORMED: {why}"))?;
            return Ok(ExitCode::from(REFUSED));
        }
    };
    let (standing, status) = match &args.keys {
        None => (
            "not verified: anyone can write such a code; give --keys to verify it".to_owned(),
            0,
        ),
        Some(keys) => verified(args, keys, &text, &inspected)?,
    };
    args.qr.draw(&inspected.text)?;
    let _ = say::line(&format!("{standing}\n{}", described(&inspected)))?;
    Ok(ExitCode::from(status))
}

fn verified(args: &Args, keys: &Path, text: &str, code: &Inspected) -> Result<(String, u8), FileError> {
    let mut trust = Trust::default();
    let event = args.event.as_ref().unwrap_or(&code.claims.event);
    trust.insert(event.clone(), files::read_keyring(keys)?);
    let now = Now::exactly(args.at.unwrap_or_else(edge::system_now));
    Ok(match verify::judge(text, &trust, &now) {
        Ok(verified) if verified.list_only => (
            "verified, but its key counts for listed tickets only".to_owned(),
            0,
        ),
        Ok(_) => ("verified".to_owned(), 0),
        Err(reason) => (format!("refused: {reason}; believe nothing below"), REFUSED),
    })
}

fn described(code: &Inspected) -> String {
    let claims = &code.claims;
    let or = |time: Option<UnixSeconds>, absent: &str| time.map_or_else(|| absent.to_owned(), edge::readable);
    let kind = match code.presented_at {
        None => "credential".to_owned(),
        Some(at) => format!("presentation, made at {}", edge::readable(at)),
    };
    let symbol = Matrix::new(&code.text, ErrorCorrection::M);
    let symbol = symbol.map_or_else(
        |error| error.to_string(),
        |matrix| format!("version {}-M", matrix.version()),
    );
    [
        ("code", kind),
        ("event", claims.event.to_string()),
        ("type", claims.ticket_type.to_string()),
        ("ticket", claims.ticket.to_string()),
        ("check code", check_code(&claims.ticket).to_string()),
        ("valid from", or(claims.valid_from, "always")),
        ("valid until", edge::readable(claims.valid_until)),
        ("admits", claims.admits.to_string()),
        ("issued at", or(claims.issued_at, "not said")),
        (
            "holder-bound",
            if claims.holder_bound() { "yes" } else { "no" }.to_owned(),
        ),
        ("key", format!("{:?}", String::from_utf8_lossy(&code.kid))),
        (
            "size",
            format!(
                "{} bytes, {} characters, QR {symbol}",
                code.bytes,
                code.text.len()
            ),
        ),
    ]
    .map(|(name, value)| format!("{name:<13} {value}"))
    .join("\n")
}
