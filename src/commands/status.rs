//! `wicket status`: what this gate holds, and what the server holds of it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use super::Outcome;
use super::say::say;
use crate::device::clock::{Clock, SystemClock};
use crate::domain::checkin::Attendance;
use crate::domain::clock::Sighting;
use crate::domain::ids::{DeviceId, EventId, GateId};
use crate::domain::rules::Rulebook;
use crate::domain::time::{ClockState, Now, UnixMillis, UnixSeconds};
use crate::ledger::{
    CLOCK_SIGHTING_SETTING, ENROLMENT_SETTING, Enrolment, Ledger, LedgerStatus, Opening, SqliteLedger,
    TOLD_TIME_SETTING, WIPE_ORDER_SETTING, health,
};
use crate::runner::vitals;
use crate::wire::exposition::{Exposition, GateLabels, Kind, write_gates};
use crate::wire::order::Order;

/// Show what this gate holds. Changes nothing, and may run beside a scan.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The gate's folder.
    #[arg(long, value_name = "DIR", env = "WICKET_DATA", default_value = "gate-data")]
    data: PathBuf,
    /// One JSON object.
    #[arg(long)]
    json: bool,
    /// Figures for Prometheus, as node_exporter's textfile collector reads them from a file.
    #[arg(long, conflicts_with = "json")]
    prometheus: bool,
}

/// What `--json` prints; null where the gate is not enrolled or holds no list yet.
#[derive(Debug, Serialize)]
struct Status {
    event: Option<EventId>,
    gate: Option<GateId>,
    device: Option<DeviceId>,
    server: Option<String>,
    tickets: u64,
    withdrawn: u64,
    /// When the server ordered this gate to forget its event, Unix seconds; null where it did not.
    wiped: Option<UnixSeconds>,
    /// The server's time of the list, Unix seconds.
    list_as_of: Option<UnixSeconds>,
    /// The last change number applied.
    list_version: Option<u64>,
    facts: u64,
    unsent: u64,
    others_facts: u64,
    /// Facts that claim the identity of another with other content: a device was cloned, or lies.
    contradictions: u64,
    denials: u64,
    /// Open conflict cases at the server: tickets that were admitted where they should not have been.
    open_conflicts: u64,
    /// Who came, by every fact that this gate holds; null without rules to count by.
    attendance: Option<Attendance>,
    clock: ClockState,
    /// How far the true time may lie from the best estimate to either side; null where nothing bounds it.
    clock_half_width_ms: Option<u64>,
}

