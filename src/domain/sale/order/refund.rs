//! An order's money back.

use super::calls::REFUND_LOOK_MS;
use super::event::{Effect, Wrong};
use super::state::{Cause, Item, ItemState, Order, REFUNDS_MAX, Refund, RefundState, Stage};
use crate::domain::ids::TicketId;
use crate::domain::sale::{Fen, PaymentNumber, Permille, RefundAsk, RefundNumber, RefundStanding};
use crate::domain::time::UnixMillis;

/// Between two refunds of one payment at the least (WeChat Pay takes one a minute).
const REFUND_GAP_MS: u64 = 60_000;

impl Order {
    /// Takes tickets back, for a share of what they cost.
    pub(super) fn take_back(
        &mut self,
        tickets: &[TicketId],
        share: Permille,
        cause: Cause,
        now: UnixMillis,
    ) -> Result<Vec<Effect>, Wrong> {
        match self.stage {
            Stage::Paid | Stage::Issued => {}
            Stage::Refunded if tickets.is_empty() => return Ok(Vec::new()),
            Stage::Refunded => return Err(Wrong::NoTicket),
            Stage::Reserved | Stage::Ending(_) | Stage::Ended(_) => return Err(Wrong::NotPaid),
        }
        let issued: Vec<_> = self.tickets().collect();
        if !tickets.iter().all(|ticket| issued.contains(ticket)) {
            return Err(Wrong::NoTicket);
        }
        if self.refunds.len() >= REFUNDS_MAX {
            return Err(Wrong::TooManyRefunds);
        }
        let mut revoked = Vec::new();
        let mut amount = Fen::ZERO;
        for item in self.items.iter_mut().filter(|item| item.is_among(tickets)) {
            amount = amount.plus(item.take_back(share, &mut revoked));
        }
        if !self
            .items
            .iter()
            .any(|item| matches!(item.state, ItemState::Issued(_) | ItemState::Ordered))
        {
            self.stage = Stage::Refunded;
            self.issue_due = None;
        }
        if let (false, Some(count)) = (amount.is_zero(), self.paid_by) {
            let order = self.number;
            self.give_back(PaymentNumber { order, count }, amount, cause, now);
        }
        Ok(match revoked.is_empty() {
            true => Vec::new(),
            false => vec![Effect::Revoke(revoked)],
        })
    }

    /// Money of a payment goes back.
    pub(super) fn give_back(&mut self, payment: PaymentNumber, amount: Fen, cause: Cause, now: UnixMillis) {
        let Some(paid) = self.payment(payment) else {
            return;
        };
        let (provider, total) = (paid.provider, paid.charge().map_or(amount, |charge| charge.total));
        let count = u16::try_from(self.refunds.len() + 1).unwrap_or(u16::MAX);
        let before = self.refunds.iter().filter(|refund| refund.ask.payment == payment);
        let gap = before.map(|refund| refund.due.plus(REFUND_GAP_MS)).max();
        self.refunds.push(Refund {
            provider,
            ask: RefundAsk {
                refund: RefundNumber {
                    order: self.number,
                    count,
                },
                payment,
                amount,
                total,
                reason: cause.told().to_owned(),
            },
            cause,
            state: RefundState::Wanted,
            due: gap.unwrap_or(now).max(now),
            tries: 0,
        });
    }

    pub(super) fn refund_standing(
        &mut self,
        number: RefundNumber,
        standing: RefundStanding,
        now: UnixMillis,
    ) -> Result<Vec<Effect>, Wrong> {
        let refund = self.refund_mut(number)?;
        match (standing, &refund.state) {
            (_, RefundState::Done) => {}
            (RefundStanding::Done { .. }, _) => refund.turn(RefundState::Done, now),
            (RefundStanding::Failed(why), _) => {
                let told = format!("refund {number} of {} failed: {why}", refund.ask.amount);
                refund.turn(RefundState::Failed(why), now);
                return Ok(vec![Effect::Review(told)]);
            }
            // Asked for again under its number, it is the same refund.
            (RefundStanding::Unknown, RefundState::Processing) => refund.turn(RefundState::Wanted, now),
            (RefundStanding::Processing, RefundState::Wanted) => {
                refund.turn(RefundState::Processing, now.plus(REFUND_LOOK_MS));
            }
            (RefundStanding::Processing, RefundState::Processing)
            | (RefundStanding::Unknown, RefundState::Wanted) => {
                refund.try_later(now, None);
            }
            (RefundStanding::Processing | RefundStanding::Unknown, RefundState::Failed(_)) => {}
        }
        Ok(Vec::new())
    }

    pub(super) fn refund_again(&mut self, number: RefundNumber, now: UnixMillis) -> Result<(), Wrong> {
        let refund = self.refund_mut(number)?;
        if matches!(refund.state, RefundState::Failed(_)) {
            refund.turn(RefundState::Wanted, now);
        }
        Ok(())
    }

    /// The refund of that number, where it is this order's.
    #[must_use]
    pub fn refund(&self, number: RefundNumber) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.ask.refund == number)
    }

    pub(super) fn refund_mut(&mut self, number: RefundNumber) -> Result<&mut Refund, Wrong> {
        let found = self.refunds.iter_mut().find(|refund| refund.ask.refund == number);
        found.ok_or(Wrong::Unknown)
    }
}

impl Item {
    /// Whether it is one of these that are still there; all are, where none is named.
    fn is_among(&self, tickets: &[TicketId]) -> bool {
        match self.state {
            ItemState::Ordered => tickets.is_empty(),
            ItemState::Issued(ticket) => tickets.is_empty() || tickets.contains(&ticket),
            ItemState::Revoked(_) | ItemState::Dropped => false,
        }
    }

    fn take_back(&mut self, share: Permille, revoked: &mut Vec<TicketId>) -> Fen {
        self.back = self.price.share(share);
        match self.state {
            ItemState::Issued(ticket) => {
                revoked.push(ticket);
                self.state = ItemState::Revoked(ticket);
            }
            ItemState::Ordered | ItemState::Dropped | ItemState::Revoked(_) => {
                self.state = ItemState::Dropped
            }
        }
        self.back
    }
}

impl Cause {
    /// What the payer reads beside the money.
    fn told(self) -> &'static str {
        match self {
            Self::Buyer => "退票 returned by the buyer",
            Self::Organiser => "主办方退款 taken back by the organiser",
            Self::Late => "订单已关闭 the order had ended",
            Self::Twice => "重复支付 paid twice",
            Self::WrongAmount => "金额不符 not the order's amount",
        }
    }
}
