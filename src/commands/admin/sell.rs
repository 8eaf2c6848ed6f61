//! `wicket admin sell`: the box office.

use std::process::ExitCode;

use super::super::{Outcome, random};
use crate::commands::say::{self, say};
use crate::domain::ids::{AccountId, EventId, OperatorId, TicketType};
use crate::domain::sale::order::{Channel, Event, Order};
use crate::domain::sale::{
    Cart, Charge, Method, OrderNumber, PaymentNumber, PaymentStanding, Provider, TransactionId,
};
use crate::domain::ticket::jwk::PrivateJwk;
use crate::domain::ticket::{Claims, check_code, issue};
use crate::domain::time::UnixMillis;
use crate::server::db::{Changed, Db, KeyUse, Place, Placed, Seed};
use crate::server::now;

/// Who buys at the box office: nobody's account.
const BUYER: &str = "box-office";

/// Sell tickets at the box office, paid in cash or at a card terminal, and print their codes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The event.
    #[arg(long)]
    event: EventId,
    /// A ticket type and how many of it, such as adult=2; may be given again.
    #[arg(required = true, value_name = "TYPE=COUNT", value_parser = wanted)]
    tickets: Vec<(TicketType, u32)>,
    /// Who sells.
    #[arg(long)]
    operator: OperatorId,
    /// A voucher's code.
    #[arg(long)]
    voucher: Option<String>,
    /// Answers to the event's questions, such as shirt=m; may be given again.
    #[arg(long = "answer", value_name = "QUESTION=ANSWER", value_parser = answer)]
    answers: Vec<(String, String)>,
}

fn wanted(text: &str) -> Result<(TicketType, u32), String> {
    let (kind, count) = text.split_once('=').unwrap_or((text, "1"));
    let kind = kind.parse().map_err(|error| format!("{error}"))?;
    let count = count
        .parse()
        .map_err(|_| format!("{count:?} is no number of tickets"))?;
    Ok((kind, count))
}

fn answer(text: &str) -> Result<(String, String), String> {
    let parts = text
        .split_once('=')
        .map(|(name, answer)| (name.to_owned(), answer.to_owned()));
    parts.ok_or_else(|| "write QUESTION=ANSWER".to_owned())
}

pub(super) fn run(args: &Args, db: &mut Db) -> Outcome {
    let at = now();
    let order = placed(args, db, at)?;
    let order = match order.total().is_zero() {
        true => order,
        false => paid(&order, db, at)?,
    };
    say::remark(&format!("order {}: take ¥{}", order.number, order.total()));
    print(&order, db)?;
    Ok(ExitCode::SUCCESS)
}

fn placed(
    args: &Args,
    db: &mut Db,
    at: UnixMillis,
) -> Result<Order, Box<dyn std::error::Error + Send + Sync>> {
    let place = Place {
        event: args.event.clone(),
        buyer: BUYER.parse::<AccountId>()?,
        channel: Channel::BoxOffice(args.operator.clone()),
        cart: Cart {
            tickets: args.tickets.iter().cloned().collect(),
            voucher: args.voucher.clone(),
            answers: args.answers.iter().cloned().collect(),
        },
        number: OrderNumber::new(u64::from_be_bytes(random::bytes()?)),
        seed: Seed(random::bytes()?),
        now: at,
    };
    match db.place(&place)? {
        Placed::Order(order) => Ok(*order),
        Placed::Refused(why) => Err(why.to_string().into()),
        Placed::SoldOut(quota) => Err(format!("there are not so many left of the stock {quota}").into()),
        Placed::VoucherUsedUp => Err("the voucher is not good for so many tickets any more".into()),
        Placed::OneAtATime => Err("the order's number is taken: try again".into()),
    }
}

/// The money is on the counter: it came by the box office's own payment.
fn paid(
    order: &Order,
    db: &mut Db,
    at: UnixMillis,
) -> Result<Order, Box<dyn std::error::Error + Send + Sync>> {
    let payment = PaymentNumber {
        order: order.number,
        count: 1,
    };
    let pay = Event::Pay {
        provider: Provider::Manual,
        method: Method::BoxOffice,
        description: format!("{} {}", order.event, order.number),
        payer: None,
        address: None,
    };
    let charge = Charge {
        transaction: TransactionId(format!("manual:{payment}")),
        total: order.total(),
        currency: "CNY".to_owned(),
        payer: None,
        at,
    };
    let seed = Seed(random::bytes()?);
    db.change_order(order.number, &pay, &seed, at)?;
    match db.change_order(
        order.number,
        &Event::Standing(payment, PaymentStanding::Paid(charge)),
        &seed,
        at,
    )? {
        Changed::Order(order) => Ok(*order),
        Changed::Refused(wrong) => Err(wrong.to_string().into()),
        Changed::None => Err("the order is gone: try again".into()),
    }
}

/// Prints each ticket's code and check code.
fn print(order: &Order, db: &mut Db) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let jwk = PrivateJwk::from_json(&db.signing_jwk(&order.event, KeyUse::Tickets)?)?;
    let kid = jwk.kid.as_deref().unwrap_or_default();
    for ticket in order.tickets() {
        let Some(row) = db.ticket(&order.event, &ticket)? else {
            continue;
        };
        let claims = Claims {
            event: order.event.clone(),
            ticket_type: row.ticket_type,
            ticket,
            valid_from: row.valid_from,
            valid_until: row.valid_until,
            admits: row.admits,
            issued_at: order.issued_at,
            holder: None,
        };
        say!("{} {}", check_code(&ticket), issue(&claims, kid, &jwk.key)?);
    }
    Ok(())
}