pub(super) fn run(args: &Args) -> Outcome {
    if !args.data.is_dir() {
        let folder = args.data.display();
        return Err(format!(
            "there is no gate in {folder}: name its folder with --data, or enrol with `wicket enrol`"
        )
        .into());
    }
    let mut ledger = SqliteLedger::attach(&args.data, &Opening::default())?;
    if args.prometheus {
        return prometheus(&args.data, &mut ledger);
    }
    let status = status(&mut ledger)?;
    if args.json {
        say!("{}", serde_json::to_string(&status)?);
    } else {
        print(&status)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn status(ledger: &mut dyn Ledger) -> Result<Status, Box<dyn std::error::Error + Send + Sync>> {
    let enrolment: Option<Enrolment> = setting(ledger, ENROLMENT_SETTING)?;
    let sighting: Option<Sighting> = setting(ledger, CLOCK_SIGHTING_SETTING)?;
    let told: Option<Sighting> = setting(ledger, TOLD_TIME_SETTING)?;
    let held = ledger.status()?;
    let floor = held.as_of.map_or(UnixMillis(0), UnixSeconds::millis);
    let now = SystemClock::new(sighting, floor).told(told).now();
    let attendance = attendance(ledger, &now)?;
    Ok(Status {
        attendance,
        wiped: wiped(ledger, enrolment.as_ref())?,
        ..gathered(enrolment, &held, &now)
    })
}

fn prometheus(folder: &Path, ledger: &mut dyn Ledger) -> Outcome {
    let Some(Enrolment {
        event, gate, device, ..
    }) = setting(ledger, ENROLMENT_SETTING)?
    else {
        return Err("this gate is not enrolled, so its figures have no name: `wicket enrol` it first".into());
    };
    let vitals = vitals(folder, ledger)?;
    let health = health(ledger, &vitals)?;
    let wiped = ledger.setting(WIPE_ORDER_SETTING)?.is_some();
    let labels = GateLabels { event, gate, device };
    let mut page = Exposition::default();
    page.family(
        "wicket_gate_wiped",
        Kind::Gauge,
        "Whether the server had the gate forget its event: then it admits nobody.",
    )
    .figure(&labels.pairs(), wiped);
    write_gates(&mut page, &[(labels, &health)]);
    say!("{}", page.finish().trim_end());
    Ok(ExitCode::SUCCESS)
}

/// When the server ordered this gate to forget its event.
fn wiped(
    ledger: &mut dyn Ledger,
    enrolment: Option<&Enrolment>,
) -> Result<Option<UnixSeconds>, Box<dyn std::error::Error + Send + Sync>> {
    let (Some(order), Some(enrolment)) = (ledger.setting(WIPE_ORDER_SETTING)?, enrolment) else {
        return Ok(None);
    };
    Ok(Some(Order::open(&order, &enrolment.server_key.0)?.at))
}

fn attendance(
    ledger: &mut dyn Ledger,
    now: &Now,
) -> Result<Option<Attendance>, Box<dyn std::error::Error + Send + Sync>> {
    let Some(rulebook) = ledger.documents()?.rulebook else {
        return Ok(None);
    };
    let rules = Rulebook::from_json(&rulebook)?;
    Ok(Some(Attendance::count(ledger.facts()?, &rules, now.best)))
}

fn gathered(enrolment: Option<Enrolment>, held: &LedgerStatus, now: &Now) -> Status {
    let (event, gate, device, server) = match enrolment {
        Some(enrolment) => (
            Some(enrolment.event),
            Some(enrolment.gate),
            Some(enrolment.device),
            Some(enrolment.server),
        ),
        None => (None, None, None, None),
    };
    Status {
        event,
        gate,
        device,
        server,
        wiped: None,
        tickets: held.tickets,
        withdrawn: held.withdrawn,
        list_as_of: held.as_of,
        list_version: held.cursor.as_ref().map(|cursor| cursor.sequence),
        facts: held.own_facts,
        unsent: held.unacknowledged,
        others_facts: held.others_facts,
        contradictions: held.contradictions,
        denials: held.denials,
        open_conflicts: held.open_conflicts,
        attendance: None,
        clock: now.state,
        clock_half_width_ms: now.latest.map(|latest| latest.since(now.best)),
    }
}

fn setting<T: serde::de::DeserializeOwned>(
    ledger: &mut dyn Ledger,
    name: &str,
) -> Result<Option<T>, Box<dyn std::error::Error + Send + Sync>> {
    let Some(bytes) = ledger.setting(name)? else {
        return Ok(None);
    };
    let unreadable = |error| {
        format!("the gate's setting «{name}» cannot be read ({error}): enrol it anew in an empty folder")
    };
    Ok(Some(serde_json::from_slice(&bytes).map_err(unreadable)?))
}

fn print(status: &Status) -> std::io::Result<()> {
    match (&status.event, &status.gate, &status.device, &status.server) {
        (Some(event), Some(gate), Some(device), Some(server)) => {
            say!("enrolled: {device} at gate {gate} of {event}, with {server}");
        }
        _ => say!("not enrolled"),
    }
    if let Some(at) = status.wiped {
        say!(
            "WIPED: at {at} the server revoked this device and had it forget the event; it admits nobody. Its check-ins \
             are still here: run `wicket sync` to hand them over for rescue, and give the folder to the organiser"
        );
    }
    match status.list_as_of {
        Some(as_of) => say!(
            "list: {} tickets, {} of them withdrawn, as of {as_of}",
            status.tickets,
            status.withdrawn
        ),
        None => say!("list: none complete yet"),
    }
    say!(
        "check-ins: {} of this gate, {} unsent; {} of other gates",
        status.facts,
        status.unsent,
        status.others_facts
    );
    if status.contradictions > 0 {
        say!(
            "ALARM: {} check-ins contradict others: a device was cloned, or lies",
            status.contradictions
        );
    }
    for (zone, count) in status.attendance.iter().flat_map(|attendance| &attendance.zones) {
        say!(
            "{zone}: {} entries, {} persons, {} inside",
            count.entries,
            count.persons,
            count.inside
        );
    }
    if status.open_conflicts > 0 {
        say!(
            "open conflicts: {} tickets were admitted twice, or where they should not have been; see `wicket admin conflict list` on the server",
            status.open_conflicts
        );
    }
    say!("denials kept: {}", status.denials);
    match status.clock_half_width_ms {
        Some(half_width) => say!("clock: {:?}, within {half_width} ms", status.clock),
        None => say!("clock: {:?}", status.clock),
    }
    Ok(())
}
