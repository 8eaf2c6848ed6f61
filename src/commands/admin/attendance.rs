//! `wicket admin attendance`: how many came.

use std::process::ExitCode;

use super::super::Outcome;
use crate::commands::say::say;
use crate::domain::ids::EventId;
use crate::server::db::Db;
use crate::server::{EventAttendance, attendance, now};

/// Count an event's attendance from the facts that the server holds.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The event.
    event: EventId,
    /// One JSON object, with each stream of facts.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, db: &mut Db) -> Outcome {
    let counts = attendance(db, &args.event, now())?;
    if args.json {
        say!("{}", serde_json::to_string(&counts)?);
    } else {
        print(&counts)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(counts: &EventAttendance) -> std::io::Result<()> {
    say!(
        "{}: {} tickets entered, {} facts",
        counts.event,
        counts.counts.tickets,
        counts.counts.facts
    );
    for (zone, count) in &counts.counts.zones {
        say!(
            "{zone}: {} entries, {} persons, {} inside",
            count.entries,
            count.persons,
            count.inside
        );
        if count.over_capacity > 0 {
            say!(
                "{zone}: {} persons above its capacity at the worst time",
                count.over_capacity
            );
        }
    }
    for stream in counts
        .streams
        .iter()
        .filter(|stream| stream.highest > stream.holds)
    {
        say!(
            "gap: facts after {} of stream {} of {} have not arrived",
            stream.holds,
            stream.stream,
            stream.device
        );
    }
    if counts.open_conflicts > 0 {
        say!(
            "open conflicts: {}: look with `wicket admin conflict list --event {}`",
            counts.open_conflicts,
            counts.event
        );
    }
    for (why, segments) in &counts.set_aside {
        say!("set aside: {segments} segments ({why}): someone must look");
    }
    Ok(())
}
