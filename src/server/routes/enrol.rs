//! `POST /sync/v1/enrol`: a token for a device's place in an event.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::Site;
use super::super::answer::{Refused, message, read_body};
use super::super::db::{DeviceStanding, Enrolment};
use super::malformed;
use crate::wire::Context;
use crate::wire::enrol::{EnrolmentAnswer, EnrolmentRequest, Role};
use crate::wire::limits::MESSAGE_BYTES_MAX;

pub(super) async fn enrol(State(site): State<Site>, request: Request) -> Result<Response, Refused> {
    let (parts, body) = request.into_parts();
    let body = read_body(body, MESSAGE_BYTES_MAX).await?;
    let request = EnrolmentRequest::open(&body).map_err(|error| malformed(error.to_string()))?;
    let key = *request.key;
    let now = site.now();
    let enrolment = site.db.run(move |db| db.enrol(&request.token, &key, now)).await?;
    site.news.tell();
    let device = enrolled(enrolment)?;
    let answer = EnrolmentAnswer {
        server_key: site.key.verifying_key().to_bytes().into(),
        key: key.into(),
        device: device.device,
        event: device.event,
        gate: device.gate,
        awaits_confirmation: device.awaits_confirmation,
        role: device.relay.then_some(Role::Relay),
    };
    let bytes = site.sign(Context::Enrolment, &answer);
    Ok(message(StatusCode::OK, bytes, &parts.headers))
}

fn enrolled(enrolment: Enrolment) -> Result<DeviceStanding, Refused> {
    let refused = |code, message| Err(Refused::new(StatusCode::FORBIDDEN, code, message));
    match enrolment {
        Enrolment::Enrolled(device) => Ok(device),
        Enrolment::UnknownToken => refused(
            "unknown-token",
            "the server knows no such code: print a new one with `wicket admin device add`",
        ),
        Enrolment::Expired => refused(
            "expired-token",
            "the code's time is over: print a new one with `wicket admin device add`",
        ),
        Enrolment::UsedTwice => {
            eprintln!(
                "wicket: an enrolment code was used by a second device; the first is suspended: compare its six-digit check, then confirm or revoke it"
            );
            refused(
                "token-used",
                "another device enrolled with this code before, and is suspended now: find out which of the two is yours, and print a new code",
            )
        }
    }
}
