//! What happens to an order, part by part.

use super::event::{Effect, Event, Wrong};
use super::state::{End, Order, PaymentState, Stage};
use crate::domain::time::UnixMillis;

impl Order {
    /// What happens to it at `now`, and what is to be done about that in the same transaction.
    ///
    /// # Errors
    /// [`Wrong`] where that cannot happen to it; it is as it was.
    pub fn handle(&mut self, event: Event, now: UnixMillis) -> Result<Vec<Effect>, Wrong> {
        match event {
            Event::Time => self.expire(now),
            Event::Pay { .. } => return self.pay(event, now).map(|()| Vec::new()),
            Event::Opened(number, opened) => self.opened(number, opened, now)?,
            Event::OpenRefused(number, why) => self.open_refused(number, why, now)?,
            Event::Standing(number, standing) => return self.standing(number, standing, now),
            Event::PaymentCallFailed(number, after_ms) => self.payment_mut(number)?.try_later(now, after_ms),
            Event::Cancel => self.cancel(now)?,
            Event::Stock(held) => return self.stock_answered(held, now),
            Event::Issued(tickets) => self.issued(&tickets, now)?,
            Event::NotIssued => self.not_issued(now),
            Event::IssueAgain => return Ok(self.issue_again()),
            Event::TakeBack {
                tickets,
                share,
                cause,
            } => return self.take_back(&tickets, share, cause, now),
            Event::Refund(number, standing) => return self.refund_standing(number, standing, now),
            Event::RefundCallFailed(number, after_ms) => self.refund_mut(number)?.try_later(now, after_ms),
            Event::Told => self.tell_due = None,
            Event::NeverTold(why) => return Ok(self.never_told(&why)),
            Event::TellFailed(after_ms) => self.tell_failed(now, after_ms),
            Event::RefundAgain(number) => self.refund_again(number, now)?,
        }
        Ok(Vec::new())
    }

    /// Takes an order that costs nothing for paid.
    ///
    /// # Errors
    /// [`Wrong`] where it costs something, or is over.
    pub fn pay_nothing(&mut self) -> Result<Vec<Effect>, Wrong> {
        match self.stage {
            Stage::Reserved if self.total().is_zero() => {
                self.stage = Stage::Paid;
                Ok(vec![Effect::Issue])
            }
            Stage::Ending(end) | Stage::Ended(end) => Err(Wrong::Ended(end)),
            Stage::Reserved => Err(Wrong::NotPaid),
            Stage::Paid | Stage::Issued | Stage::Refunded => Err(Wrong::Paid),
        }
    }

    fn expire(&mut self, now: UnixMillis) {
        if self.stage == Stage::Reserved && now >= self.until {
            self.end(End::Expired, now);
        }
    }

    fn cancel(&mut self, now: UnixMillis) -> Result<(), Wrong> {
        match self.stage {
            Stage::Reserved | Stage::Ending(_) => self.end(End::Cancelled, now),
            Stage::Ended(_) => {}
            Stage::Paid | Stage::Issued | Stage::Refunded => return Err(Wrong::Paid),
        }
        Ok(())
    }

    /// It is to end; it has ended where no money can come any more.
    fn end(&mut self, end: End, now: UnixMillis) {
        self.stage = Stage::Ending(end);
        self.close_payments(now);
        self.settle();
    }

    pub(super) fn settle(&mut self) {
        if let Stage::Ending(end) = self.stage
            && !self.payments.iter().any(|payment| payment.state.is_open())
        {
            self.stage = Stage::Ended(end);
        }
    }

    pub(super) fn close_payments(&mut self, now: UnixMillis) {
        for payment in self.payments.iter_mut() {
            if matches!(payment.state, PaymentState::Opening | PaymentState::Open(_)) {
                payment.turn(PaymentState::Closing, now);
            }
        }
    }
}
