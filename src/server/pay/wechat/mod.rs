//! WeChat Pay, APIv3, for a merchant of mainland China.
//!
//! Every request is signed by the merchant over the bytes that are sent; every answer and notification is verified over the bytes
//! as they came, and nothing in it counts before. Numbers are the order's, and a call is made again with the same ones, so that
//! nothing happens twice. Its own documentation is named where something rests on it.

mod api;
mod bill;
mod certificates;
mod files;
mod http;
mod keys;
mod notify;
mod options;
mod prepay;
mod refund;
mod refused;
mod sealed;
mod settings;
mod shipping;
mod sign;
mod statement;
mod time;
mod token;
mod transaction;
mod verify;

use std::convert::Infallible;
use std::future::pending;
use std::pin::Pin;

use axum::http::HeaderMap;
use jiff::civil::Date;
use rustls::ClientConfig;

pub use http::ClientError;
pub use notify::NOTIFICATION_BYTES_MAX;
pub use options::Options;
pub use sealed::{API_V3_KEY_BYTES, ApiV3Key, ApiV3KeyError, Sealed, SealedError, unseal};
pub use settings::{NOTIFY_PATH, Settings, SettingsError};
pub use sign::{Merchant, MerchantKey, MerchantKeyError, SignError, pay_message, request_message};
pub use statement::read as read_statement;
pub use verify::{PUBLIC_KEY_ID, PlatformKeyError, PlatformKeys, SERIAL, SKEW_S, VerifyError};

use super::bill::Bill;
use super::error::{CallError, NotifyError};
use super::givens::Givens;
use super::provider::{Asked, Closing, HandOver, Notification, PaymentProvider, Shipment};
use crate::domain::sale::{
    Opened, PaymentNumber, PaymentStanding, Prepay, Provider, RefundAsk, RefundNumber, RefundStanding,
};
use crate::domain::time::{UnixMillis, UnixSeconds};
use api::Api;
use http::Http;
use keys::Keys;
use token::TokenHolder;

/// WeChat Pay.
#[derive(Debug)]
pub struct WeChat {
    api: Api,
    tokens: TokenHolder,
}

impl WeChat {
    /// With these settings; `tls` is how its servers are told from others.
    ///
    /// # Errors
    /// [`ClientError`] where the machine gives no HTTP client.
    pub fn new(settings: Settings, tls: ClientConfig, givens: Givens) -> Result<Self, ClientError> {
        let api = Api {
            keys: Keys::new(settings.keys.clone()),
            http: Http::new(tls)?,
            settings,
            givens,
        };
        let tokens = TokenHolder::default();
        Ok(Self { api, tokens })
    }

    /// Has a refund whose payer's account takes no money paid to the merchant's card, from which a person gives it back.
    ///
    /// # Errors
    /// [`CallError`] where WeChat Pay does not take it on.
    pub async fn to_merchant_card(&self, refund: &RefundNumber) -> Result<RefundStanding, CallError> {
        self.api.to_merchant_card(refund).await
    }
}

impl PaymentProvider for WeChat {
    fn kind(&self) -> Provider {
        Provider::WeChat
    }

    fn open<'a>(&'a self, prepay: &'a Prepay) -> Asked<'a, Opened> {
        Box::pin(self.api.open(prepay))
    }

    fn query<'a>(&'a self, payment: &'a PaymentNumber) -> Asked<'a, PaymentStanding> {
        Box::pin(self.api.query(payment))
    }

    fn close<'a>(&'a self, payment: &'a PaymentNumber) -> Asked<'a, Closing> {
        Box::pin(self.api.close(payment))
    }

    fn refund<'a>(&'a self, ask: &'a RefundAsk) -> Asked<'a, RefundStanding> {
        Box::pin(self.api.refund(ask))
    }

    fn query_refund<'a>(&'a self, refund: &'a RefundNumber) -> Asked<'a, RefundStanding> {
        Box::pin(self.api.query_refund(refund))
    }

    fn hand_over(&self, opened: &Opened, now: UnixSeconds, nonce: &str) -> Result<HandOver, CallError> {
        self.api.hand_over(opened, now, nonce)
    }

    fn notification(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: UnixMillis,
    ) -> Result<Notification, NotifyError> {
        self.api.notification(headers, body, now)
    }

    fn bill(&self, day: Date) -> Asked<'_, Bill> {
        Box::pin(self.api.bill(day))
    }

    fn ship<'a>(&'a self, shipment: &'a Shipment) -> Asked<'a, ()> {
        Box::pin(self.api.ship(&self.tokens, shipment))
    }

    fn upkeep(&self) -> Pin<Box<dyn Future<Output = Infallible> + Send + '_>> {
        if self.api.settings.platform_certificates {
            Box::pin(self.api.keep_certificates())
        } else {
            Box::pin(pending())
        }
    }
}
