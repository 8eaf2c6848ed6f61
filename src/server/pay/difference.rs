//! Where a provider's account of a day and ours part, as values and in words.

use std::fmt;

use super::bill::{BilledCharge, BilledRefund};
use crate::domain::sale::{Charge, Fen, PaymentNumber, RefundNumber};

/// Where the two accounts part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The provider took money that no order of ours was paid with.
    ChargeUnknownToUs(BilledCharge),
    /// An order of ours counts as paid, and the bill has no such money.
    ChargeNotBilled(PaymentNumber, Charge),
    /// Both have it, with other sums, currencies or transactions.
    ChargeDiffers(Charge, BilledCharge),
    /// The bill has a payment twice.
    ChargeBilledTwice(BilledCharge),
    /// The provider gave back what we never asked it to, or do not know as done.
    RefundUnknownToUs(BilledRefund),
    /// A refund counts as done here, and the bill has none.
    RefundNotBilled(RefundNumber, Fen),
    /// Both have it, with other sums, or the provider has not done it yet.
    RefundDiffers(Fen, BilledRefund),
    /// The bill has a refund twice.
    RefundBilledTwice(BilledRefund),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ChargeUnknownToUs(row) => write!(
                f,
                "{}: the provider took {} {}, and no order here was paid with it",
                row.payment, row.total, row.currency
            ),
            Self::ChargeNotBilled(number, charge) => write!(
                f,
                "{number}: counts as paid here with {} {}, and is not on the bill",
                charge.total, charge.currency
            ),
            Self::ChargeDiffers(charge, row) => write!(
                f,
                "{}: here {} {} by {}, on the bill {} {} by {}",
                row.payment,
                charge.total,
                charge.currency,
                charge.transaction,
                row.total,
                row.currency,
                row.transaction
            ),
            Self::ChargeBilledTwice(row) => write!(f, "{}: is on the bill twice", row.payment),
            Self::RefundUnknownToUs(row) => write!(
                f,
                "{}: the provider gave back {} {}, and no refund here did",
                row.refund, row.amount, row.currency
            ),
            Self::RefundNotBilled(number, amount) => {
                write!(f, "{number}: {amount} were given back here, and not on the bill")
            }
            Self::RefundDiffers(amount, row) => write!(
                f,
                "{}: here {amount} were given back, on the bill {}{}",
                row.refund,
                row.amount,
                if row.done { "" } else { ", which are not done" }
            ),
            Self::RefundBilledTwice(row) => write!(f, "{}: is on the bill twice", row.refund),
        }
    }
}
