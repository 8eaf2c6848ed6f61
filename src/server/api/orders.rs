//! Orders, by those who place them.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::caller::{self, account, no_account};
use super::problem::Problem;
use super::views;
use crate::domain::ids::{EventId, TicketId};
use crate::domain::sale::order::{Cause, Channel, Event, Order, PaymentState, Wrong};
use crate::domain::sale::sheet::Sheet;
use crate::domain::sale::{Cart, Method, OrderNumber, PayerId, Permille, Provider};
use crate::server::db::{Changed, Granted, Placed};
use crate::server::pay::CallError;
use crate::server::random;
use crate::server::selling::Selling;

type Answer = Result<Response, Problem>;

/// Places an order.
pub(super) async fn place(
    State(selling): State<Selling>,
    Path(event): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let wish = caller::wish(&selling, &headers, &format!("place {event}"), &body)?;
    let event: EventId = event.parse().map_err(|_| Problem::not_found("event"))?;
    let cart: Cart = caller::json(&body)?;
    let number = OrderNumber::new(u64::from_be_bytes(random::bytes()?));
    let answer = selling
        .db
        .run_grouped(move |db| db.buy(&wish, &event, &cart, number))
        .await?;
    match granted(answer)? {
        Placed::Order(order) => {
            // One that waits to be paid has nothing due and no ticket yet: in a rush, most are such.
            if !order.is_unpaid() {
                selling.wake();
            }
            Ok((StatusCode::CREATED, Json(views::order(&order))).into_response())
        }
        Placed::Refused(why) => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            why.code(),
            why.to_string(),
        )),
        Placed::SoldOut(quota) => Err(Problem::new(
            StatusCode::CONFLICT,
            "SOLD_OUT",
            format!("there are not so many left of {quota}: take fewer, or other tickets"),
        )),
        Placed::VoucherUsedUp => Err(Problem::new(
            StatusCode::CONFLICT,
            "VOUCHER_USED_UP",
            "the voucher is not good for so many tickets any more",
        )),
        Placed::OneAtATime => Err(Problem::new(
            StatusCode::CONFLICT,
            "ONE_AT_A_TIME",
            "there is an order of yours that waits to be paid: pay or cancel it first",
        )),
    }
}

/// A buyer's orders for an event.
pub(super) async fn list(
    State(selling): State<Selling>,
    Path(event): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let event: EventId = event.parse().map_err(|_| Problem::not_found("event"))?;
    let account = account(&selling, &headers).await?;
    let orders = selling.db.run(move |db| db.orders_of(&event, &account)).await?;
    let orders: Vec<_> = orders.iter().map(views::order).collect();
    Ok(Json(json!({ "orders": orders })).into_response())
}

/// One order, and what its buyer pays it with, where a way is open.
pub(super) async fn show(
    State(selling): State<Selling>,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let order = own(&selling, &number, &headers).await?;
    let mut view = views::order(&order);
    if let (Some(with), Value::Object(fields)) = (hand_over(&selling, &order)?, &mut view) {
        fields.insert("pay_with".to_owned(), with);
    }
    Ok(Json(view).into_response())
}

/// How somebody wants to pay.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pay {
    provider: Provider,
    method: Method,
    /// The payer, for `jsapi`.
    #[serde(default)]
    payer: Option<PayerId>,
    /// The payer's network address, for `h5`.
    #[serde(default)]
    address: Option<String>,
}

/// Opens a way to pay. What to pay with is in the order as soon as the provider has answered.
pub(super) async fn pay(
    State(selling): State<Selling>,
    Path(number): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let pay: Pay = caller::json(&body)?;
    if pay.provider == Provider::Manual || selling.providers.get(pay.provider).is_none() {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "NO_PROVIDER",
            "this cannot be paid with here",
        ));
    }
    let order = own(&selling, &number, &headers).await?;
    let event = Event::Pay {
        provider: pay.provider,
        method: pay.method,
        description: described(&order),
        payer: pay.payer,
        address: pay.address,
    };
    wish(&selling, &headers, &order, "pay", &body, event).await
}

/// Gives an order up that is not paid.
pub(super) async fn cancel(
    State(selling): State<Selling>,
    Path(number): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let order = own(&selling, &number, &headers).await?;
    wish(&selling, &headers, &order, "cancel", &body, Event::Cancel).await
}

/// Tickets that their buyer gives back; all, where none is named.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GiveBack {
    #[serde(default)]
    tickets: Vec<TicketId>,
}

