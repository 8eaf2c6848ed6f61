//! The providers that are the server itself: the box office, which is paid at once, and the one for trials, where a guest presses
//! a button and no money moves. Both keep account in a till.

use std::sync::Arc;

use axum::http::HeaderMap;
use jiff::civil::Date;

use super::bill::{Bill, BilledCharge, BilledRefund};
use super::day::span_of;
use super::error::{CallError, NotifyError};
use super::givens::Givens;
use super::provider::{Asked, Closing, HandOver, Notification, PaymentProvider, Shipment};
use super::till::{Change, Drawer, Payment, Standing, Till};
use crate::domain::sale::{
    Charge, Opened, OrderNumber, PaymentNumber, PaymentStanding, Prepay, Provider, RefundAsk, RefundNumber,
    RefundStanding, TransactionId,
};
use crate::domain::time::{UnixMillis, UnixSeconds};

/// Where a guest finds the button of a trial's payment: this, a slash, and the payment's number.
pub const TEST_PAGE: &str = "/pay/test";
/// All that is sold here is sold in yuan.
const CNY: &str = "CNY";

/// A provider that keeps its money in a till of the server's.
#[derive(Debug)]
pub struct Counter {
    kind: Provider,
    till: Arc<dyn Till>,
    givens: Givens,
}

impl Counter {
    /// The box office: a payment is opened once the money is on the counter.
    #[must_use]
    pub fn manual(till: Arc<dyn Till>, givens: Givens) -> Self {
        let kind = Provider::Manual;
        Self { kind, till, givens }
    }

    /// The provider for trials: no money moves.
    #[must_use]
    pub fn test(till: Arc<dyn Till>, givens: Givens) -> Self {
        let kind = Provider::Test;
        Self { kind, till, givens }
    }

    /// A guest pressed the button of a trial's page: how the payment stands after it.
    ///
    /// # Errors
    /// [`CallError`] where the till could not be reached.
    pub async fn press(&self, payment: PaymentNumber) -> Result<PaymentStanding, CallError> {
        let drawer = self.change(payment.order, Change::Pay(payment.count)).await?;
        Ok(self.standing(&drawer, payment))
    }

    async fn change(&self, order: OrderNumber, change: Change) -> Result<Drawer, CallError> {
        self.till
            .change(self.kind, order, change, self.givens.now())
            .await
    }

    async fn opened(&self, prepay: &Prepay) -> Result<Opened, CallError> {
        let paid = self.kind == Provider::Manual;
        let open = Change::Open {
            prepay: prepay.clone(),
            paid,
        };
        let number = prepay.payment;
        let drawer = self.change(number.order, open).await?;
        if drawer.payments.get(&number.count).map(|kept| &kept.prepay) != Some(prepay) {
            let message = format!("the payment {number} was opened before, for something else");
            return Err(CallError::never("opened-otherwise", message));
        }
        Ok(match self.kind {
            Provider::Manual => Opened::Code(number.to_string()),
            _ => Opened::Url(format!("{TEST_PAGE}/{number}")),
        })
    }

    async fn refunded(&self, ask: &RefundAsk) -> Result<RefundStanding, CallError> {
        let number = ask.refund;
        let drawer = self.change(number.order, Change::Refund(ask.clone())).await?;
        match drawer.refunds.get(&number.count) {
            Some(kept) if kept.ask == *ask => Ok(RefundStanding::Done { at: Some(kept.at) }),
            Some(_) => Err(CallError::never(
                "refunded-otherwise",
                format!("the refund {number} was made before, for something else"),
            )),
            None => Err(CallError::never(
                "nothing-to-refund",
                format!(
                    "so much was not paid with {}, or is given back already",
                    ask.payment
                ),
            )),
        }
    }

    fn standing(&self, drawer: &Drawer, number: PaymentNumber) -> PaymentStanding {
        let kept = drawer.payments.get(&number.count);
        match (drawer.standing(number.count, self.givens.now()), kept) {
            (Some(Standing::Paid { at }), Some(payment)) => PaymentStanding::Paid(self.charge(payment, at)),
            (Some(Standing::Unpaid), _) => PaymentStanding::Unpaid,
            (Some(_), _) => PaymentStanding::Closed,
            (None, _) => PaymentStanding::Unknown,
        }
    }

