//! The API for those who buy: JSON, with problems as RFC 9457 describes them.

mod accounts;
mod caller;
mod events;
mod notify;
mod orders;
mod problem;
mod test_page;
mod views;

use axum::Router;
use axum::routing::{get, post};

pub(in crate::server) use caller::BODY_BYTES_MAX;

use super::pay::TEST_PAGE;
use super::pay::wechat::NOTIFY_PATH;
use super::selling::Selling;

/// The routes of the API.
pub(super) fn router(selling: Selling) -> Router {
    let test_page = format!("{TEST_PAGE}/{{payment}}");
    Router::new()
        .route("/api/v1/accounts", post(accounts::open))
        .route("/api/v1/events", get(events::list))
        .route("/api/v1/events/{event}", get(events::show))
        .route(
            "/api/v1/events/{event}/orders",
            get(orders::list).post(orders::place),
        )
        .route("/api/v1/orders/{number}", get(orders::show))
        .route("/api/v1/orders/{number}/pay", post(orders::pay))
        .route("/api/v1/orders/{number}/cancel", post(orders::cancel))
        .route("/api/v1/orders/{number}/return", post(orders::give_back))
        .route(NOTIFY_PATH, post(notify::wechat))
        .route(&test_page, get(test_page::show).post(test_page::press))
        .with_state(selling)
}
