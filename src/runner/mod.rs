//! The gate's loop without a screen. One thread reads, one decides and alone owns gate and ledger; between them is
//! a bounded channel.

mod decider;
mod feed;
mod frames;
mod intake;
mod lines;
mod reach;
mod stopwatch;

use std::any::Any;
use std::error::Error;

pub use decider::{Decider, Notice, Orders, Reread, RunError, Told, Watcher};
pub use feed::Feed;
pub use frames::{FrameRate, FrameRateError, read_frames};
pub use intake::{End, Intake, Place, Seen, Sight};
pub use lines::read_lines;
pub use reach::SharedReach;

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
