//! An order's payments: attempts to pay it, and the one that does.

use super::calls::{POLLS_MS, issue_again, tell_again};
use super::event::{Effect, Event, Wrong};
use super::state::{Cause, End, Item, ItemState, Late, Order, PAYMENTS_MAX, Payment, PaymentState, Stage};
use crate::domain::ids::TicketId;
use crate::domain::sale::{
    Charge, Method, Opened, PayerId, PaymentNumber, PaymentStanding, Prepay, Provider,
};
use crate::domain::time::UnixMillis;

/// The only currency that is taken.
pub(super) const CURRENCY: &str = "CNY";
/// An attempt that has less time left than this is not opened: WeChat Pay asks for a minute, and guests for longer.
pub(super) const PAY_TIME_MS_MIN: u64 = 60_000;

impl Order {
    pub(super) fn pay(&mut self, event: Event, now: UnixMillis) -> Result<(), Wrong> {
        let Event::Pay {
            provider,
            method,
            description,
            payer,
            address,
        } = event
        else {
            return Ok(());
        };
        match self.stage {
            Stage::Reserved if now.plus(PAY_TIME_MS_MIN) <= self.until => {}
            Stage::Reserved => return Err(Wrong::Ended(End::Expired)),
            Stage::Ending(end) | Stage::Ended(end) => return Err(Wrong::Ended(end)),
            Stage::Paid | Stage::Issued | Stage::Refunded => return Err(Wrong::Paid),
        }
        if self
            .payments
            .iter()
            .any(|payment| payment.is_same(provider, method, payer.as_ref()))
        {
            return Ok(());
        }
        let Some(count) = u16::try_from(self.payments.len() + 1)
            .ok()
            .filter(|_| self.payments.len() < PAYMENTS_MAX)
        else {
            return Err(Wrong::TooManyPayments);
        };
        // One way at a time, or the guest pays twice.
        self.close_payments(now);
        let ask = Prepay {
            payment: PaymentNumber {
                order: self.number,
                count,
            },
            method,
            total: self.total(),
            description,
            until: self.until.seconds(),
            payer,
            address,
        };
        self.payments.push(Payment {
            provider,
            ask,
            state: PaymentState::Opening,
            due: now,
            tries: 0,
        });
        Ok(())
    }

    pub(super) fn opened(
        &mut self,
        number: PaymentNumber,
        opened: Opened,
        now: UnixMillis,
    ) -> Result<(), Wrong> {
        let payment = self.payment_mut(number)?;
        if matches!(payment.state, PaymentState::Opening | PaymentState::Open(_)) {
            let [first, ..] = POLLS_MS;
            payment.turn(PaymentState::Open(opened), now.plus(first));
        }
        Ok(())
    }

    pub(super) fn open_refused(
        &mut self,
        number: PaymentNumber,
        why: String,
        now: UnixMillis,
    ) -> Result<(), Wrong> {
        let payment = self.payment_mut(number)?;
        // One that is being closed may have been opened by an earlier try: its closing tells.
        if payment.state == PaymentState::Opening {
            payment.turn(PaymentState::Refused(why), now);
        }
        self.settle();
        Ok(())
    }

    pub(super) fn standing(
        &mut self,
        number: PaymentNumber,
        standing: PaymentStanding,
        now: UnixMillis,
    ) -> Result<Vec<Effect>, Wrong> {
        let payment = self.payment_mut(number)?;
        match (standing, &payment.state) {
            (PaymentStanding::Paid(charge), _) => return self.charged(number, charge, now),
            (PaymentStanding::Closed, state) if state.is_open() => payment.turn(PaymentState::Closed, now),
            // What is still to be opened may be on its way; what was open and is known no more cannot be paid.
            (PaymentStanding::Unknown, PaymentState::Open(_) | PaymentState::Closing) => {
                payment.turn(PaymentState::Closed, now);
            }
            (PaymentStanding::Unpaid, PaymentState::Open(_)) => payment.look_later(now),
            (
                PaymentStanding::Unpaid | PaymentStanding::Unknown,
                PaymentState::Opening | PaymentState::Closing,
            ) => {
                payment.try_later(now, None);
            }
            (PaymentStanding::Closed | PaymentStanding::Unpaid | PaymentStanding::Unknown, _) => {}
        }
        self.settle();
        Ok(Vec::new())
    }

    /// Money came.
    fn charged(
        &mut self,
        number: PaymentNumber,
        charge: Charge,
        now: UnixMillis,
    ) -> Result<Vec<Effect>, Wrong> {
        let payment = self.payment_mut(number)?;
        if let PaymentState::Paid(known) = &payment.state {
            return Ok(other_charge(number, known, &charge));
        }
        let asked = payment.ask.total;
        payment.turn(PaymentState::Paid(charge.clone()), now);
        if charge.total != asked || charge.currency != CURRENCY {
            let told = format!(
                "payment {number} brought {} {} where {asked} {CURRENCY} was asked for: it goes back",
                charge.total, charge.currency
            );
            self.give_back(number, charge.total, Cause::WrongAmount, now);
            self.settle();
            return Ok(vec![Effect::Review(told)]);
        }
        match (self.stage, self.late) {
            (Stage::Reserved | Stage::Ending(End::Expired), _) => return Ok(self.paid(number, now)),
            (Stage::Ended(End::Expired), Late::Refill) => {
                self.paid_by = Some(number.count);
                return Ok(vec![Effect::TakeStock]);
            }
            (Stage::Ending(End::Cancelled) | Stage::Ended(_), _) => {
                self.give_back(number, charge.total, Cause::Late, now);
                self.settle();
            }
            (Stage::Paid | Stage::Issued | Stage::Refunded, _) => {
                self.give_back(number, charge.total, Cause::Twice, now);
            }
        }
        Ok(Vec::new())
    }

