//! `wicket ticket`: make keys and codes, verify them, look into them.

pub(super) mod edge;
pub(super) mod files;
mod issue;
mod keygen;
mod lines;
mod present;
mod public;
pub(super) mod qr_file;
mod show;
mod verify;

use clap::Subcommand;

use super::Outcome;

/// Make keys and tickets, verify codes, look into them.
///
/// A first ticket, from nothing:
///
///   wicket ticket keygen --kid gate-a --out issuer.jwk --public event.jwks
///   wicket ticket issue --key issuer.jwk --event spring-26 --type adult \
///       --until 2030-01-01T00:00:00Z --qr ticket.png > ticket.txt
///   wicket ticket verify --keys event.jwks --event spring-26 < ticket.txt
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Keygen(keygen::Args),
    Public(public::Args),
    Issue(issue::Args),
    Present(present::Args),
    Verify(verify::Args),
    Show(show::Args),
}

pub(super) fn run(args: &Args) -> Outcome {
    match &args.command {
        Command::Keygen(args) => keygen::run(args),
        Command::Public(args) => public::run(args),
        Command::Issue(args) => issue::run(args),
        Command::Present(args) => present::run(args),
        Command::Verify(args) => verify::run(args),
        Command::Show(args) => show::run(args),
    }
}
