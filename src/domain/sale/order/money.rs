//! Where an order's money is: what came in is in tickets or goes back.

use super::state::{Order, Payment, PaymentState, Stage};
use crate::domain::sale::{Charge, Fen};

/// Where an order's money is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Balance {
    /// What came in.
    pub taken: Fen,
    /// What went back, or is to.
    pub back: Fen,
    /// What its tickets cost, without what was given back of them: 0 where it has none.
    pub tickets: Fen,
}

impl Balance {
    /// Whether what came in is in tickets or refunds, to the last fen.
    #[must_use]
    pub fn is_even(&self) -> bool {
        self.taken == self.back.plus(self.tickets)
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            taken: self.taken.plus(other.taken),
            back: self.back.plus(other.back),
            tickets: self.tickets.plus(other.tickets),
        }
    }
}

impl Order {
    /// Where its money is.
    #[must_use]
    pub fn balance(&self) -> Balance {
        let sold = matches!(self.stage, Stage::Paid | Stage::Issued | Stage::Refunded);
        let tickets = match sold {
            true => self.items.iter().map(|item| item.price.minus(item.back)).sum(),
            false => Fen::ZERO,
        };
        Balance {
            taken: self.charges().map(|charge| charge.total).sum(),
            back: self.refunds.iter().map(|refund| refund.ask.amount).sum(),
            tickets,
        }
    }

    /// The money that came in for it.
    pub fn charges(&self) -> impl Iterator<Item = &Charge> {
        self.payments.iter().filter_map(Payment::charge)
    }
}

impl Payment {
    /// The money that came by it.
    #[must_use]
    pub fn charge(&self) -> Option<&Charge> {
        match &self.state {
            PaymentState::Paid(charge) => Some(charge),
            PaymentState::Opening
            | PaymentState::Open(_)
            | PaymentState::Closing
            | PaymentState::Closed
            | PaymentState::Refused(_) => None,
        }
    }
}