    fn paid(&mut self, number: PaymentNumber, now: UnixMillis) -> Vec<Effect> {
        self.paid_by = Some(number.count);
        self.stage = Stage::Paid;
        self.close_payments(now);
        vec![Effect::Issue]
    }

    /// The tickets of an order that was paid too late could be held again, or could not.
    pub(super) fn stock_answered(&mut self, held: bool, now: UnixMillis) -> Result<Vec<Effect>, Wrong> {
        let count = match (self.stage, self.paid_by.take()) {
            (Stage::Ended(_), Some(count)) => count,
            (_, paid_by) => {
                self.paid_by = paid_by;
                return Ok(Vec::new());
            }
        };
        let number = PaymentNumber {
            order: self.number,
            count,
        };
        if held {
            return Ok(self.paid(number, now));
        }
        let total = self.payment_mut(number)?.charge().map(|charge| charge.total);
        self.give_back(number, total.unwrap_or_default(), Cause::Late, now);
        Ok(Vec::new())
    }

    pub(super) fn issued(&mut self, tickets: &[TicketId], now: UnixMillis) -> Result<(), Wrong> {
        if self.stage != Stage::Paid {
            return Ok(());
        }
        let ordered = |item: &&mut Item| item.state == ItemState::Ordered;
        if self.items.iter_mut().filter(ordered).count() != tickets.len() {
            return Err(Wrong::OtherTickets);
        }
        for (item, ticket) in self.items.iter_mut().filter(ordered).zip(tickets) {
            item.state = ItemState::Issued(*ticket);
        }
        self.stage = Stage::Issued;
        self.issued_at = Some(now.seconds());
        self.tell_due = self
            .paying()
            .filter(|payment| payment.wants_to_know())
            .map(|_| now);
        self.issue_due = None;
        Ok(())
    }

    pub(super) fn issue_again(&self) -> Vec<Effect> {
        match self.stage {
            Stage::Paid => vec![Effect::Issue],
            _ => Vec::new(),
        }
    }

    pub(super) fn not_issued(&mut self, now: UnixMillis) {
        if self.stage == Stage::Paid {
            self.issue_tries = self.issue_tries.saturating_add(1);
            self.issue_due = Some(issue_again(self.issue_tries, now));
        }
    }

    pub(super) fn tell_failed(&mut self, now: UnixMillis, after_ms: Option<u64>) {
        if self.tell_due.is_some() {
            self.tell_tries = self.tell_tries.saturating_add(1);
            let due = tell_again(self.tell_tries, now);
            self.tell_due = Some(due.max(now.plus(after_ms.unwrap_or(0))));
        }
    }

    pub(super) fn never_told(&mut self, why: &str) -> Vec<Effect> {
        self.tell_due = None;
        vec![Effect::Review(format!(
            "the provider was not told that the tickets were issued: {why}"
        ))]
    }

    /// The payment that paid it.
    #[must_use]
    pub fn paying(&self) -> Option<&Payment> {
        let count = self.paid_by?;
        self.payments
            .iter()
            .find(|payment| payment.ask.payment.count == count)
    }

    /// The payment of that number, where it is this order's.
    #[must_use]
    pub fn payment(&self, number: PaymentNumber) -> Option<&Payment> {
        self.payments.iter().find(|payment| payment.ask.payment == number)
    }

    pub(super) fn payment_mut(&mut self, number: PaymentNumber) -> Result<&mut Payment, Wrong> {
        let own = number.order == self.number;
        let found = self
            .payments
            .iter_mut()
            .find(|payment| own && payment.ask.payment == number);
        found.ok_or(Wrong::Unknown)
    }
}

impl Payment {
    /// WeChat holds the money of a Mini Program back until it is told that what was bought is with its buyer.
    fn wants_to_know(&self) -> bool {
        let payer = self.charge().is_some_and(|charge| charge.payer.is_some());
        self.provider == Provider::WeChat && self.ask.method == Method::Jsapi && payer
    }

    /// Whether a guest who wants to pay so has this attempt for it already.
    fn is_same(&self, provider: Provider, method: Method, payer: Option<&PayerId>) -> bool {
        let can_be_paid = matches!(self.state, PaymentState::Opening | PaymentState::Open(_));
        can_be_paid
            && self.provider == provider
            && self.ask.method == method
            && self.ask.payer.as_ref() == payer
    }
}

/// What is told again changes nothing; another transaction under the number of one that was told is looked at by people.
fn other_charge(number: PaymentNumber, known: &Charge, told: &Charge) -> Vec<Effect> {
    if known.transaction == told.transaction && known.total == told.total {
        return Vec::new();
    }
    vec![Effect::Review(format!(
        "payment {number} is told as {} of {} and as {} of {}: ask the provider",
        known.transaction, known.total, told.transaction, told.total
    ))]
}
