//! The command `wicket`: arguments in, exit status out.

use std::process::ExitCode;

use clap::Parser;
use wicket::commands::{Cli, WRONG_USE, with_causes};

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(status) => status,
        Err(error) => {
            eprintln!("wicket: {}", with_causes(error.as_ref()));
            ExitCode::from(WRONG_USE)
        }
    }
}
