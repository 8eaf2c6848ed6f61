//! `wicket scan --config`: a gate's own hardware.

use std::path::Path;

use super::{Args, decide};
use crate::commands::gate::{Setup, keep_in_touch, sounding};
use crate::commands::{Outcome, config_file, say};
use crate::device::stop_signal::on_stop_signal;
use crate::runner::{Decider, Feed, Hardware, SharedCamera};

pub(super) fn run(args: &Args, config: &Path) -> Outcome {
    let settings = config_file::read(config)?;
    let mut setup = Setup::from(&args.gate.filled(&settings))?;
    if !setup.kept {
        say::remark("wicket: check-ins are not kept beyond this run; give --data with a folder to keep them");
    }
    let (feed, intake) = Feed::new();
    let stop = feed.clone();
    on_stop_signal(move || stop.stop())?;
    let camera = SharedCamera::default();
    let touch = keep_in_touch(&args.gate, &setup, &camera)?;
    let hardware = Hardware::start(&settings, &feed, None, true)?;
    let (lane, enrolled) = (args.gate.kept_lane(&mut setup)?, setup.enrolled.clone());
    let decider = Decider::new(setup.orders, setup.ledger, setup.reread)
        .reaching(touch.reach)
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
