//! `wicket demo`: the main job on this machine, with a server, a gate and syncs as separate processes.

mod camera;
mod cast;
mod play;
mod stage;
mod tell;

use std::path::PathBuf;
use std::process::ExitCode;

use super::Outcome;
use play::Play;
use stage::Stage;

/// The demo's event, its gate and device, and the kid of its key.
const EVENT: &str = "demo-night";
const GATE: &str = "gate-a";
const DEVICE: &str = "pi-1";
const KID: &str = "issuer-1";
/// Tickets on the demo's list.
const TICKETS: u32 = 1_000;
/// Guests with good tickets who come to the gate: enough to stop the server among them, few enough for a minute.
const GUESTS: usize = 90;

/// Show the main job: sell, sync, scan, lose the server, go on, sync again, count.
///
/// Runs `wicket serve`, `wicket enrol`, `wicket sync` and `wicket scan` as separate processes over real sockets, and ends with the
/// attendance as read from the gate's and from the server's database. Exit status 1 if they differ.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Scan these images instead of the demo's own: a folder, or a folder of folders with one person each.
    #[arg(long, value_name = "DIR")]
    frames: Option<PathBuf>,
    /// Where to leave the server's and the gate's data; must not exist yet. Default: a new folder for temporary files.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Guests with good tickets.
    #[arg(long, value_name = "N", default_value_t = GUESTS)]
    guests: usize,
}

pub(super) fn run(args: &Args) -> Outcome {
    let dir = args
        .dir
        .clone()
        .unwrap_or_else(|| std::env::temp_dir().join(format!("wicket-demo-{}", std::process::id())));
    let play = Play::new(Stage::of_this_binary()?, dir)?;
    let frames = play.prepare(args.frames.as_deref(), args.guests)?;
    let equal = play.perform(&frames)?;
    Ok(if equal {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}
