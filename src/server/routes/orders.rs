//! `GET /sync/v1/orders`: every signed order of the event, for those who carry them to devices out of reach.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::answer::{Refused, message};
use super::super::{Site, auth};
use crate::wire::order::Orders;
use crate::wire::to_cbor;

pub(super) async fn orders(State(site): State<Site>, request: Request) -> Result<Response, Refused> {
    let (parts, _) = request.into_parts();
    let caller = auth::count(&site, &parts, b"").await?;
    let orders = site.db.run(move |db| db.orders(&caller.event)).await?;
    let orders = Orders {
        orders: orders.into_iter().map(Into::into).collect(),
    };
    Ok(message(StatusCode::OK, to_cbor(&orders), &parts.headers))
}
