//! A bill's file: a line of names, a line for each payment or refund, a line of names and one of totals. Every value stands
//! behind a backtick; sums are in yuan. Pure.

use std::collections::BTreeMap;

use jiff::civil::DateTime;

use crate::domain::sale::{Fen, TransactionId};
use crate::domain::time::UnixMillis;
use crate::server::pay::bill::{Bill, BilledCharge, BilledRefund};
use crate::server::pay::day::{beijing, millis};

/// What the file begins with.
const BYTE_ORDER_MARK: char = '\u{feff}';
/// Yuan are written with at most so many decimals.
const DECIMALS: usize = 2;

/// Reads the file.
///
/// # Errors
/// The line, from 1, and what is wrong with it; or which total is not the sum of the lines.
pub fn read(text: &str) -> Result<Bill, String> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let lines: Vec<&str> = text.lines().collect();
    let [names, rows @ .., totals_names, totals] = lines.as_slice() else {
        return Err("it has less than a line of names, and two of totals".to_owned());
    };
    let names: Vec<&str> = names.split(',').collect();
    let mut bill = Bill::default();
    let mut sums = Sums::default();
    for (place, row) in rows.iter().enumerate() {
        let row = Row::read(&names, row).and_then(|row| take(&row, &mut bill, &mut sums));
        row.map_err(|why| format!("line {}: {why}", place + 2))?;
    }
    let totals_names: Vec<&str> = totals_names.split(',').collect();
    let totals = Row::read(&totals_names, totals).map_err(|why| format!("the totals: {why}"))?;
    sums.check(&totals)?;
    Ok(bill)
}

/// A line by the names of its values.
struct Row<'r>(BTreeMap<&'r str, &'r str>);

impl<'r> Row<'r> {
    fn read(names: &[&'r str], line: &'r str) -> Result<Self, String> {
        let line = line.strip_prefix('`').ok_or("it begins with no backtick")?;
        // A comma may stand in a value; one before a backtick stands between two.
        let values: Vec<&str> = line.split(",`").collect();
        if values.len() != names.len() {
            return Err(format!("{} values for {} names", values.len(), names.len()));
        }
        Ok(Self(names.iter().copied().zip(values).collect()))
    }

    fn text(&self, name: &str) -> Result<&'r str, String> {
        self.0
            .get(name)
            .copied()
            .ok_or_else(|| format!("there is no {name}"))
    }

    fn fen(&self, name: &str) -> Result<Fen, String> {
        let text = self.text(name)?;
        fen(text).ok_or_else(|| format!("{name} is {text:?}, and no sum in yuan"))
    }
}

#[derive(Default)]
struct Sums {
    rows: u64,
    charged: Fen,
    refunded: Fen,
}

impl Sums {
    fn check(&self, totals: &Row<'_>) -> Result<(), String> {
        let count = totals.text("总交易单数")?;
        let written = count.strip_suffix(".0").unwrap_or(count);
        if written.parse() != Ok(self.rows) {
            return Err(format!("{} lines, and by the totals {count}", self.rows));
        }
        for (name, sum) in [("订单总金额", self.charged), ("申请退款总金额", self.refunded)] {
            let total = totals.fen(name)?;
            if total != sum {
                return Err(format!("{name} is {total}, and the lines make {sum}"));
            }
        }
        Ok(())
    }
}

fn take(row: &Row<'_>, bill: &mut Bill, sums: &mut Sums) -> Result<(), String> {
    sums.rows = sums.rows.saturating_add(1);
    sums.charged = sums.charged.plus(row.fen("订单金额")?);
    sums.refunded = sums.refunded.plus(row.fen("申请退款金额")?);
    match row.text("交易状态")? {
        "SUCCESS" => bill.charges.push(charge(row)?),
        // Money that went back by a revocation at the till of another seller went back all the same.
        "REFUND" | "REVOKED" => bill.refunds.push(refund(row)?),
        other => return Err(format!("the state {other:?} is none that is known")),
    }
    Ok(())
}

fn charge(row: &Row<'_>) -> Result<BilledCharge, String> {
    Ok(BilledCharge {
        payment: row.text("商户订单号")?.to_owned(),
        transaction: TransactionId(row.text("微信订单号")?.to_owned()),
        total: row.fen("订单金额")?,
        currency: row.text("货币种类")?.to_owned(),
        at: at(row.text("交易时间")?)?,
    })
}

fn refund(row: &Row<'_>) -> Result<BilledRefund, String> {
    Ok(BilledRefund {
        refund: row.text("商户退款单号")?.to_owned(),
        payment: row.text("商户订单号")?.to_owned(),
        amount: row.fen("申请退款金额")?,
        currency: row.text("货币种类")?.to_owned(),
        done: row.text("退款状态")? == "SUCCESS",
    })
}

