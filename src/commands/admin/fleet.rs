//! `wicket admin fleet`: the gates at a glance.

use std::process::ExitCode;

use super::super::Outcome;
use crate::commands::say::say;
use crate::domain::ids::EventId;
use crate::domain::time::UnixMillis;
use crate::server::db::Db;
use crate::server::{Fleet, FleetRow, Path, Standing, fleet, now};

/// Show an event's gates: when each was last heard of, what waits at it, its clock, disk and list, and what to mend.
///
/// Exit status 0 where nothing is to mend, 1 where something is.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The event.
    #[arg(long)]
    event: EventId,
    /// One JSON object, with everything that the gates said of themselves.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, db: &mut Db) -> Outcome {
    let fleet = fleet(db, &args.event, now())?;
    if args.json {
        say!("{}", serde_json::to_string(&fleet)?);
    } else {
        print(&fleet)?;
    }
    let all_well = fleet.gates.iter().all(|gate| gate.mend.is_empty());
    Ok(ExitCode::from(u8::from(!all_well)))
}

fn print(fleet: &Fleet) -> std::io::Result<()> {
    for gate in &fleet.gates {
        say!("{}", line(gate, fleet.at));
        for words in &gate.mend {
            say!("  mend: {words}");
        }
    }
    Ok(())
}

fn line(gate: &FleetRow, at: UnixMillis) -> String {
    let seen = match (gate.seen_ms_ago, &gate.path) {
        (None, _) => "never seen".to_owned(),
        (Some(ago), Some(Path::Relay(carrier))) => format!("seen {} ago by way of {carrier}", seconds(ago)),
        (Some(ago), _) => format!("seen {} ago", seconds(ago)),
    };
    let mut words = vec![
        gate.gate.to_string(),
        gate.device.to_string(),
        standing(gate.status).to_owned(),
        seen,
    ];
    words.extend(gate.version.as_ref().map(|version| format!("version {version}")));
    words.extend(gate.unsent.map(|unsent| format!("{unsent} unsent")));
    words.extend(
        gate.last_scan
            .map(|scan| format!("last scan {} ago", seconds(at.since(scan)))),
    );
    words.extend(gate.clock.map(|clock| {
        let width = gate.clock_half_width_ms;
        let width = width.map_or_else(|| "unbounded".to_owned(), |width| format!("±{width} ms"));
        format!("clock {clock:?} {width}").to_lowercase()
    }));
    words.extend(gate.disk.map(|disk| format!("{} MB free", disk.free_bytes >> 20)));
    words.extend(
        gate.list_as_of
            .map(|as_of| format!("list {} old", seconds(at.since(as_of.millis())))),
    );
    words.join("\t")
}

fn standing(status: Standing) -> &'static str {
    match status {
        Standing::NotEnrolled => "not enrolled",
        Standing::Active => "active",
        Standing::Suspended => "suspended",
        Standing::Revoked => "revoked",
    }
}

fn seconds(ms: u64) -> String {
    format!("{} s", ms / 1000)
}
