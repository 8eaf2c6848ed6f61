//! `wicket restore`: the server's data from a backup.

use std::path::PathBuf;
use std::process::ExitCode;

use super::server_data::ServerData;
use super::{Outcome, random};
use crate::commands::say::say;
use crate::server::db::Db;

/// Put a backup in the place of the server's data, while no server runs on them.
///
/// Gates then take the list whole with their next sync, and send again what the server lost.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    place: ServerData,
    /// What `wicket backup` wrote.
    #[arg(value_name = "FILE")]
    from: PathBuf,
    /// Replace the data that are there, which are kept beside as server.sqlite.before.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args) -> Outcome {
    if args.place.database.is_some() {
        return Err(
            "PostgreSQL restores its own backups: `pg_restore --clean --if-exists --single-transaction --dbname=URL FILE` \
             while no server runs, and then `wicket admin restored`"
                .into(),
        );
    }
    let draw = random::logs()?;
    let events = Db::restore(&args.place.data, &args.from, args.force, draw)?;
    say!(
        "{events} events are back: each gate takes the list whole with its next sync, and sends again what is missing"
    );
    Ok(ExitCode::SUCCESS)
}
