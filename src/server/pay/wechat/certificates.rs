//! Platform certificates, for merchants that began before there was a public key: fetched, and held until the next fetch.
//! <https://pay.weixin.qq.com/doc/v3/merchant/4012551764>.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::Method;
use serde::Deserialize;
use tokio::time::sleep;

use super::api::{Api, forged, message};
use super::http::{ANSWER_BYTES_MAX, ANSWER_TIMEOUT};
use super::refused::Refusal;
use super::sealed::Sealed;
use super::time;
use super::verify::PlatformKeys;
use crate::server::pay::error::CallError;

const PATH: &str = "/v3/certificates";
/// A new certificate is there 24 hours before it signs, and WeChat Pay asks for less than that.
const FRESH_EVERY: Duration = Duration::from_secs(12 * 60 * 60);
/// Between two fetches: whoever sends notifications with invented serials has no more fetched than this.
const PAUSE: Duration = Duration::from_secs(60);

#[derive(Deserialize)]
struct Answer {
    data: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    serial_no: String,
    expire_time: String,
    encrypt_certificate: Sealed,
}

impl Api {
    /// Keeps the certificates fresh: twice a day, and when a message came that none of them could judge.
    pub(super) async fn keep_certificates(&self) -> Infallible {
        loop {
            if let Err(error) = self.fetch_certificates().await {
                eprintln!("wicket: WeChat Pay's certificates cannot be fetched: {error}");
                self.keys.want();
            }
            sleep(PAUSE).await;
            tokio::select! {
                () = self.keys.wanted() => {}
                () = sleep(FRESH_EVERY) => {}
            }
        }
    }

    /// Fetches the certificates. They are sealed with the APIv3 key, which is what makes them WeChat Pay's; the answer's
    /// signature must be by one of them, or by a key that is held.
    pub(super) async fn fetch_certificates(&self) -> Result<(), CallError> {
        let reply = self
            .exchange(Method::GET, PATH, Vec::new(), ANSWER_BYTES_MAX, ANSWER_TIMEOUT)
            .await?;
        if !reply.status.is_success() {
            return Err(Refusal::read(&reply).into());
        }
        let answer: Answer = message(&reply.body)?;
        let mut keys = self.settings.keys.clone();
        for entry in &answer.data {
            self.hold(entry, &mut keys)?;
        }
        let mut judges = keys.clone();
        judges.hold_all(&self.keys.held());
        judges
            .verify(&reply.headers, &reply.body, self.givens.now())
            .map_err(|error| forged(&error))?;
        self.keys.replace(keys);
        Ok(())
    }

    fn hold(&self, entry: &Entry, keys: &mut PlatformKeys) -> Result<(), CallError> {
        let expires = time::read(&entry.expire_time);
        if expires.is_none_or(|expires| expires <= self.givens.now()) {
            return Ok(());
        }
        let forged = |why: String| CallError::forged(format!("the certificate {}: {why}", entry.serial_no));
        let pem = entry
            .encrypt_certificate
            .open(&self.settings.api_v3_key)
            .map_err(|error| forged(error.to_string()))?;
        let serial = keys
            .hold_certificate(&pem)
            .map_err(|error| forged(error.to_string()))?;
        if serial == entry.serial_no {
            Ok(())
        } else {
            Err(forged(format!("its own serial is {serial}")))
        }
    }
}
