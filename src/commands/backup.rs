//! `wicket backup`: a copy of the server's data while it runs.

use std::path::PathBuf;
use std::process::ExitCode;

use super::Outcome;
use super::server_data::ServerData;
use crate::commands::say::say;

/// Copy the server's data to a file, also while the server runs: whole, as of one moment, and looked through.
///
/// It holds keys: keep it as safe as the data. Put it back with `wicket restore`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    place: ServerData,
    /// A file that is not there yet, on another disk.
    #[arg(value_name = "FILE")]
    to: PathBuf,
}

pub(super) fn run(args: &Args) -> Outcome {
    let bytes = args.place.open_existing()?.back_up(&args.to)?;
    say!("{} holds the server's data, {bytes} bytes", args.to.display());
    Ok(ExitCode::SUCCESS)
}
