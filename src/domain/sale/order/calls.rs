//! What is still to be done about an order outside of its transaction: the outbox, read off the order itself.

use super::state::{Order, Payment, PaymentState, Refund, RefundState, Stage};
use crate::domain::sale::{PaymentNumber, RefundNumber};
use crate::domain::time::UnixMillis;

/// When an open payment is asked about, after the time before: WeChat Pay's advice, since it tells successes alone and a
/// notification can be lost (doc 4012075249). The last one is repeated.
pub const POLLS_MS: [u64; 7] = [5_000, 30_000, 60_000, 180_000, 300_000, 600_000, 1_800_000];
/// After the first call that came to nothing; doubled with each. Without chance: the worker's own pace keeps many orders apart.
const FIRST_WAIT_MS: u64 = 1_000;
/// Between two tries of a call that came to nothing, at the most: a provider that is back is found within it.
pub const PAY_AGAIN_MS: u64 = 60_000;
/// From a refund that was asked for to the first look whether it is done (WeChat Pay: after a minute).
pub(super) const REFUND_LOOK_MS: u64 = 60_000;
/// Between two looks at a refund, at the most: some take days.
const REFUND_LOOK_MS_MAX: u64 = 6 * 3_600_000;
/// Between two tries to tell a provider of issued tickets, at the most: nobody waits for it but the merchant's account.
const TELL_AGAIN_MS: u64 = 3_600_000;
/// Between two tries to issue, at the most: what is in the way is at home, and mended by people.
const ISSUE_AGAIN_MS: u64 = 30_000;

/// A call that is due at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// The order's time is up then: [`super::Event::Time`].
    Expire,
    /// Its tickets are to be issued.
    Issue,
    /// Open the payment.
    Open(PaymentNumber),
    /// Ask how it stands.
    Ask(PaymentNumber),
    /// Close it.
    Close(PaymentNumber),
    /// Ask for the refund.
    Refund(RefundNumber),
    /// Ask how it stands.
    AskRefund(RefundNumber),
    /// Tell the provider that the tickets of this payment were issued.
    Tell(PaymentNumber),
}

impl Order {
    /// Every call that is still to be made, and when. One that is due is made again until what came of it changes the order.
    #[must_use]
    pub fn calls(&self) -> Vec<(Call, UnixMillis)> {
        let own = match self.stage {
            Stage::Reserved => Some((Call::Expire, self.until)),
            Stage::Paid => self.issue_due.map(|due| (Call::Issue, due)),
            Stage::Ending(_) | Stage::Ended(_) | Stage::Issued | Stage::Refunded => None,
        };
        let payments = self.payments.iter().filter_map(Payment::call);
        let refunds = self.refunds.iter().filter_map(Refund::call);
        let tell = self.paying().zip(self.tell_due);
        let tell = tell.map(|(payment, due)| (Call::Tell(payment.ask.payment), due));
        own.into_iter()
            .chain(payments)
            .chain(refunds)
            .chain(tell)
            .collect()
    }
}

impl Payment {
    fn call(&self) -> Option<(Call, UnixMillis)> {
        let number = self.ask.payment;
        let call = match &self.state {
            PaymentState::Opening => Call::Open(number),
            PaymentState::Open(_) => Call::Ask(number),
            PaymentState::Closing => Call::Close(number),
            PaymentState::Closed | PaymentState::Refused(_) | PaymentState::Paid(_) => return None,
        };
        Some((call, self.due))
    }

    /// It came into another state, whose first call is due then.
    pub(super) fn turn(&mut self, state: PaymentState, due: UnixMillis) {
        self.state = state;
        self.due = due;
        self.tries = 0;
    }

    /// The provider answered that nothing has changed.
    pub(super) fn look_later(&mut self, now: UnixMillis) {
        self.tries = self.tries.saturating_add(1);
        let next = usize::try_from(self.tries).unwrap_or(usize::MAX);
        let [.., last] = POLLS_MS;
        self.due = now.plus(POLLS_MS.get(next).copied().unwrap_or(last));
    }

    /// The call came to nothing.
    pub(super) fn try_later(&mut self, now: UnixMillis, after_ms: Option<u64>) {
        self.tries = self.tries.saturating_add(1);
        self.due = now.plus(doubled(FIRST_WAIT_MS, self.tries, PAY_AGAIN_MS).max(after_ms.unwrap_or(0)));
    }
}

impl Refund {
    fn call(&self) -> Option<(Call, UnixMillis)> {
        let number = self.ask.refund;
        let call = match &self.state {
            RefundState::Wanted => Call::Refund(number),
            RefundState::Processing => Call::AskRefund(number),
            RefundState::Done | RefundState::Failed(_) => return None,
        };
        Some((call, self.due))
    }

    pub(super) fn turn(&mut self, state: RefundState, due: UnixMillis) {
        self.state = state;
        self.due = due;
        self.tries = 0;
    }

    /// It is not done yet, or the call came to nothing.
    pub(super) fn try_later(&mut self, now: UnixMillis, after_ms: Option<u64>) {
        self.tries = self.tries.saturating_add(1);
        let wait = match self.state {
            RefundState::Processing => doubled(REFUND_LOOK_MS, self.tries, REFUND_LOOK_MS_MAX),
            RefundState::Wanted | RefundState::Done | RefundState::Failed(_) => {
                doubled(FIRST_WAIT_MS, self.tries, PAY_AGAIN_MS)
            }
        };
        self.due = now.plus(wait.max(after_ms.unwrap_or(0)));
    }
}

/// When a provider that could not be told is told again.
pub(super) fn tell_again(tries: u32, now: UnixMillis) -> UnixMillis {
    now.plus(doubled(FIRST_WAIT_MS, tries, TELL_AGAIN_MS))
}

/// When tickets that could not be issued are tried again.
pub(super) fn issue_again(tries: u32, now: UnixMillis) -> UnixMillis {
    now.plus(doubled(FIRST_WAIT_MS, tries, ISSUE_AGAIN_MS))
}

/// The first wait, doubled with each try after the first.
fn doubled(first_ms: u64, tries: u32, most_ms: u64) -> u64 {
    let doublings = tries.saturating_sub(1).min(16);
    first_ms.saturating_mul(1 << doublings).min(most_ms)
}
