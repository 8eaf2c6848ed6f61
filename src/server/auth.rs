//! Who asks: a request counts once, and only with the signature of a device that is believed.

use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::Site;
use super::answer::Refused;
use super::db::{Caller, NotCounted, Request};
use crate::wire::request::{RequestClaims, hash};

/// Checks a request against its signature and every one before it.
pub(super) async fn count(site: &Site, parts: &Parts, body: &[u8]) -> Result<Caller, Refused> {
    let counted = count_also_revoked(site, parts, body).await?;
    match counted.revoked {
        None => Ok(counted.caller),
        Some(revoked) => Err(forbidden(
            "revoked-device",
            "the device is revoked and is to forget the event; its check-ins stay with it: hand it to the organiser",
        )
        .ordering(revoked.order)),
    }
}

/// The same, and a revoked device counts too: it may still hand over its facts for rescue.
pub(super) async fn count_also_revoked(site: &Site, parts: &Parts, body: &[u8]) -> Result<Request, Refused> {
    let header = parts
        .headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let header = header.ok_or_else(|| {
        unauthorized(
            "unsigned",
            "the request carries no device's signature: enrol first",
        )
    })?;
    let (claims, signed) =
        RequestClaims::read(header).map_err(|error| unauthorized("malformed", error.to_string()))?;
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    if claims.method != parts.method.as_str() || claims.path != path || claims.body != hash(body) {
        return Err(unauthorized(
            "bad-signature",
            "the signature is of another request",
        ));
    }
    let now = site.now();
    site.db
        .run(move |db| db.count_request(&claims, &signed, now))
        .await?
        .map_err(refused)
}

fn refused(why: NotCounted) -> Refused {
    match why {
        NotCounted::UnknownDevice => unauthorized(
            "unknown-device",
            "no such device has enrolled for this event: enrol it",
        ),
        NotCounted::BadSignature => unauthorized(
            "bad-signature",
            "the signature is not this device's: enrol it anew",
        ),
        NotCounted::Replayed => unauthorized(
            "replayed",
            "this request was seen before: it does not count twice",
        ),
        NotCounted::Suspended => forbidden(
            "suspended-device",
            "the device is set aside until a person has looked: compare its six-digit check, then `wicket admin device confirm`",
        ),
    }
}

fn unauthorized(code: &str, message: impl Into<String>) -> Refused {
    Refused::new(StatusCode::UNAUTHORIZED, code, message)
}

fn forbidden(code: &str, message: &str) -> Refused {
    Refused::new(StatusCode::FORBIDDEN, code, message)
}
