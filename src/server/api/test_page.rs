//! The page of the built-in provider for trials, which says on every line that no money moves.

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::problem::Problem;
use crate::domain::sale::order::{Event, Order};
use crate::domain::sale::{PaymentNumber, Provider};
use crate::server::pay::TEST_PAGE;
use crate::server::selling::Selling;

/// The page with the button.
pub(super) async fn show(
    State(selling): State<Selling>,
    Path(payment): Path<String>,
) -> Result<Html<String>, Problem> {
    let (number, order) = found(&selling, &payment).await?;
    let paid = order
        .payment(number)
        .is_some_and(|payment| payment.charge().is_some());
    let action = match paid {
        true => "<p>已支付（测试） · Paid, as a trial.</p>".to_owned(),
        false => format!(
            "<form method=post action=\"{TEST_PAGE}/{number}\"><button>测试支付 · Pay as a trial</button></form>"
        ),
    };
    Ok(Html(format!(
        "<!doctype html><html lang=zh><meta charset=utf-8>\
         <meta name=viewport content=\"width=device-width\"><title>测试支付 · Trial payment</title>\
         <style>body{{font:1.2rem sans-serif;margin:2rem;background:repeating-linear-gradient(45deg,#fff,#fff 2rem,#fec 2rem,#fec 4rem)}}\
         main{{background:#fff;border:.3rem solid #c60;padding:1rem;max-width:30rem}}button{{font:inherit;padding:1rem}}</style>\
         <main><h1>测试，不收款<br>A trial: no money moves</h1><p>{}<p>¥ {} {action}</main></html>",
        order.number,
        order.total(),
    )))
}

/// The button was pressed.
pub(super) async fn press(
    State(selling): State<Selling>,
    Path(payment): Path<String>,
) -> Result<Response, Problem> {
    let (number, _) = found(&selling, &payment).await?;
    let standing = selling.press(number).await?;
    selling
        .change(number.order, Event::Standing(number, standing))
        .await?;
    Ok(Redirect::to(&format!("{TEST_PAGE}/{number}")).into_response())
}

async fn found(selling: &Selling, payment: &str) -> Result<(PaymentNumber, Order), Problem> {
    let nothing = || Problem::not_found("payment");
    let number: PaymentNumber = payment.parse().map_err(|_| nothing())?;
    let order = selling.db.run(move |db| db.order(number.order)).await?;
    let payment = |order: &Order| order.payment(number).map(|payment| payment.provider);
    let trial = |order: &Order| payment(order) == Some(Provider::Test);
    order
        .filter(trial)
        .map(|order| (number, order))
        .ok_or_else(nothing)
}
