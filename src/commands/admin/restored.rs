//! `wicket admin restored`: after a backup was put back.

use std::process::ExitCode;

use super::super::{Outcome, random};
use crate::commands::say::say;
use crate::server::db::Db;

/// Tell the server that its data were put back from a backup: run it before the server starts again.
///
/// Gates then take the list whole with their next sync, and send again what the server lost.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(db: &mut Db) -> Outcome {
    let events = db.restored(random::logs()?)?;
    say!("{events} events begin their logs anew: each gate takes the list whole with its next sync");
    Ok(ExitCode::SUCCESS)
}
