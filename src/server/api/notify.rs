//! What payment providers say by themselves.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::domain::sale::order::Event;
use crate::domain::sale::{OrderNumber, PaymentStanding, Provider};
use crate::server::db::Changed;
use crate::server::pay::Notification;
use crate::server::selling::Selling;

/// WeChat Pay's word on a payment or a refund. It is answered once that is committed; any other answer has it said again.
pub(super) async fn wechat(State(selling): State<Selling>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(provider) = selling.providers.get(Provider::WeChat) else {
        return failed(StatusCode::NOT_FOUND, "this server takes no WeChat Pay");
    };
    let (number, event) = match provider.notification(&headers, &body, selling.clock.now()) {
        Ok(Notification::Paid { payment, charge }) => (
            payment.order,
            Event::Standing(payment, PaymentStanding::Paid(charge)),
        ),
        Ok(Notification::Refund { refund, standing }) => (refund.order, Event::Refund(refund, standing)),
        Ok(Notification::Nothing) => return StatusCode::NO_CONTENT.into_response(),
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            return failed(status, &error.to_string());
        }
    };
    happens(&selling, number, event).await
}

async fn happens(selling: &Selling, number: OrderNumber, event: Event) -> Response {
    match selling.change(number, event).await {
        Ok(Changed::Order(_)) => StatusCode::NO_CONTENT.into_response(),
        Ok(Changed::Refused(wrong)) => unknown(number, &wrong.to_string()),
        Ok(Changed::None) => unknown(number, "there is no such order"),
        // Not stored: it must be said again.
        Err(_) => failed(StatusCode::SERVICE_UNAVAILABLE, "not stored: say it again"),
    }
}

/// Saying it again would not help; the bill of the day shows it to people.
fn unknown(number: OrderNumber, why: &str) -> Response {
    eprintln!("wicket: WeChat Pay told of order {number}, which this server does not know so: {why}");
    StatusCode::NO_CONTENT.into_response()
}

fn failed(status: StatusCode, message: &str) -> Response {
    let body = json!({ "code": "FAIL", "message": message });
    (status, axum::Json(body)).into_response()
}
