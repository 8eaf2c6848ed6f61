//! Events and orders as their buyers see them: nothing of others, nothing that only the organiser should know.

use serde_json::{Value, json};

use crate::domain::ids::TicketId;
use crate::domain::sale::Provider;
use crate::domain::sale::order::{End, Item, ItemState, Order, PaymentState, Refund, RefundState, Stage};
use crate::domain::sale::sheet::{Offer, QuotaKind};
use crate::domain::ticket::check_code;
use crate::domain::time::UnixMillis;
use crate::server::db::OnSale;

/// An event.
pub(super) fn event(event: &OnSale, now: UnixMillis) -> Value {
    let sheet = &event.sheet;
    let offers: Vec<_> = sheet
        .offers
        .iter()
        .filter(|(_, offer)| !offer.locked && !is_held(event, offer))
        .map(|(kind, offer)| {
            let seconds = now.seconds();
            json!({
                "type": kind,
                "title": offer.title,
                "session": offer.session,
                "price": offer.price,
                "admits": offer.admits,
                "sale": offer.sale,
                "open": offer.sale.has_begun(seconds) && !offer.sale.is_over(seconds),
                "left": left(event, offer),
                "per_order_max": offer.per_order_max,
                "per_person_max": offer.per_person_max,
            })
        })
        .collect();
    json!({
        "event": event.event,
        "stage": event.stage,
        "title": sheet.title,
        "about": sheet.about,
        "venue": sheet.venue,
        "time_zone": sheet.admission.time_zone,
        "sessions": sheet.sessions,
        "offers": offers,
        "hold_s": sheet.hold_s,
        "per_order_max": sheet.per_order_max,
        "per_person_max": sheet.per_person_max,
        "refunds": sheet.refunds,
        "questions": sheet.questions,
        "terms": sheet.terms,
    })
}

/// How many there still are: of the stock that has least.
fn left(event: &OnSale, offer: &Offer) -> u32 {
    let stocks = offer.quotas.iter().filter_map(|quota| event.stocks.get(quota));
    let left = stocks.map(|stock| stock.capacity.saturating_sub(stock.taken));
    left.min().unwrap_or(0)
}

fn is_held(event: &OnSale, offer: &Offer) -> bool {
    let mut quotas = offer
        .quotas
        .iter()
        .filter_map(|quota| event.sheet.quotas.get(quota));
    quotas.any(|quota| quota.kind == QuotaKind::Held)
}

/// An order.
pub(super) fn order(order: &Order) -> Value {
    json!({
        "order": order.number,
        "event": order.event,
        "stage": stage(order.stage),
        "placed_ms": order.placed,
        "until_ms": order.until,
        "total": order.total(),
        "items": order.items.iter().map(item).collect::<Vec<_>>(),
        "refunds": order.refunds.iter().map(refund).collect::<Vec<_>>(),
        "answers": order.answers,
        "trial": order.payments.iter().any(|payment| payment.provider == Provider::Test),
        "payable": payable(order),
    })
}

/// Whether a way to pay is open, and what became of the last one.
fn payable(order: &Order) -> Value {
    let Some(payment) = order.payments.last() else {
        return Value::Null;
    };
    let state = match &payment.state {
        PaymentState::Opening => "opening",
        PaymentState::Open(_) => "open",
        PaymentState::Closing => "closing",
        PaymentState::Closed => "closed",
        PaymentState::Refused(_) => "refused",
        PaymentState::Paid(_) => "paid",
    };
    json!({ "payment": payment.ask.payment, "method": payment.ask.method, "state": state })
}

fn item(item: &Item) -> Value {
    let (state, ticket) = match item.state {
        ItemState::Ordered => ("ordered", None),
        ItemState::Issued(ticket) => ("issued", Some(ticket)),
        ItemState::Revoked(ticket) => ("revoked", Some(ticket)),
        ItemState::Dropped => ("dropped", None),
    };
    json!({
        "type": item.kind,
        "price": item.price,
        "back": item.back,
        "state": state,
        "ticket": ticket,
        "check_code": ticket.map(|ticket: TicketId| check_code(&ticket).to_string()),
    })
}

fn refund(refund: &Refund) -> Value {
    let state = match refund.state {
        RefundState::Wanted | RefundState::Processing => "processing",
        RefundState::Done => "done",
        // The guest is told by people; why is the merchant's business.
        RefundState::Failed(_) => "delayed",
    };
    json!({ "refund": refund.ask.refund, "amount": refund.ask.amount, "cause": refund.cause, "state": state })
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Reserved => "reserved",
        Stage::Ending(_) => "ending",
        Stage::Ended(End::Cancelled) => "cancelled",
        Stage::Ended(End::Expired) => "expired",
        Stage::Paid => "paid",
        Stage::Issued => "issued",
        Stage::Refunded => "refunded",
    }
}
