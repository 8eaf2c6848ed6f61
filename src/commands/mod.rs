//! The command line: one file a subcommand.

#[cfg(feature = "server")]
mod admin;
#[cfg(feature = "server")]
mod backup;
#[cfg(feature = "gate")]
mod bar;
#[cfg(any(feature = "gate", feature = "server"))]
mod bundle;
#[cfg(feature = "gate")]
mod companion;
mod completions;
#[cfg(feature = "gate")]
mod config_file;
mod control;
#[cfg(all(feature = "gate", feature = "server"))]
mod demo;
#[cfg(feature = "gate")]
mod doctor;
#[cfg(feature = "gate")]
mod enrol;
mod gate;
#[cfg(feature = "kiosk")]
mod kiosk;
#[cfg(not(all(feature = "kiosk", feature = "server")))]
mod missing;
#[cfg(feature = "gate")]
mod neighbours;
mod random;
mod read;
#[cfg(feature = "server")]
mod restore;
mod say;
mod scan;
#[cfg(feature = "server")]
mod serve;
#[cfg(feature = "server")]
mod server_data;
mod service;
#[cfg(feature = "sim")]
mod sim;
mod status;
#[cfg(feature = "gate")]
mod sync;
mod ticket;
#[cfg(all(feature = "gate", feature = "server"))]
mod upstream;
#[cfg(feature = "gate")]
mod via;
#[cfg(feature = "server")]
mod wechat;

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
    #[cfg(feature = "server")]
    Admin(admin::Args),
    /// Manage events, tickets and devices on a server (not in this build).
    #[cfg(not(feature = "server"))]
    Admin(missing::Args),
    #[cfg(feature = "server")]
    Backup(backup::Args),
    /// Copy a server's data to a file (not in this build).
    #[cfg(not(feature = "server"))]
    Backup(missing::Args),
    Completions(completions::Args),
    Control(Box<control::Args>),
    #[cfg(all(feature = "gate", feature = "server"))]
    Demo(demo::Args),
    /// Show the main job on this machine (not in this build).
    #[cfg(not(all(feature = "gate", feature = "server")))]
    Demo(missing::Args),
    #[cfg(feature = "gate")]
    Doctor(doctor::Args),
    /// Examine this gate (not in this build).
    #[cfg(not(feature = "gate"))]
    Doctor(missing::Args),
    #[cfg(feature = "gate")]
    Enrol(enrol::Args),
    /// Enrol this gate with a one-time code (not in this build).
    #[cfg(not(feature = "gate"))]
    Enrol(missing::Args),
    #[cfg(feature = "gate")]
    Export(bundle::export::Args),
    /// Write what waits at this gate to a stick (not in this build).
    #[cfg(not(feature = "gate"))]
    Export(missing::Args),
    #[cfg(feature = "gate")]
    Import(bundle::import::Args),
    /// Take a bundle from a stick into this gate (not in this build).
    #[cfg(not(feature = "gate"))]
    Import(missing::Args),
    #[cfg(feature = "kiosk")]
    Kiosk(Box<kiosk::Args>),
    /// Run a gate with a screen (not in this build).
    #[cfg(not(feature = "kiosk"))]
    Kiosk(missing::Args),
    Read(read::Args),
    #[cfg(feature = "server")]
    Restore(restore::Args),
    /// Put a backup in the place of a server's data (not in this build).
    #[cfg(not(feature = "server"))]
    Restore(missing::Args),
    Scan(Box<scan::Args>),
    #[cfg(feature = "server")]
    Serve(serve::Args),
    /// Run the backend that gates sync with (not in this build).
    #[cfg(not(feature = "server"))]
    Serve(missing::Args),
    #[cfg(feature = "sim")]
    Sim(sim::Args),
    Status(status::Args),
    #[cfg(feature = "gate")]
    Sync(sync::Args),
    /// Sync now: tickets and rules down, check-ins up (not in this build).
    #[cfg(not(feature = "gate"))]
    Sync(missing::Args),
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
            Command::Control(args) => control::run(&args),
            #[cfg(all(feature = "gate", feature = "server"))]
            Command::Demo(args) => demo::run(&args),
            #[cfg(not(all(feature = "gate", feature = "server")))]
            Command::Demo(args) => missing::run(&args, "demo", "gate,server"),
            #[cfg(feature = "server")]
            Command::Admin(args) => admin::run(&args),
            #[cfg(not(feature = "server"))]
            Command::Admin(args) => missing::run(&args, "server", "server"),
            #[cfg(feature = "server")]
            Command::Backup(args) => backup::run(&args),
            #[cfg(not(feature = "server"))]
            Command::Backup(args) => missing::run(&args, "server", "server"),
            #[cfg(feature = "gate")]
            Command::Doctor(args) => doctor::run(&args),
            #[cfg(not(feature = "gate"))]
            Command::Doctor(args) => missing::run(&args, "gate", "gate"),
            #[cfg(feature = "gate")]
            Command::Enrol(args) => enrol::run(&args),
            #[cfg(not(feature = "gate"))]
            Command::Enrol(args) => missing::run(&args, "sync", "gate"),
            #[cfg(feature = "gate")]
            Command::Export(args) => bundle::export::run(&args),
            #[cfg(not(feature = "gate"))]
            Command::Export(args) => missing::run(&args, "sync", "gate"),
            #[cfg(feature = "gate")]
            Command::Import(args) => bundle::import::run(&args),
            #[cfg(not(feature = "gate"))]
            Command::Import(args) => missing::run(&args, "sync", "gate"),
            #[cfg(feature = "kiosk")]
            Command::Kiosk(args) => kiosk::run(&args),
            #[cfg(not(feature = "kiosk"))]
            Command::Kiosk(args) => missing::run(&args, "screen", "kiosk"),
            Command::Read(args) => read::run(&args),
            #[cfg(feature = "server")]
            Command::Restore(args) => restore::run(&args),
            #[cfg(not(feature = "server"))]
            Command::Restore(args) => missing::run(&args, "server", "server"),
            Command::Scan(args) => scan::run(&args),
            #[cfg(feature = "server")]
            Command::Serve(args) => serve::run(&args),
            #[cfg(not(feature = "server"))]
            Command::Serve(args) => missing::run(&args, "server", "server"),
            #[cfg(feature = "sim")]
            Command::Sim(args) => sim::run_command(&args),
            Command::Status(args) => status::run(&args),
            #[cfg(feature = "gate")]
            Command::Sync(args) => sync::run(&args),
            #[cfg(not(feature = "gate"))]
            Command::Sync(args) => missing::run(&args, "sync", "gate"),
            Command::Ticket(args) => ticket::run(&args),
        }
    }
}
