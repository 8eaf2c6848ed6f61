//! `wicket completions`: what a shell needs to complete the command line.

use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use super::say::say;
use super::{Cli, Outcome};

/// Print a completion script for a shell.
///
/// For bash: wicket completions bash > ~/.local/share/bash-completion/completions/wicket
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell to complete for.
    shell: Shell,
}

pub(super) fn run(args: &Args) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "wicket", &mut script);
    say!("{}", String::from_utf8(script)?.trim_end());
    Ok(ExitCode::SUCCESS)
}
