//! `wicket scan --config`: a gate's own hardware.

use std::path::Path;

use super::setup::Setup;
use super::{Args, Mode, decide, keep_in_touch, kept_lane};
use crate::commands::{Outcome, config_file, say};
use crate::config::Settings;
use crate::device::stop_signal::on_stop_signal;
use crate::domain::admission::Direction;
use crate::runner::{Decider, Feed, Hardware, SharedCamera};

pub(super) fn run(args: &Args, config: &Path) -> Outcome {
    let settings = config_file::read(config)?;
    let mut setup = Setup::from(&filled(args, &settings))?;
    if !setup.kept {
        say::remark("wicket: check-ins are not kept beyond this run; give --data with a folder to keep them");
    }
    let (feed, intake) = Feed::new();
    let stop = feed.clone();
    on_stop_signal(move || stop.stop())?;
    let camera = SharedCamera::default();
    let reach = keep_in_touch(args, &setup, &camera)?;
    let hardware = Hardware::start(&settings, &feed, None, true)?;
    let (lane, enrolled) = (kept_lane(args, &mut setup)?, setup.enrolled.clone());
    let decider = Decider::new(setup.orders, setup.ledger, setup.reread)
        .reaching(reach)
        .watching(camera)
        .standing(lane)
        .wired(hardware);
    decide(
        sounding(decider, &settings)?,
        &intake,
        args.json,
        enrolled.as_deref(),
    )
}

/// The arguments, with the file's word where they have none.
fn filled(args: &Args, settings: &Settings) -> Args {
    let gate = &settings.gate;
    // A gate on signatures alone keeps its check-ins only where it is told to.
    let data = args.keys.is_none().then(|| gate.data.clone());
    Args {
        data: args.data.clone().or(data),
        gate: args.gate.clone().or_else(|| gate.name.clone()),
        mode: args.mode.or(Some(match gate.direction {
            Direction::Entry => Mode::Entry,
            Direction::Exit => Mode::Exit,
            Direction::Check => Mode::Check,
        })),
        ..args.clone()
    }
}

#[cfg(feature = "sound")]
fn sounding(decider: Decider, settings: &Settings) -> Result<Decider, crate::runner::HardwareError> {
    Ok(match crate::runner::start_sound(&settings.sound)? {
        Some(speaker) => decider.sounding(Box::new(move |sound| speaker.play(sound))),
        None => decider,
    })
}

/// A build without sounds is silent, as a machine without a sound device is.
#[cfg(not(feature = "sound"))]
fn sounding(decider: Decider, _: &Settings) -> Result<Decider, crate::runner::HardwareError> {
    Ok(decider)
}
