//! The command `wicket`: arguments in, exit status out.

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use wicket::commands::{Cli, WRONG_USE};

fn main() -> ExitCode {
    match Cli::parse().run() {
        Ok(status) => status,
        Err(error) => {
            eprintln!("wicket: {}", with_causes(error.as_ref()));
            ExitCode::from(WRONG_USE)
        }
    }
}

/// An error and what lies behind it, on one line.
fn with_causes(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
