//! Makes the calls that are due, many at once, none twice.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::Selling;
use super::outcome::{self, Follow};
use super::pace::Pace;
use crate::domain::sale::order::{Call, Event, Order, Payment};
use crate::domain::sale::{PaymentNumber, Provider, RefundNumber};
use crate::server::db::DueCall;
use crate::server::pay::{CallError, PaymentProvider, Shipment};

/// Calls under way at once: a provider that takes a second for each still opens as many payments a second.
const CALLS_MAX: usize = 64;
/// Calls that are taken from the outbox at once.
const TAKE_MAX: u32 = 64;
/// How often to look for what other processes left to do, and what has come due.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A call longer than this is as good as lost. Shorter than a call is its worker's alone, so that it is never under way twice.
const CALL_TIMEOUT: Duration = Duration::from_secs(40);

/// Makes calls until it is dropped.
pub(in crate::server) async fn run(selling: Selling) -> Infallible {
    let slots = Arc::new(Semaphore::new(CALLS_MAX));
    let pace = Arc::new(Pace::default());
    let now = selling.clock.now();
    // Where that fails, what was under way when a process was killed comes again once its time is up.
    let _ = selling.db.run(move |db| db.release_calls(now)).await;
    loop {
        let now = selling.clock.now();
        let due = selling.db.run(move |db| db.take_calls(now, TAKE_MAX)).await;
        // A database that is busy says so to those who ask it; what is due is still due at the next look.
        let due = due.unwrap_or_default();
        let more = due.len() == TAKE_MAX as usize;
        for call in due {
            // Never closed.
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else {
                continue;
            };
            let (selling, pace) = (selling.clone(), Arc::clone(&pace));
            tokio::spawn(async move {
                make(&selling, &pace, call).await;
                drop(slot);
            });
        }
        if !more {
            tokio::select! {
                () = selling.woken.notified() => {}
                () = sleep(LOOK_EVERY) => {}
            }
        }
    }
}

async fn make(selling: &Selling, pace: &Pace, due: DueCall) {
    let made = tokio::time::timeout(CALL_TIMEOUT, answer(selling, pace, due)).await;
    // One that took too long comes again once its time with this worker is up.
    if let Ok(Some(event)) = made {
        // One that could not be stored, too.
        let _ = selling.change(due.number, event).await;
    }
}

/// Makes the call. What then happens to the order; nothing where the call is no longer wanted.
async fn answer(selling: &Selling, pace: &Pace, due: DueCall) -> Option<Event> {
    match due.call {
        Call::Expire => return Some(Event::Time),
        Call::Issue => return Some(Event::IssueAgain),
        _ => {}
    }
    let number = due.number;
    let order = selling.db.run(move |db| db.order(number)).await.ok()??;
    let provider = provider_of(&order, due.call)?;
    let Some(at) = selling.providers.get(provider) else {
        eprintln!(
            "wicket: order {number} needs a payment provider that this server was not set up with: {provider:?}"
        );
        return unheard(due.call);
    };
    let follow = ask(at.as_ref(), pace, &order, due.call).await?;
    Some(match (follow, due.call) {
        (Follow::Event(event), _) => event,
        (Follow::AskPayment, call) => {
            let payment = payment_of(call)?;
            event(outcome::asked(payment, at.query(&payment).await))?
        }
        (Follow::AskRefund, call) => {
            let refund = refund_of(call)?;
            event(outcome::refund_asked(refund, at.query_refund(&refund).await))?
        }
    })
}

async fn ask(at: &dyn PaymentProvider, pace: &Pace, order: &Order, call: Call) -> Option<Follow> {
    Some(match call {
        Call::Expire | Call::Issue => return None,
        Call::Open(number) => outcome::opened(number, at.open(&order.payment(number)?.ask).await),
        Call::Ask(number) => outcome::asked(number, at.query(&number).await),
        Call::Close(number) => outcome::closed(number, at.close(&number).await),
        Call::Refund(number) => {
            pace.turn().await;
            outcome::refunded(number, at.refund(&order.refund(number)?.ask).await)
        }
        Call::AskRefund(number) => outcome::refund_asked(number, at.query_refund(&number).await),
        Call::Tell(number) => outcome::told(tell(at, order, number).await),
    })
}

async fn tell(at: &dyn PaymentProvider, order: &Order, number: PaymentNumber) -> Result<(), CallError> {
    let paid = order.payment(number);
    let charge = paid.and_then(Payment::charge);
    let (Some(paid), Some(charge), Some(issued)) = (paid, charge, order.issued_at) else {
        return Ok(());
    };
    let Some(payer) = charge.payer.clone() else {
        return Ok(());
    };
    at.ship(&Shipment {
        transaction: charge.transaction.clone(),
        item: paid.ask.description.clone(),
        payer,
        at: issued.millis(),
    })
    .await
}

fn event(follow: Follow) -> Option<Event> {
    match follow {
        Follow::Event(event) => Some(event),
        Follow::AskPayment | Follow::AskRefund => None,
    }
}

/// A call that could not be made counts as one that was not heard.
fn unheard(call: Call) -> Option<Event> {
    match call {
        Call::Open(number) | Call::Ask(number) | Call::Close(number) => {
            Some(Event::PaymentCallFailed(number, None))
        }
        Call::Refund(number) | Call::AskRefund(number) => Some(Event::RefundCallFailed(number, None)),
        Call::Tell(_) => Some(Event::TellFailed(None)),
        Call::Expire | Call::Issue => None,
    }
}

fn provider_of(order: &Order, call: Call) -> Option<Provider> {
    match (payment_of(call), refund_of(call)) {
        (Some(number), _) => order.payment(number).map(|payment| payment.provider),
        (_, Some(number)) => order.refund(number).map(|refund| refund.provider),
        (None, None) => None,
    }
}

fn payment_of(call: Call) -> Option<PaymentNumber> {
    match call {
        Call::Open(number) | Call::Ask(number) | Call::Close(number) | Call::Tell(number) => Some(number),
        Call::Expire | Call::Issue | Call::Refund(_) | Call::AskRefund(_) => None,
    }
}

fn refund_of(call: Call) -> Option<RefundNumber> {
    match call {
        Call::Refund(number) | Call::AskRefund(number) => Some(number),
        Call::Expire | Call::Issue | Call::Open(_) | Call::Ask(_) | Call::Close(_) | Call::Tell(_) => None,
    }
}
