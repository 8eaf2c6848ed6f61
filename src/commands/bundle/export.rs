//! `wicket export`: what waits at this gate, onto a stick.

use std::path::PathBuf;
use std::process::ExitCode;

use super::super::say::say;
use super::super::{Outcome, random};
use super::write;
use crate::ledger::{Ledger, Opening, SqliteLedger};
use crate::runner::vitals;
use crate::sync::bundle::{Made, export};
use crate::sync::enrolment;

/// Bytes that a check-in takes before it is packed, at the most.
const CHECK_IN_BYTES: u64 = 400;

/// Write the check-ins that the server is not known to hold to a stick, for the server or for another gate.
///
/// What this gate carries for others goes along. Nothing is marked as sent: only the server's receipt does that, which comes
/// back by a stick or by network. Only the server and the event's gates can read the file.
///
/// Exit status 0: it is on the stick, whole. 2: wrong use, the stick or this gate's store failed.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// A folder, such as a stick's, in which it is called `wicket-EVENT-DEVICE-N.wkb`; or a file's name.
    #[arg(value_name = "PLACE")]
    place: PathBuf,
    /// The gate's folder.
    #[arg(long, value_name = "DIR", env = "WICKET_DATA", default_value = "gate-data")]
    data: PathBuf,
}

pub(in crate::commands) fn run(args: &Args) -> Outcome {
    let mut ledger = SqliteLedger::attach(&args.data, &Opening::default())?;
    let enrolment = enrolment(&mut ledger)?;
    let vitals = vitals(&args.data, &mut ledger)?;
    let made = Made {
        at: vitals.now.best,
        random: random::bytes()?,
        vitals,
    };
    let name = format!("{}-{}", enrolment.event, enrolment.device);
    let waiting = ledger.pulse()?.unsent.saturating_mul(CHECK_IN_BYTES);
    let (exported, path, bytes) = write(&args.place, &name, waiting, |out| export(&mut ledger, &made, out))?;
    say!(
        "exported: {} check-ins in {} segments, {bytes} bytes, to {}",
        exported.facts,
        exported.holds.segments,
        path.display()
    );
    say!(
        "on the server: wicket admin bundle import FILE --receipt FOLDER; at another gate: wicket import FILE"
    );
    Ok(ExitCode::SUCCESS)
}
