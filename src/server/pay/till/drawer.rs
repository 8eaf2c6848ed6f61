//! What the server keeps of an order whose money no provider outside keeps: payments, refunds, and what may become of them.
//! Pure, so that every store of it decides alike.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::sale::{Fen, Prepay, RefundAsk};
use crate::domain::time::UnixMillis;

/// How a payment in a drawer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Not paid, and still can be.
    Unpaid,
    /// Paid.
    Paid {
        /// When.
        at: UnixMillis,
    },
    /// Not paid, and never will be.
    Closed,
}

/// A payment that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// As it was asked for.
    pub prepay: Prepay,
    /// How it stands.
    pub standing: Standing,
}

/// Money that was given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// As it was asked for.
    pub ask: RefundAsk,
    /// When.
    pub at: UnixMillis,
}

/// The payments and refunds of an order, each by its count.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Drawer {
    /// The payments.
    pub payments: BTreeMap<u16, Payment>,
    /// The refunds.
    pub refunds: BTreeMap<u16, Refund>,
}

/// What is to be done with a drawer. What cannot be is left undone: the drawer shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Nothing: it is only looked at.
    Look,
    /// Opens a payment that is not open yet.
    Open {
        /// What is asked for.
        prepay: Prepay,
        /// Whether the money is there already.
        paid: bool,
    },
    /// Pays a payment that is open and not past its time.
    Pay(u16),
    /// Closes a payment that is not paid.
    Close(u16),
    /// Gives money back of a payment that is paid, no more in all than was.
    Refund(RefundAsk),
}

impl Drawer {
    /// Does it, where it can be done; doing it again changes nothing.
    pub fn apply(&mut self, change: Change, at: UnixMillis) {
        match change {
            Change::Look => {}
            Change::Open { prepay, paid } => self.open(prepay, paid, at),
            Change::Pay(count) => self.settle(count, Standing::Paid { at }, at),
            Change::Close(count) => self.settle(count, Standing::Closed, at),
            Change::Refund(ask) => self.refund(ask, at),
        }
    }

    /// How a payment stands at `at`: one that was not paid in time is closed. None where none was opened.
    #[must_use]
    pub fn standing(&self, count: u16, at: UnixMillis) -> Option<Standing> {
        let payment = self.payments.get(&count)?;
        let late = at >= payment.prepay.until.millis();
        Some(match payment.standing {
            Standing::Unpaid if late => Standing::Closed,
            other => other,
        })
    }

    fn open(&mut self, prepay: Prepay, paid: bool, at: UnixMillis) {
        let standing = if paid {
            Standing::Paid { at }
        } else {
            Standing::Unpaid
        };
        self.payments
            .entry(prepay.payment.count)
            .or_insert(Payment { prepay, standing });
    }

    fn settle(&mut self, count: u16, standing: Standing, at: UnixMillis) {
        if self.standing(count, at) == Some(Standing::Unpaid)
            && let Some(payment) = self.payments.get_mut(&count)
        {
            payment.standing = standing;
        }
    }

    fn refund(&mut self, ask: RefundAsk, at: UnixMillis) {
        let Some(payment) = self.payments.get(&ask.payment.count) else {
            return;
        };
        let before: Fen = self
            .refunds
            .values()
            .filter(|refund| refund.ask.payment == ask.payment)
            .map(|refund| refund.ask.amount)
            .sum();
        let paid = matches!(payment.standing, Standing::Paid { .. });
        if paid && before.plus(ask.amount) <= payment.prepay.total {
            self.refunds.entry(ask.refund.count).or_insert(Refund { ask, at });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sale::{Method, OrderNumber, PaymentNumber, RefundNumber};
    use crate::domain::time::UnixSeconds;

    const IN_TIME: UnixMillis = UnixMillis(99_999);
    const LATE: UnixMillis = UnixMillis(100_000);

    fn order() -> OrderNumber {
        OrderNumber::new(7)
    }

    fn prepay() -> Prepay {
        Prepay {
            payment: PaymentNumber {
                order: order(),
                count: 1,
            },
            method: Method::Native,
            total: Fen(900),
            description: "one ticket".to_owned(),
            until: UnixSeconds(100),
            payer: None,
            address: None,
        }
    }

    fn refund(count: u16, amount: u64) -> Change {
        Change::Refund(RefundAsk {
            refund: RefundNumber {
                order: order(),
                count,
            },
            payment: prepay().payment,
            amount: Fen(amount),
            total: Fen(900),
            reason: String::new(),
        })
    }

    fn after(changes: Vec<Change>) -> Drawer {
        let mut drawer = Drawer::default();
        for change in changes {
            drawer.apply(change, IN_TIME);
        }
        drawer
    }

    fn open() -> Change {
        Change::Open {
            prepay: prepay(),
            paid: false,
        }
    }

    #[test]
    fn a_payment_is_paid_until_its_time_and_not_after() {
        let mut drawer = after(vec![open()]);
        assert_eq!(drawer.standing(1, IN_TIME), Some(Standing::Unpaid));
        assert_eq!(drawer.standing(1, LATE), Some(Standing::Closed));
        drawer.apply(Change::Pay(1), LATE);
        assert_eq!(drawer.standing(1, IN_TIME), Some(Standing::Unpaid));
        drawer.apply(Change::Pay(1), IN_TIME);
        assert_eq!(drawer.standing(1, LATE), Some(Standing::Paid { at: IN_TIME }));
    }

    #[test]
    fn what_is_paid_is_not_closed_and_what_is_closed_is_not_paid() {
        let paid = after(vec![open(), Change::Pay(1), Change::Close(1)]);
        assert_eq!(paid.standing(1, IN_TIME), Some(Standing::Paid { at: IN_TIME }));
        let closed = after(vec![open(), Change::Close(1), Change::Pay(1)]);
        assert_eq!(closed.standing(1, IN_TIME), Some(Standing::Closed));
        assert_eq!(after(vec![Change::Pay(1)]), Drawer::default());
    }

    #[test]
    fn no_more_is_given_back_than_was_paid_and_nothing_twice() {
        let drawer = after(vec![
            open(),
            Change::Pay(1),
            refund(1, 500),
            refund(1, 500),
            refund(2, 401),
            refund(3, 400),
        ]);
        assert_eq!(drawer.refunds.keys().copied().collect::<Vec<_>>(), [1, 3]);
        assert!(after(vec![open(), refund(1, 1)]).refunds.is_empty());
        assert!(after(vec![refund(1, 1)]).refunds.is_empty());
    }

    #[test]
    fn opening_again_changes_nothing() {
        let paid = after(vec![open(), Change::Pay(1)]);
        assert_eq!(after(vec![open(), Change::Pay(1), open()]), paid);
    }

    #[test]
    fn a_drawer_is_read_as_it_was_written() {
        let drawer = after(vec![open(), Change::Pay(1), refund(1, 500)]);
        let text = serde_json::to_string(&drawer).unwrap();
        assert_eq!(serde_json::from_str::<Drawer>(&text).unwrap(), drawer);
    }
}
