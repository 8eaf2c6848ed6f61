//! `wicket scan`: a gate without a screen.

mod hints;
#[cfg(feature = "gate")]
mod live;
mod report;
mod words;

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::Receiver;

use self::report::Report;
use super::gate::{GateArgs, Setup};
use super::{Outcome, say, service, with_causes};
use crate::device::camera_replay::Replay;
use crate::device::stop_signal::on_stop_signal;
use crate::domain::control::Action;
#[cfg(feature = "gate")]
use crate::runner::SharedCamera;
use crate::runner::{
    ControlNews, Decider, Feed, FrameRate, Intake, Notice, SharedReach, read_frames, read_lines,
};

/// Scan tickets: a gate without a screen.
///
/// Codes come from a folder of images (--frames), or from standard input, one a line, as a hardware scanner gives
/// them. Each scan gets a verdict: admit, deny with a reason, or ask. Whoever is admitted is recorded durably before
/// the verdict is printed.
///
/// In a build with `gate`, --config runs a gate's own hardware instead: its camera, scanners, relay and sounds.
///
/// A gate that `wicket enrol` set up follows its event's list and rules. Without one, --keys and --event make a gate
/// that admits whatever the keys signed.
///
/// Exit status 0 where the source ended or the gate was told to stop, 2 for errors.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Args {
    /// Read images in the order of their names. In a folder of folders each is one person, who starts anew.
    #[arg(long, value_name = "DIR")]
    frames: Option<PathBuf>,
    #[cfg(feature = "gate")]
    /// Run the gate's own hardware, as this file says: camera, scanners, relay, sensors, sounds. What is given on the command
    /// line besides wins over the file. See assets/config/gate.toml.
    #[arg(long, value_name = "FILE", conflicts_with = "frames")]
    config: Option<PathBuf>,
    /// How many frames the camera took in a second, from 0.1 to 1000. Frames are read as fast as it goes: this
    /// tells how long a code was out of view.
    #[arg(long, value_name = "N", default_value = "30")]
    fps: FrameRate,
    #[command(flatten)]
    gate: GateArgs,
    /// Print one JSON line a scan: frame (index of the frame in its folder, or of the line, from 0), folder, text,
    /// ticket (where the signature holds), kind, verdict (admit, deny, ask), reason, fact (which explains it),
    /// entry, persons, prompt, flags, gate, and latency_us, the microseconds from the text's arrival, after
    /// decoding, to the durable verdict; and, only where a guest is sent to other gates, homes, their names.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Outcome {
    #[cfg(feature = "gate")]
    if let Some(config) = &args.config {
        return live::run(args, config);
    }
    // A folder that cannot be replayed is told before a store is opened.
    let replay = args.frames.as_deref().map(Replay::open).transpose()?;
    let mut setup = Setup::from(&args.gate)?;
    if !setup.kept {
        say::remark("wicket: check-ins are not kept beyond this run; give --data with a folder to keep them");
    }
    let (feed, intake) = Feed::new();
    let stop = feed.clone();
    on_stop_signal(move || stop.stop())?;
    let reach = keep_in_touch(args, &setup)?;
    match replay {
        Some(replay) => {
            for folder in replay.without_images() {
                say::remark(&format!(
                    "wicket: {} holds no images, so nobody is in it",
                    folder.display()
                ));
            }
            read_frames(feed, replay, args.fps)?;
        }
        None => read_lines(feed, || io::stdin().lock())?,
    }
    let enrolled = setup.enrolled.clone();
    let lane = args.gate.kept_lane(&mut setup)?;
    let decider = Decider::new(setup.orders, setup.ledger, setup.reread)
        .reaching(reach)
        .standing(lane);
    decide(decider, &intake, args.json, enrolled.as_deref())
}

/// Decides on what comes, and prints it.
fn decide(decider: Decider, intake: &Receiver<Intake>, json: bool, enrolled: Option<&Path>) -> Outcome {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut watcher = |notice: Notice<'_>| {
        if let Notice::Control(ControlNews::Obeyed(Action::SyncNow)) = &notice {
            sync_now(enrolled);
        }
        tell(&notice, json, &mut out)
    };
    let decider = decider.without_screen().watched(service::heart());
    service::ready("scanning");
    decider.run(intake, &mut watcher)?;
    Ok(ExitCode::SUCCESS)
}

/// Syncs beside the scan, where there is a server to be in touch with; how the gate then stands to the others.
#[cfg(feature = "gate")]
fn keep_in_touch(args: &Args, setup: &Setup) -> io::Result<SharedReach> {
    Ok(super::gate::keep_in_touch(&args.gate, setup, &SharedCamera::default())?.reach)
}

/// A build without sync is kept up to date by hand, and apart from the others in between.
#[cfg(not(feature = "gate"))]
fn keep_in_touch(_: &Args, _: &Setup) -> io::Result<SharedReach> {
    Ok(SharedReach::default())
}

/// What a control code asks for, beside the scan.
#[cfg(feature = "gate")]
fn sync_now(enrolled: Option<&Path>) {
    if let Some(folder) = enrolled {
        super::sync::beside(folder.to_owned());
    }
}

#[cfg(not(feature = "gate"))]
fn sync_now(_: Option<&Path>) {
    say::remark("wicket: this build cannot sync: build with `--features gate`");
}

fn tell(notice: &Notice<'_>, json: bool, out: &mut impl Write) -> io::Result<()> {
    match notice {
        Notice::Verdict(told) if json => {
            serde_json::to_writer(&mut *out, &Report::new(told))?;
            writeln!(out)?;
            out.flush()
        }
        Notice::Verdict(told) => {
            writeln!(out, "{}", report::line(told.announcement))?;
            out.flush()
        }
        Notice::Desk(_) | Notice::Lane(_) => Ok(()),
        Notice::Device(news) => {
            say::remark(&format!("wicket: {}", words::of_device(news)));
            Ok(())
        }
        Notice::Fault(fault) => {
            say::remark(&format!("wicket: {fault}"));
            Ok(())
        }
        Notice::Control(ControlNews::Obeyed(action)) => {
            say::remark(&format!("wicket: control code: {action}"));
            Ok(())
        }
        Notice::Control(ControlNews::Refused(error)) => {
            say::remark(&format!("wicket: {}", with_causes(error)));
            Ok(())
        }
        Notice::Warning(warning) => {
            say::remark(&format!("wicket: {}", with_causes(*warning)));
            Ok(())
        }
    }
}
