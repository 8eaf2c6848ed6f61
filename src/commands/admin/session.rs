//! `wicket admin session`: a date that does not take place.

use std::process::ExitCode;

use clap::Subcommand;

use super::super::Outcome;
use crate::commands::say;
use crate::domain::ids::{EventId, SessionId};
use crate::server::db::Db;
use crate::server::now;

/// Manage an event's dates.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    Refund(Refund),
}

/// Take back every ticket of a date that is cancelled or postponed, for its whole price. Gates refuse them, and a running server
/// has the money given back as fast as the provider takes it. Cut off, run it again: it goes on.
#[derive(Debug, clap::Args)]
pub(super) struct Refund {
    /// The event.
    #[arg(long)]
    event: EventId,
    /// The date, as its sheet names it.
    session: SessionId,
}

pub(super) fn run(action: &Action, db: &mut Db) -> Outcome {
    let Action::Refund(args) = action;
    let (mut tickets, mut after) = (0, None);
    loop {
        let step = db.take_back_session(&args.event, &args.session, after, now())?;
        if step.orders == 0 {
            break;
        }
        (tickets, after) = (tickets + step.tickets, step.after);
    }
    say::remark(&format!("{tickets} tickets of {} were taken back", args.session));
    Ok(ExitCode::SUCCESS)
}