    fn charge(&self, payment: &Payment, at: UnixMillis) -> Charge {
        Charge {
            transaction: self.transaction(payment.prepay.payment),
            total: payment.prepay.total,
            currency: CNY.to_owned(),
            payer: payment.prepay.payer.clone(),
            at,
        }
    }

    fn transaction(&self, number: PaymentNumber) -> TransactionId {
        let mark = match self.kind {
            Provider::Manual => "manual",
            _ => "test",
        };
        TransactionId(format!("{mark}:{number}"))
    }

    async fn billed(&self, day: Date) -> Result<Bill, CallError> {
        let span = span_of(day)?;
        let mut bill = Bill::default();
        for drawer in self.till.changed_since(self.kind, span.from).await? {
            for payment in drawer.payments.values() {
                if let Standing::Paid { at } = payment.standing
                    && span.contains(at)
                {
                    bill.charges.push(self.billed_charge(payment, at));
                }
            }
            let refunds = drawer.refunds.values().filter(|refund| span.contains(refund.at));
            bill.refunds
                .extend(refunds.map(|refund| billed_refund(&refund.ask)));
        }
        Ok(bill)
    }

    fn billed_charge(&self, payment: &Payment, at: UnixMillis) -> BilledCharge {
        BilledCharge {
            payment: payment.prepay.payment.to_string(),
            transaction: self.transaction(payment.prepay.payment),
            total: payment.prepay.total,
            currency: CNY.to_owned(),
            at,
        }
    }
}

fn billed_refund(ask: &RefundAsk) -> BilledRefund {
    BilledRefund {
        refund: ask.refund.to_string(),
        payment: ask.payment.to_string(),
        amount: ask.amount,
        currency: CNY.to_owned(),
        done: true,
    }
}

impl PaymentProvider for Counter {
    fn kind(&self) -> Provider {
        self.kind
    }

    fn open<'a>(&'a self, prepay: &'a Prepay) -> Asked<'a, Opened> {
        Box::pin(self.opened(prepay))
    }

    fn query<'a>(&'a self, payment: &'a PaymentNumber) -> Asked<'a, PaymentStanding> {
        Box::pin(async {
            let drawer = self.change(payment.order, Change::Look).await?;
            Ok(self.standing(&drawer, *payment))
        })
    }

    fn close<'a>(&'a self, payment: &'a PaymentNumber) -> Asked<'a, Closing> {
        Box::pin(async {
            let drawer = self.change(payment.order, Change::Close(payment.count)).await?;
            Ok(match self.standing(&drawer, *payment) {
                PaymentStanding::Paid(_) => Closing::AlreadyPaid,
                _ => Closing::Closed,
            })
        })
    }

    fn refund<'a>(&'a self, ask: &'a RefundAsk) -> Asked<'a, RefundStanding> {
        Box::pin(self.refunded(ask))
    }

    fn query_refund<'a>(&'a self, refund: &'a RefundNumber) -> Asked<'a, RefundStanding> {
        Box::pin(async {
            let drawer = self.change(refund.order, Change::Look).await?;
            let kept = drawer.refunds.get(&refund.count);
            Ok(kept.map_or(RefundStanding::Unknown, |kept| RefundStanding::Done {
                at: Some(kept.at),
            }))
        })
    }

    fn hand_over(&self, opened: &Opened, _now: UnixSeconds, _nonce: &str) -> Result<HandOver, CallError> {
        match opened {
            Opened::Url(url) => Ok(HandOver::Page { url: url.clone() }),
            Opened::Code(text) => Ok(HandOver::Code { text: text.clone() }),
            Opened::PrepayId(_) => Err(CallError::never(
                "not-ours",
                "this was opened with another provider",
            )),
        }
    }

    fn notification(
        &self,
        _headers: &HeaderMap,
        _body: &[u8],
        _now: UnixMillis,
    ) -> Result<Notification, NotifyError> {
        Err(NotifyError::Forged(
            "this provider sends no notifications".to_owned(),
        ))
    }

    fn bill(&self, day: Date) -> Asked<'_, Bill> {
        Box::pin(self.billed(day))
    }

    fn ship<'a>(&'a self, _shipment: &'a Shipment) -> Asked<'a, ()> {
        Box::pin(std::future::ready(Ok(())))
    }
}