/// Such as `2026-11-23 16:00:00`, at Beijing.
fn at(text: &str) -> Result<UnixMillis, String> {
    let wrong = || format!("{text:?} is no time");
    let time = DateTime::strptime("%Y-%m-%d %H:%M:%S", text).map_err(|_| wrong())?;
    beijing().to_timestamp(time).map(millis).map_err(|_| wrong())
}

/// Such as `0.03`, `0.3` or `128`: digits, and at most two after a point.
fn fen(text: &str) -> Option<Fen> {
    let (yuan, cents) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(yuan) || !digits(cents) || cents.len() > DECIMALS {
        return None;
    }
    let cents: u64 = format!("{cents:0<DECIMALS$}").parse().ok()?;
    let yuan: u64 = yuan.parse().ok()?;
    yuan.checked_mul(100)?.checked_add(cents).map(Fen)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &str = "交易时间,微信订单号,商户订单号,交易状态,货币种类,商户退款单号,退款状态,商品名称,订单金额,申请退款金额";
    const TOTALS: &str = "总交易单数,订单总金额,申请退款总金额";
    const PAID: &str =
        "`2026-11-23 16:00:00,`42000,`7Q4MXK2C91ZT-1,`SUCCESS,`CNY,`0,`,`one, or two,`380.00,`0.00";
    const REFUNDED: &str = "`2026-11-23 17:00:00,`42000,`7Q4MXK2C91ZT-1,`REFUND,`CNY,`7Q4MXK2C91ZT*1,`SUCCESS,`one,`0.00,`190.50";

    fn file(rows: &[&str], totals: &str) -> String {
        let lines = [&[NAMES], rows, &[TOTALS, totals]].concat();
        format!("\u{feff}{}\r\n", lines.join("\r\n"))
    }

    #[test]
    fn payments_and_refunds_are_read_with_their_sums_in_fen() {
        let bill = read(&file(&[PAID, REFUNDED], "`2,`380.00,`190.50")).unwrap();
        assert_eq!(bill.charges.len(), 1);
        assert_eq!(bill.charges[0].total, Fen(38_000));
        assert_eq!(bill.charges[0].payment, "7Q4MXK2C91ZT-1");
        assert_eq!(bill.charges[0].at, UnixMillis(1_795_420_800_000));
        assert_eq!(bill.refunds[0].amount, Fen(19_050));
        assert_eq!(bill.refunds[0].refund, "7Q4MXK2C91ZT*1");
        assert!(bill.refunds[0].done);
    }

    #[test]
    fn a_refund_under_way_is_not_done() {
        let row = REFUNDED.replace("*1,`SUCCESS", "*1,`PROCESSING");
        let bill = read(&file(&[&row], "`1.0,`0.0,`190.50")).unwrap();
        assert!(!bill.refunds[0].done);
    }

    #[test]
    fn a_bill_that_lost_a_line_or_a_sum_is_not_used() {
        for (rows, totals, named) in [
            (&[PAID][..], "`2,`380.00,`0.00", "1 lines"),
            (&[PAID], "`1,`380.01,`0.00", "订单总金额"),
            (&[REFUNDED], "`1,`0.00,`190.49", "申请退款总金额"),
            (&[], "`1,`0.00,`0.00", "0 lines"),
        ] {
            let why = read(&file(rows, totals)).unwrap_err();
            assert!(why.contains(named), "{why}");
        }
        assert!(read("").is_err());
        assert!(read(&format!("{NAMES}\r\n{TOTALS}\r\n")).is_err());
    }

    #[test]
    fn what_is_not_written_as_a_bill_is_named_by_its_line() {
        for (from, to) in [
            ("`2026-11-23 16", "2026-11-23 16"),
            ("2026-11-23 16:00:00", "2026-11-23T16:00:00"),
            ("`380.00", "`380.001"),
            ("`380.00", "`-380.00"),
            ("`380.00", "`3.8e2"),
            ("`SUCCESS", "`STRANGE"),
            (",`CNY", ""),
        ] {
            let row = PAID.replace(from, to);
            let why = read(&file(&[REFUNDED, &row], "`2,`380.00,`190.50")).unwrap_err();
            assert!(why.starts_with("line 3:"), "{from} -> {to}: {why}");
        }
    }

    #[test]
    fn a_sum_has_at_most_two_decimals_and_nothing_but_digits() {
        for (text, sum) in [
            ("0.03", Some(3)),
            ("0.3", Some(30)),
            ("128", Some(12_800)),
            ("12.80", Some(1280)),
            ("", None),
            (".5", None),
            ("5.", None),
            ("1.234", None),
            ("+1", None),
            ("1 ", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(fen(text), sum.map(Fen), "{text:?}");
        }
    }
}
