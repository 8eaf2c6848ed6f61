//! A subcommand that this build lacks is listed all the same, and says which feature holds it.

use super::Outcome;

/// Whatever was typed behind it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Not in this build.
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

pub(super) fn run(args: &Args, what: &str, feature: &str) -> Outcome {
    let _ = &args.rest;
    Err(format!("this build has no {what}: build with --features {feature}").into())
}
