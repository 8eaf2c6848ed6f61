//! A provider's account of a day beside ours: every difference, and nothing else. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::bill::{Bill, BilledCharge, BilledRefund};
use super::difference::Difference;
use crate::domain::sale::{Charge, Fen, PaymentNumber, RefundNumber};

/// What we hold to have happened on the day of a bill.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ours {
    /// Money that orders were paid with.
    pub charges: Vec<(PaymentNumber, Charge)>,
    /// Refunds that are done, and how much each gave back.
    pub refunds: Vec<(RefundNumber, Fen)>,
}

/// Every difference between a bill and what we hold, in the order of our numbers. Nothing where they agree.
///
/// What lies at an edge of the day can be on one side alone: it is then a difference of the day beside, too, with the sides
/// exchanged.
#[must_use]
pub fn reconcile(bill: &Bill, ours: &Ours) -> Vec<Difference> {
    let mut found = charges(&bill.charges, &ours.charges);
    found.extend(refunds(&bill.refunds, &ours.refunds));
    found
}

fn charges(billed: &[BilledCharge], ours: &[(PaymentNumber, Charge)]) -> Vec<Difference> {
    let ours: BTreeMap<String, &(PaymentNumber, Charge)> =
        ours.iter().map(|entry| (entry.0.to_string(), entry)).collect();
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for row in billed {
        if !seen.insert(row.payment.as_str()) {
            found.push(Difference::ChargeBilledTwice(row.clone()));
            continue;
        }
        match ours.get(&row.payment) {
            None => found.push(Difference::ChargeUnknownToUs(row.clone())),
            Some((_, charge)) if !same_charge(charge, row) => {
                found.push(Difference::ChargeDiffers(charge.clone(), row.clone()));
            }
            Some(_) => {}
        }
    }
    let missing = ours.iter().filter(|(number, _)| !seen.contains(number.as_str()));
    found.extend(missing.map(|(_, (number, charge))| Difference::ChargeNotBilled(*number, charge.clone())));
    found
}

fn same_charge(ours: &Charge, row: &BilledCharge) -> bool {
    ours.total == row.total && ours.currency == row.currency && ours.transaction == row.transaction
}

fn refunds(billed: &[BilledRefund], ours: &[(RefundNumber, Fen)]) -> Vec<Difference> {
    let ours: BTreeMap<String, &(RefundNumber, Fen)> =
        ours.iter().map(|entry| (entry.0.to_string(), entry)).collect();
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for row in billed {
        if !seen.insert(row.refund.as_str()) {
            found.push(Difference::RefundBilledTwice(row.clone()));
            continue;
        }
        match ours.get(&row.refund) {
            None => found.push(Difference::RefundUnknownToUs(row.clone())),
            Some((_, amount)) if *amount != row.amount || !row.done => {
                found.push(Difference::RefundDiffers(*amount, row.clone()));
            }
            Some(_) => {}
        }
    }
    let missing = ours.iter().filter(|(number, _)| !seen.contains(number.as_str()));
    found.extend(missing.map(|(_, (number, amount))| Difference::RefundNotBilled(*number, *amount)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sale::{OrderNumber, TransactionId};
    use crate::domain::time::UnixMillis;

    fn payment(count: u16) -> PaymentNumber {
        let order = OrderNumber::new(7);
        PaymentNumber { order, count }
    }

    fn refund(count: u16) -> RefundNumber {
        let order = OrderNumber::new(7);
        RefundNumber { order, count }
    }

    fn charge(total: u64) -> Charge {
        Charge {
            transaction: TransactionId("42".to_owned()),
            total: Fen(total),
            currency: "CNY".to_owned(),
            payer: None,
            at: UnixMillis(0),
        }
    }

    fn billed(count: u16, total: u64) -> BilledCharge {
        BilledCharge {
            payment: payment(count).to_string(),
            transaction: TransactionId("42".to_owned()),
            total: Fen(total),
            currency: "CNY".to_owned(),
            at: UnixMillis(0),
        }
    }

    fn billed_refund(count: u16, amount: u64, done: bool) -> BilledRefund {
        BilledRefund {
            refund: refund(count).to_string(),
            payment: payment(1).to_string(),
            amount: Fen(amount),
            currency: "CNY".to_owned(),
            done,
        }
    }

    #[test]
    fn accounts_that_agree_have_no_difference_in_whatever_order_they_are() {
        let bill = Bill {
            charges: vec![billed(2, 5), billed(1, 9)],
            refunds: vec![billed_refund(1, 4, true)],
        };
        let ours = Ours {
            charges: vec![(payment(1), charge(9)), (payment(2), charge(5))],
            refunds: vec![(refund(1), Fen(4))],
        };
        assert_eq!(reconcile(&bill, &ours), []);
        assert_eq!(reconcile(&Bill::default(), &Ours::default()), []);
    }

    #[test]
    fn money_that_one_side_alone_knows_is_a_difference() {
        let bill = Bill {
            charges: vec![billed(1, 9)],
            refunds: vec![billed_refund(1, 4, true)],
        };
        let ours = Ours {
            charges: vec![(payment(2), charge(5))],
            refunds: vec![(refund(2), Fen(3))],
        };
        assert_eq!(
            reconcile(&bill, &ours),
            [
                Difference::ChargeUnknownToUs(billed(1, 9)),
                Difference::ChargeNotBilled(payment(2), charge(5)),
                Difference::RefundUnknownToUs(billed_refund(1, 4, true)),
                Difference::RefundNotBilled(refund(2), Fen(3)),
            ]
        );
    }

    #[test]
    fn other_sums_currencies_or_transactions_are_differences() {
        let ours = Ours {
            charges: vec![(payment(1), charge(9))],
            refunds: vec![(refund(1), Fen(4))],
        };
        let mut foreign = billed(1, 9);
        foreign.currency = "USD".to_owned();
        let mut another = billed(1, 9);
        another.transaction = TransactionId("43".to_owned());
        for row in [billed(1, 8), foreign, another] {
            let bill = Bill {
                charges: vec![row.clone()],
                refunds: vec![billed_refund(1, 4, true)],
            };
            assert_eq!(
                reconcile(&bill, &ours),
                [Difference::ChargeDiffers(charge(9), row)]
            );
        }
        for row in [billed_refund(1, 3, true), billed_refund(1, 4, false)] {
            let bill = Bill {
                charges: vec![billed(1, 9)],
                refunds: vec![row.clone()],
            };
            assert_eq!(reconcile(&bill, &ours), [Difference::RefundDiffers(Fen(4), row)]);
        }
    }

    #[test]
    fn what_is_billed_twice_is_a_difference() {
        let bill = Bill {
            charges: vec![billed(1, 9), billed(1, 9)],
            refunds: vec![billed_refund(1, 4, true), billed_refund(1, 4, true)],
        };
        let ours = Ours {
            charges: vec![(payment(1), charge(9))],
            refunds: vec![(refund(1), Fen(4))],
        };
        assert_eq!(
            reconcile(&bill, &ours),
            [
                Difference::ChargeBilledTwice(billed(1, 9)),
                Difference::RefundBilledTwice(billed_refund(1, 4, true)),
            ]
        );
    }
}
