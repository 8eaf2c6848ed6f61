//! What a gate tells whoever watches it.

use std::error::Error;
use std::io;

use crate::domain::gate::{Announcement, DeskAnswer, Fault};
use crate::ledger::LedgerError;
use crate::runner::control::ControlNews;
use crate::runner::desk::LaneSetting;
use crate::runner::intake::{DeviceNews, Place};
use crate::runner::timing::Timing;

/// What the gate tells whoever watches it, as it happens.
#[derive(Debug)]
pub enum Notice<'a> {
    /// A verdict. Where it lets somebody in, their check-in is durable.
    Verdict(Told<'a>),
    /// Something at the gate does not work.
    Fault(&'a Fault),
    /// What became of something that staff wanted.
    Desk(&'a DeskAnswer),
    /// A device came, went or changed.
    Device(&'a DeviceNews),
    /// Where the gate stands from now on, as staff set it.
    Lane(&'a LaneSetting),
    /// What became of a control code.
    Control(&'a ControlNews),
    /// Something else that staff should know; the gate goes on.
    Warning(&'a (dyn Error + Send + Sync + 'static)),
}

/// A verdict, and where it came from.
#[derive(Debug)]
pub struct Told<'a> {
    /// The verdict.
    pub announcement: &'a Announcement,
    /// The code's text; none where a line was no text.
    pub text: Option<&'a str>,
    /// The frame or line that decided.
    pub place: &'a Place,
    /// Microseconds from when the decider took the frame or line to now.
    pub latency_us: u64,
    /// When the steps of the scan were done, counted from the frame's or line's arrival.
    pub timing: Timing,
}

/// Whoever watches the gate. An error ends the gate: nobody is let in whom nobody sees.
pub type Watcher<'a> = dyn FnMut(Notice<'_>) -> io::Result<()> + 'a;

/// Why a gate ended before its source did.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The source failed.
    #[error("the source of codes failed; check it and start again")]
    Source(#[source] io::Error),
    /// The verdicts could not be told.
    #[error("the verdicts could not be written, so the gate stopped; everything before is recorded")]
    Watcher(#[source] io::Error),
    /// The refusals that waited could not be written.
    #[error("the last refusals could not be recorded; nobody was admitted by them")]
    Denials(#[source] LedgerError),
}
