//! `wicket admin order`: what was ordered, and what staff do about it.

use std::process::ExitCode;

use clap::Subcommand;

use super::super::{Outcome, random};
use crate::commands::say::{self, say};
use crate::domain::ids::{EventId, TicketId};
use crate::domain::sale::order::{Cause, Event, Order};
use crate::domain::sale::{OrderNumber, Permille, RefundNumber};
use crate::domain::time::UnixMillis;
use crate::server::db::{Changed, Db, Seed};
use crate::server::now;

/// Look at orders, cancel and refund them. A running server does what is then due at the payment provider.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    List(List),
    Show(Which),
    Cancel(Which),
    Refund(Refund),
    RefundAgain(RefundAgain),
}

/// List an event's newest orders.
#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// The event.
    #[arg(long)]
    event: EventId,
    /// A JSON object a line.
    #[arg(long)]
    json: bool,
}

/// Show an order whole, or cancel one that is not paid.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// Its number, such as 7Q4M-XK2C-91ZT.
    order: OrderNumber,
}

/// Take tickets of a paid order back: gates refuse them, and the payer gets their price or a share of it.
#[derive(Debug, clap::Args)]
pub(super) struct Refund {
    /// The order's number.
    order: OrderNumber,
    /// A ticket, in hexadecimal; may be given again. Without one, all of them.
    #[arg(long = "ticket", value_name = "HEX")]
    tickets: Vec<TicketId>,
    /// The share of the price in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 100, value_parser = clap::value_parser!(u16).range(0..=100))]
    percent: u16,
}

/// Ask again for a refund that the provider gave up, once its reason is mended.
#[derive(Debug, clap::Args)]
pub(super) struct RefundAgain {
    /// The refund's number, such as 7Q4MXK2C91ZT*1.
    refund: RefundNumber,
}

pub(super) fn run(action: &Action, db: &mut Db) -> Outcome {
    match action {
        Action::List(args) => list(args, db),
        Action::Show(which) => show(which, db),
        Action::Cancel(which) => change(
            db,
            which.order,
            &Event::Cancel,
            "cancelled, or to be once no payment can come",
        ),
        Action::Refund(args) => refund(args, db),
        Action::RefundAgain(args) => {
            let event = Event::RefundAgain(args.refund);
            change(db, args.refund.order, &event, "asked for again")
        }
    }
}

fn list(args: &List, db: &mut Db) -> Outcome {
    for order in db.orders_before(&args.event, UnixMillis(u64::MAX))? {
        match args.json {
            true => say!("{}", serde_json::to_string(&order)?),
            false => say!("{}", line(&order)),
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn line(order: &Order) -> String {
    let (tickets, total) = (order.items.len(), order.total());
    let stage = serde_json::to_string(&order.stage).unwrap_or_default();
    format!(
        "{}  {tickets} tickets  ¥{total}  {}  {}",
        order.number,
        order.buyer,
        stage.replace('"', "")
    )
}

fn show(which: &Which, db: &mut Db) -> Outcome {
    let order = db.order(which.order)?.ok_or_else(|| none(which.order))?;
    say!("{}", serde_json::to_string_pretty(&order)?);
    Ok(ExitCode::SUCCESS)
}

fn refund(args: &Refund, db: &mut Db) -> Outcome {
    let event = Event::TakeBack {
        tickets: args.tickets.clone(),
        share: Permille::try_from(args.percent.saturating_mul(10))?,
        cause: Cause::Organiser,
    };
    change(db, args.order, &event, "taken back")
}

fn change(db: &mut Db, number: OrderNumber, event: &Event, word: &str) -> Outcome {
    match db.change_order(number, event, &Seed(random::bytes()?), now())? {
        Changed::Order(order) => {
            say::remark(&format!("order {number}: {word}"));
            say!("{}", line(&order));
            Ok(ExitCode::SUCCESS)
        }
        Changed::Refused(wrong) => Err(wrong.to_string().into()),
        Changed::None => Err(none(number).into()),
    }
}

fn none(number: OrderNumber) -> String {
    format!("there is no order {number}: check its number")
}
