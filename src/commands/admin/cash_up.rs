//! `wicket admin cash-up`: what an operator of the box office took and gave back.

use std::process::ExitCode;

use super::super::Outcome;
use crate::commands::say::say;
use crate::domain::ids::OperatorId;
use crate::domain::time::UnixSeconds;
use crate::server::db::Db;
use crate::server::now;

/// Count what an operator of the box office took and gave back, and what must be in the till.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The operator.
    operator: OperatorId,
    /// From this second on, in seconds since 1970; without it, the last 24 hours.
    #[arg(long, value_name = "SECONDS")]
    from: Option<u64>,
    /// Up to this second; without it, now.
    #[arg(long, value_name = "SECONDS")]
    until: Option<u64>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// A shift at the longest, in seconds.
const DAY_S: u64 = 86_400;

pub(super) fn run(args: &Args, db: &mut Db) -> Outcome {
    let until = args.until.map_or_else(|| now().seconds().plus(1), UnixSeconds);
    let from = args.from.map_or_else(|| until.minus(DAY_S), UnixSeconds);
    let cash = db.cash_up(&args.operator, from.millis(), until.millis())?;
    if args.json {
        say!("{}", serde_json::to_string(&cash)?);
        return Ok(ExitCode::SUCCESS);
    }
    say!("{} payments ¥{}", cash.payments, cash.taken);
    say!("{} refunds ¥{}", cash.refunds, cash.back);
    say!("in the till ¥{}", cash.taken.minus(cash.back));
    Ok(ExitCode::SUCCESS)
}
