//! The command line: one file a subcommand.

mod completions;
mod random;
mod read;
mod say;
mod scan;
mod ticket;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use crate::runner::with_causes;

/// How a subcommand ends: an exit status, or an error that says what to do next (exit status 2).
pub type Outcome = Result<ExitCode, Box<dyn Error + Send + Sync>>;

/// The exit status for wrong use and for errors: 1 is kept for «done, and something was refused».
pub const WRONG_USE: u8 = 2;

/// An offline-first gate scanner for events.
#[derive(Debug, Parser)]
#[command(name = "wicket", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Completions(completions::Args),
    Read(read::Args),
    Scan(Box<scan::Args>),
    Ticket(ticket::Args),
}

impl Cli {
    /// Runs the subcommand.
    ///
    /// # Errors
    /// Whatever stopped it, in words that say what to do next.
    pub fn run(self) -> Outcome {
        match self.command {
            Command::Completions(args) => completions::run(&args),
            Command::Read(args) => read::run(&args),
            Command::Scan(args) => scan::run(&args),
            Command::Ticket(args) => ticket::run(&args),
        }
    }
}
