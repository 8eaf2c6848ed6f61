//! `wicket ticket present`: what a wallet does, for trying out.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use super::{edge, files, lines, qr_file};
use crate::commands::{Outcome, say};
use crate::domain::ticket::present;
use crate::domain::time::UnixSeconds;

/// Make a live code from a holder-bound ticket, as a wallet does.
///
/// Example:
///   wicket ticket keygen --out holder.jwk
///   wicket ticket issue --holder holder.jwk ... > ticket.txt
///   wicket ticket present --credential - --holder-key holder.jwk < ticket.txt
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// The ticket's text (TKT1:...), or - for standard input.
    #[arg(long, value_name = "TEXT")]
    credential: String,
    /// The holder's private key.
    #[arg(long, value_name = "FILE.jwk")]
    holder_key: PathBuf,
    /// When the code is made, in Unix seconds or RFC 3339; by default now.
    #[arg(long, value_name = "TIME", value_parser = edge::parse_time)]
    at: Option<UnixSeconds>,
    #[command(flatten)]
    qr: qr_file::QrArgs,
}

pub(super) fn run(args: &Args) -> Outcome {
    let key = files::read_private(&args.holder_key)?;
    let credential = lines::text_or_first_line(&args.credential, &mut io::stdin().lock())?;
    let at = args.at.unwrap_or_else(edge::system_now);
    let text = present(&credential, &key.key, at)?;
    args.qr.draw(&text)?;
    let _ = say::line(&text)?;
    Ok(ExitCode::SUCCESS)
}
