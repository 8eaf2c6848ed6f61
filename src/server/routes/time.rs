//! `GET /sync/v1/time?nonce=HEX`: the server's time, signed over the nonce. Open to all: a gate with an unsure clock
//! asks this first.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::Site;
use super::super::answer::{Refused, message};
use super::{bytes, malformed, query};
use crate::wire::{Context, TimeAnswer};

pub(super) async fn time(State(site): State<Site>, request: Request) -> Result<Response, Refused> {
    let nonce = query(request.uri().query(), "nonce").and_then(bytes::<16>);
    let nonce = nonce.ok_or_else(|| malformed("a time needs nonce=32 hexadecimal digits"))?;
    let answer = TimeAnswer {
        nonce: nonce.into(),
        at: site.now(),
    };
    Ok(message(
        StatusCode::OK,
        site.sign(Context::Time, &answer),
        request.headers(),
    ))
}
