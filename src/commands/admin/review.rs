//! `wicket admin review`: what people should look at.

use std::process::ExitCode;

use clap::Subcommand;

use super::super::Outcome;
use crate::commands::say::{self, say};
use crate::domain::ids::OperatorId;
use crate::server::db::Db;

/// Look at what selling could not settle by itself: refunds that failed, money in another sum than was asked for.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    List(List),
    Seen(Seen),
}

/// List what nobody has looked at.
#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// A JSON object a line.
    #[arg(long)]
    json: bool,
}

/// Say that somebody has looked.
#[derive(Debug, clap::Args)]
pub(super) struct Seen {
    /// Its number in the list.
    review: i64,
    /// Who has looked.
    #[arg(long)]
    operator: OperatorId,
}

pub(super) fn run(action: &Action, db: &mut Db) -> Outcome {
    match action {
        Action::List(args) => {
            for review in db.reviews()? {
                match args.json {
                    true => say!("{}", serde_json::to_string(&review)?),
                    false => say!("{}  {}  {}", review.review, review.order, review.told),
                }
            }
        }
        Action::Seen(args) => match db.look(args.review, &args.operator)? {
            true => say::remark("seen"),
            false => {
                return Err("there is no such entry that nobody has looked at: see `review list`".into());
            }
        },
    }
    Ok(ExitCode::SUCCESS)
}