/// Gives tickets back, for what the event's policy says.
pub(super) async fn give_back(
    State(selling): State<Selling>,
    Path(number): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let GiveBack { tickets } = caller::json(&body)?;
    let order = own(&selling, &number, &headers).await?;
    let event = order.event.clone();
    let sheet = selling.db.run(move |db| db.on_sale(&event)).await?;
    let sheet = sheet.ok_or_else(|| Problem::not_found("event"))?.sheet;
    let share = share(&sheet, &order, &tickets, selling.clock.now().seconds()).ok_or_else(|| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "TOO_LATE",
            "these tickets are not taken back, or not any more: ask the organiser",
        )
    })?;
    let event = Event::TakeBack {
        tickets,
        share,
        cause: Cause::Buyer,
    };
    wish(&selling, &headers, &order, "return", &body, event).await
}

/// What the policy gives for all of these tickets: the least of their sessions'. None where one is too late.
fn share(
    sheet: &Sheet,
    order: &Order,
    tickets: &[TicketId],
    now: crate::domain::time::UnixSeconds,
) -> Option<Permille> {
    let wanted = order.items.iter().filter(|item| {
        item.ticket()
            .is_some_and(|ticket| tickets.is_empty() || tickets.contains(&ticket))
    });
    let shares = wanted.map(|item| {
        let session = &sheet.offers.get(&item.kind)?.session;
        sheet.refunds.share(sheet.sessions.get(session)?.begins, now)
    });
    shares.collect::<Option<Vec<_>>>()?.into_iter().min()
}

/// An order of who asks.
async fn own(selling: &Selling, number: &str, headers: &HeaderMap) -> Result<Order, Problem> {
    let account = account(selling, headers).await?;
    let nothing = || Problem::not_found("order");
    let number: OrderNumber = number.parse().map_err(|_| nothing())?;
    let order = selling.db.run(move |db| db.order(number)).await?;
    let own = order.filter(|order| order.buyer == account && order.channel == Channel::Online);
    own.ok_or_else(nothing)
}

async fn wish(
    selling: &Selling,
    headers: &HeaderMap,
    order: &Order,
    what: &str,
    body: &[u8],
    event: Event,
) -> Answer {
    let number = order.number;
    let wish = caller::wish(selling, headers, &format!("{what} {number}"), body)?;
    let answer = selling
        .db
        .run_grouped(move |db| db.wish(&wish, number, &event))
        .await?;
    selling.wake();
    match granted(answer)? {
        Changed::Order(order) => Ok(Json(views::order(&order)).into_response()),
        Changed::Refused(wrong) => Err(refused(&wrong)),
        Changed::None => Err(Problem::not_found("order")),
    }
}

fn refused(wrong: &Wrong) -> Problem {
    let code = match wrong {
        Wrong::Ended(_) => "ENDED",
        Wrong::Paid => "PAID",
        Wrong::NotPaid => "NOT_PAID",
        Wrong::TooManyPayments => "TOO_MANY_PAYMENTS",
        Wrong::TooManyRefunds => "TOO_MANY_REFUNDS",
        Wrong::Unknown => "UNKNOWN",
        Wrong::NoTicket => "NO_TICKET",
        Wrong::OtherTickets => "OTHER_TICKETS",
    };
    Problem::new(StatusCode::CONFLICT, code, wrong.to_string())
}

fn granted<T>(granted: Granted<T>) -> Result<T, Problem> {
    match granted {
        Granted::Now(done) => Ok(done),
        Granted::NoAccount => Err(no_account()),
        Granted::NoOrder => Err(Problem::not_found("order")),
        Granted::OtherQuestion => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "OTHER_QUESTION",
            "this Idempotency-Key was used for something else: choose another",
        )),
    }
}

/// What the payer reads.
fn described(order: &Order) -> String {
    format!("{} {}", order.event, order.number)
}

/// What the guest pays with, made anew each time it is shown.
fn hand_over(selling: &Selling, order: &Order) -> Result<Option<Value>, Problem> {
    let open = order
        .payments
        .iter()
        .rev()
        .find_map(|payment| match &payment.state {
            PaymentState::Open(opened) => Some((payment.provider, opened)),
            _ => None,
        });
    let Some((provider, opened)) = open else {
        return Ok(None);
    };
    let Some(provider) = selling.providers.get(provider) else {
        return Ok(None);
    };
    let nonce: [u8; 16] = random::bytes()?;
    let handed = provider.hand_over(
        opened,
        selling.clock.now().seconds(),
        &crate::domain::ids::hex(&nonce),
    );
    let handed = handed
        .map_err(|error: CallError| Problem::new(StatusCode::BAD_GATEWAY, "PROVIDER", error.to_string()))?;
    Ok(serde_json::to_value(&handed).ok())
}
