//! `wicket admin parked`: check-ins that were set aside, and what to do about them.

use std::process::ExitCode;

use clap::Subcommand;

use super::super::Outcome;
use crate::commands::say::{self, say};
use crate::domain::ids::EventId;
use crate::server::db::{Db, Parked};
use crate::server::now;

/// Digits of a hash that are shown: enough to tell thousands apart, few enough to type.
const HASH_DIGITS: usize = 12;

/// Look at segments of check-ins that were set aside, and take them after all.
///
/// Set aside is what the server could not take as it came: the later facts of a revoked device, a flood of admissions,
/// what contradicts or is forged. It counts for nothing, and blocks nothing.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    List(List),
    Show(Named),
    Take(Named),
}

/// List them, oldest first: hash, why, who made it, which facts, who brought it.
#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// The event.
    #[arg(long)]
    event: EventId,
}

/// Show a segment's facts, a JSON line each; or, with take, let it count: a revoked device is then believed that far.
#[derive(Debug, clap::Args)]
pub(super) struct Named {
    /// The segment's hash, or how it begins.
    hash: String,
    /// The event.
    #[arg(long)]
    event: EventId,
}

pub(super) fn run(action: &Action, db: &mut Db) -> Outcome {
    match action {
        Action::List(args) => {
            for parked in db.parked_segments(&args.event, "")? {
                say!("{}", line(&parked));
            }
        }
        Action::Show(args) => show(args, db)?,
        Action::Take(args) => take(args, db)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn show(args: &Named, db: &mut Db) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let found = db.parked_segments(&args.event, &args.hash)?;
    if found.is_empty() {
        return Err(format!(
            "nothing set aside has a hash that begins with {:?}: see `wicket admin parked list`",
            args.hash
        )
        .into());
    }
    for parked in found {
        say!("{}", line(&parked));
        say!("{}", parked.message);
        for fact in parked.segment.iter().flat_map(|segment| segment.facts()) {
            say!("{}", serde_json::to_string(&fact)?);
        }
    }
    Ok(())
}

fn take(args: &Named, db: &mut Db) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let segment = db.take_parked(&args.event, &args.hash, now())?;
    say::remark(&format!(
        "facts {} to {} of {} count now; gates hear of them with their next sync",
        segment.first,
        segment.last(),
        segment.device
    ));
    Ok(())
}

fn line(parked: &Parked) -> String {
    let hash = parked.hash.get(..HASH_DIGITS).unwrap_or(&parked.hash);
    let what = match &parked.segment {
        None => "no segment".to_owned(),
        Some(segment) => format!(
            "{}\tfacts {} to {} of stream {}",
            segment.device,
            segment.first,
            segment.last(),
            segment.stream
        ),
    };
    format!(
        "{hash}\t{}\t{what}\tbrought by {} at {}",
        parked.code,
        parked.carrier,
        parked.received.seconds()
    )
}
