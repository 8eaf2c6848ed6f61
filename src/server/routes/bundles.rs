//! `POST /sync/v1/bundles`: a gate's bundle, by whatever device brings it, answered by one for the way back.
//! `GET /sync/v1/bundles`: the list, receipts and orders, sealed for the device that asks.

use std::io::Cursor;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::super::answer::{Refused, read_body};
use super::super::bundle::{BundleRefused, Wish, answer, export, import};
use super::super::{Site, auth, random};
use crate::wire::limits::BUNDLE_BYTES_MAX;
use crate::wire::request::BUNDLE;

pub(super) async fn take(State(site): State<Site>, request: Request) -> Result<Response, Refused> {
    let (parts, body) = request.into_parts();
    let body = read_body(body, BUNDLE_BYTES_MAX).await?;
    let caller = auth::count(&site, &parts, &body).await?;
    let (key, now, random) = (site.key.clone(), site.now(), random::bytes()?);
    let taken = site
        .db
        .run(move |db| {
            Ok(import(db, &key, Cursor::new(body), now).and_then(|imported| {
                // A device speaks for its own event alone, also where it carries.
                if imported.event == caller.event {
                    Ok(answer(db, &key, &imported, (now, random), Vec::new())?.0)
                } else {
                    Err(BundleRefused::OtherEvent {
                        event: imported.event,
                    })
                }
            }))
        })
        .await?;
    site.news.tell();
    taken.map(bundle).map_err(|error| refused(&error))
}

pub(super) async fn give(State(site): State<Site>, request: Request) -> Result<Response, Refused> {
    let (parts, _) = request.into_parts();
    let caller = auth::count(&site, &parts, b"").await?;
    let (key, now, random) = (site.key.clone(), site.now(), random::bytes()?);
    let made = site
        .db
        .run(move |db| {
            let wish = Wish {
                event: &caller.event,
                devices: &[caller.device],
                now,
                random,
            };
            Ok(export(db, &key, &wish, Vec::new()).map(|(bytes, _)| bytes))
        })
        .await?;
    made.map(bundle).map_err(|error| refused(&error))
}

fn bundle(bytes: Vec<u8>) -> Response {
    (StatusCode::OK, [(CONTENT_TYPE, BUNDLE)], bytes).into_response()
}

fn refused(error: &BundleRefused) -> Refused {
    match error {
        BundleRefused::Db(error) => Refused::database(error),
        error if error.is_the_bundles() => {
            Refused::new(StatusCode::BAD_REQUEST, "bundle-refused", error.to_string())
        }
        error => Refused::failed(&error.to_string()),
    }
}
