//! The binary as its user types it.

mod completions;
#[cfg(all(feature = "gate", feature = "server"))]
mod demo;
mod missing;
mod read;
mod scan;
mod ticket;

use std::process::Command;

/// The binary under test.
pub(crate) fn wicket() -> Command {
    Command::new(env!("CARGO_BIN_EXE_wicket"))
}
