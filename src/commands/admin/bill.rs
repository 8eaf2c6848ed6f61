//! `wicket admin bill`: the payment provider's account of a day beside ours.

use std::path::PathBuf;
use std::process::ExitCode;

use jiff::civil::Date;

use super::super::{Outcome, wechat};
use crate::commands::say::{self, say};
use crate::domain::sale::order::Payment;
use crate::domain::sale::{PaymentNumber, Provider, RefundNumber};
use crate::server::db::{Db, MoneyRow};
use crate::server::pay::{Bill, Ours, PaymentProvider, reconcile, span_of};

/// The exit status where the two accounts differ.
const DIFFERS: u8 = 1;

/// Hold WeChat Pay's bill of a day against our orders, and list every difference. Bills are there from ten o'clock of the next day on.
///
/// Exit status 0 where they agree, 1 where they differ.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The day in Beijing, such as 2026-11-24.
    day: Date,
    /// The merchant's settings, as for `wicket serve --wechat`.
    #[arg(long, value_name = "FILE")]
    wechat: PathBuf,
}

pub(super) fn run(args: &Args, db: &mut Db) -> Outcome {
    let provider = wechat::provider(&args.wechat)?;
    let bill = fetch(provider.as_ref(), args.day)?;
    let span = span_of(args.day)?;
    let rows = db.money(Provider::WeChat, span.from, span.until)?;
    let ours = ours(db, &rows)?;
    let differences = reconcile(&bill, &ours);
    for difference in &differences {
        say!("{difference}");
    }
    say::remark(&format!(
        "{} charges and {} refunds billed, {} differences",
        bill.charges.len(),
        bill.refunds.len(),
        differences.len()
    ));
    Ok(match differences.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(DIFFERS),
    })
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

fn fetch(provider: &dyn PaymentProvider, day: Date) -> Result<Bill, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(provider.bill(day))?)
}

/// The same money as our orders have it.
fn ours(db: &mut Db, rows: &[MoneyRow]) -> Result<Ours, Failed> {
    let mut ours = Ours::default();
    for row in rows {
        if row.back {
            ours.refunds.push((row.part.parse::<RefundNumber>()?, row.amount));
            continue;
        }
        let number: PaymentNumber = row.part.parse()?;
        let order = db.order(number.order)?;
        let payment = order.as_ref().and_then(|order| order.payment(number));
        let charge = payment.and_then(Payment::charge);
        ours.charges.extend(charge.map(|charge| (number, charge.clone())));
    }
    Ok(ours)
}
