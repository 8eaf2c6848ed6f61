//! `wicket admin voucher`: codes that make tickets cheaper, or unlock them.

use std::process::ExitCode;

use clap::Subcommand;

use super::super::Outcome;
use crate::commands::say::{self, say};
use crate::domain::ids::{EventId, TicketType};
use crate::domain::sale::voucher::{Gives, Voucher, voucher_code};
use crate::domain::sale::{Fen, Permille};
use crate::domain::time::UnixSeconds;
use crate::server::db::Db;

/// Manage vouchers.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    Add(Add),
    Show(Show),
}

/// Add a voucher, or change one: what it was used for counts on.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("gives").required(true).args(["percent", "amount", "unlock"]))]
pub(super) struct Add {
    /// The event.
    #[arg(long)]
    event: EventId,
    /// The code: 4 to 32 letters, digits and hyphens.
    code: String,
    /// Takes so many percent off the price.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u16).range(1..=100))]
    percent: Option<u16>,
    /// Takes so many fen off the price.
    #[arg(long, value_name = "FEN")]
    amount: Option<u64>,
    /// Lets its types be bought, at their price.
    #[arg(long)]
    unlock: bool,
    /// For this type alone; may be given again.
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<TicketType>,
    /// For how many tickets in all.
    #[arg(long, default_value_t = 1)]
    tickets: u32,
    /// Until this second, in seconds since 1970.
    #[arg(long, value_name = "SECONDS")]
    until: Option<u64>,
}

/// Show a voucher and how much of it is used.
#[derive(Debug, clap::Args)]
pub(super) struct Show {
    /// The event.
    #[arg(long)]
    event: EventId,
    /// The code.
    code: String,
}

pub(super) fn run(action: &Action, db: &mut Db) -> Outcome {
    match action {
        Action::Add(args) => add(args, db),
        Action::Show(args) => show(args, db),
    }
}

fn add(args: &Add, db: &mut Db) -> Outcome {
    let code = code(&args.code)?;
    let gives = match (args.percent, args.amount) {
        (Some(percent), _) => Gives::Share(Permille::try_from(percent.saturating_mul(10))?),
        (None, Some(fen)) => Gives::Amount(Fen(fen)),
        (None, None) => Gives::Unlock,
    };
    let voucher = Voucher {
        gives,
        types: Some(args.types.clone()).filter(|types| !types.is_empty()),
        tickets_max: args.tickets,
        from: None,
        until: args.until.map(UnixSeconds),
    };
    db.put_voucher(&args.event, &code, &voucher)?;
    say::remark(&format!("voucher {code} is good for {} tickets", args.tickets));
    Ok(ExitCode::SUCCESS)
}

fn show(args: &Show, db: &mut Db) -> Outcome {
    let code = code(&args.code)?;
    let Some((voucher, used)) = db.voucher(&args.event, &code)? else {
        return Err(format!("{} has no voucher {code}", args.event).into());
    };
    say!("{code}: used for {used} of {} tickets", voucher.tickets_max);
    Ok(ExitCode::SUCCESS)
}

fn code(typed: &str) -> Result<String, String> {
    voucher_code(typed).ok_or_else(|| "a code has 4 to 32 letters, digits and hyphens".to_owned())
}
