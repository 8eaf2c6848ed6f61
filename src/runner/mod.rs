//! The gate's loop without a screen. Threads read, one a source; one decides and alone owns gate and ledger; between them
//! is a bounded channel. What opens, lights and sounds is switched by the decider before anybody is told, and switched
//! back by a thread of its own.

mod camera;
mod control;
mod decider;
mod desk;
#[cfg(feature = "gate")]
pub mod doctor;
mod feed;
mod frames;
#[cfg(feature = "gate")]
mod hardware;
mod heart;
mod intake;
mod latest;
mod lines;
mod news;
mod preview;
mod reach;
mod scanners;
mod shared_camera;
mod stopwatch;
mod timing;
mod turnstile;
mod vitals;
mod wiring;

use std::any::Any;
use std::error::Error;

pub use camera::{CameraPlan, OpenCamera, watch_camera};
pub use control::{ControlError, ControlNews};
pub use decider::{Decider, Notice, Orders, PlaySound, Reread, RunError, Told, Watcher};
pub use desk::{Command, CommandDesk, DeskError, LaneSetting};
pub use feed::Feed;
pub use frames::{FrameRate, FrameRateError, read_frames};
#[cfg(feature = "sound")]
pub use hardware::start_sound;
#[cfg(feature = "gate")]
pub use hardware::{Hardware, HardwareError};
pub use heart::Heart;
pub use intake::{DeviceNews, End, Intake, Place, Seen, Sight};
pub use latest::{Fetched, Latest};
pub use lines::read_lines;
pub use news::{News, Reporter};
pub use preview::Preview;
pub use reach::SharedReach;
pub use scanners::{ScannerLines, watch_scanner};
pub use shared_camera::SharedCamera;
pub use timing::{Arrival, Timing};
pub use turnstile::Turnstile;
pub use vitals::vitals;
pub use wiring::{MissingLines, OpenSignals, Wiring, WiringPlan, WiringStart, wire};

/// What a panic said.
fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no reason given")
}

/// An error and what lies behind it, on one line, as people are told of it.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
