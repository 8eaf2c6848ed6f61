//! A day's bill: fetched, checked against its hash, and read strictly. What does not add up is not used.
//! <https://pay.weixin.qq.com/doc/v3/merchant/4013071238>.

use axum::http::Method;
use jiff::civil::Date;
use reqwest::Url;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde::Deserialize;

use super::api::{Answer, Api};
use super::http::{BILL_BYTES_MAX, BILL_TIMEOUT, path_and_query};
use super::refused::Refusal;
use super::statement::read;
use crate::server::pay::bill::Bill;
use crate::server::pay::error::CallError;

#[derive(Deserialize)]
struct Offer {
    hash_type: String,
    hash_value: String,
    download_url: String,
}

impl Api {
    /// The bill of a day; an empty one where there was no trade.
    pub(super) async fn bill(&self, day: Date) -> Result<Bill, CallError> {
        let path = format!("/v3/bill/tradebill?bill_date={day}&bill_type=ALL");
        let offer: Offer = match self.get(&path).await? {
            Answer::No(refusal) if refusal.is_empty_day() => return Ok(Bill::default()),
            answer => answer.message()?,
        };
        if offer.hash_type != "SHA1" {
            let message = format!("the bill is hashed by {:?}, and not by SHA1", offer.hash_type);
            return Err(CallError::never("not-understood", message));
        }
        let file = self.download(&offer).await?;
        let text =
            str::from_utf8(&file).map_err(|_| CallError::never("not-understood", "the bill is not UTF-8"))?;
        read(text).map_err(|why| CallError::never("not-understood", format!("the bill: {why}")))
    }

    /// The file behind an offer. Its answer is not signed: the hash is, which stands in the offer.
    async fn download(&self, offer: &Offer) -> Result<Vec<u8>, CallError> {
        let forged = |_| CallError::forged("the bill's address is none");
        let url = Url::parse(&offer.download_url).map_err(forged)?;
        // Only the path is taken from it: a signed request goes to the hosts that were set, and nowhere else.
        let path = path_and_query(&url);
        let reply = self
            .exchange(Method::GET, &path, Vec::new(), BILL_BYTES_MAX, BILL_TIMEOUT)
            .await?;
        if !reply.status.is_success() {
            return Err(Refusal::read(&reply).into());
        }
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, &reply.body);
        let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        if hash.eq_ignore_ascii_case(&offer.hash_value) {
            Ok(reply.body)
        } else {
            Err(CallError::forged("the bill has another hash than was signed"))
        }
    }
}
