//! The seam: what every payment provider does.

use std::convert::Infallible;
use std::fmt;
use std::future::pending;
use std::pin::Pin;

use axum::http::HeaderMap;
use jiff::civil::Date;
use serde::Serialize;

use super::bill::Bill;
use super::error::{CallError, NotifyError};
use crate::domain::sale::{
    Charge, Opened, PayerId, PaymentNumber, PaymentStanding, Prepay, Provider, RefundAsk, RefundNumber,
    RefundStanding, TransactionId,
};
use crate::domain::time::{UnixMillis, UnixSeconds};

/// A call under way.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, CallError>> + Send + 'a>>;

/// Signs of a nonce, hexadecimal: 128 random bits.
pub const NONCE_SIGNS: usize = 32;

/// How closing a payment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// It can be paid no more. What the provider never heard of is closed as well.
    Closed,
    /// It was paid before: query it.
    AlreadyPaid,
}

/// What a provider says by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notification {
    /// A payment was made. Whether sum and currency are the order's is for the order to judge.
    Paid {
        /// Which.
        payment: PaymentNumber,
        /// The money.
        charge: Charge,
    },
    /// A refund came to its end.
    Refund {
        /// Which.
        refund: RefundNumber,
        /// How it ended.
        standing: RefundStanding,
    },
    /// Something that selling has no part in.
    Nothing,
}

/// What a guest's page or Mini Program is given to pay with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "with", rename_all = "kebab-case")]
pub enum HandOver {
    /// What `wx.requestPayment` takes. An official account's page takes the app's id too.
    #[serde(rename_all = "camelCase")]
    WeChat {
        /// The app that the payment was opened for.
        app_id: String,
        /// Seconds since 1970.
        time_stamp: String,
        /// The nonce.
        nonce_str: String,
        /// `prepay_id=…`.
        package: String,
        /// `RSA`.
        sign_type: String,
        /// The merchant's signature.
        pay_sign: String,
    },
    /// A page to go to. To WeChat Pay's, `&redirect_url=` and an encoded address may be added, to come back to; who comes back
    /// has not paid for that.
    Page {
        /// Its address.
        url: String,
    },
    /// A text to show as a QR code.
    Code {
        /// The text.
        text: String,
    },
}

/// What a provider is told of a paid order that its guest has received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipment {
    /// The provider's number of the payment.
    pub transaction: TransactionId,
    /// What was bought, for the payer to read.
    pub item: String,
    /// Who paid.
    pub payer: PayerId,
    /// When the tickets were issued.
    pub at: UnixMillis,
}

/// Who takes money and gives it back. Every call may be repeated with the same arguments: nothing happens twice.
pub trait PaymentProvider: fmt::Debug + Send + Sync {
    /// Which one it is.
    fn kind(&self) -> Provider;

    /// Opens a payment. Asked again, it opens the same one.
    fn open<'a>(&'a self, prepay: &'a Prepay) -> Asked<'a, Opened>;

    /// How a payment stands.
    fn query<'a>(&'a self, payment: &'a PaymentNumber) -> Asked<'a, PaymentStanding>;

    /// Closes a payment, so that it can be paid no more.
    fn close<'a>(&'a self, payment: &'a PaymentNumber) -> Asked<'a, Closing>;

    /// Gives money back.
    fn refund<'a>(&'a self, ask: &'a RefundAsk) -> Asked<'a, RefundStanding>;

    /// How a refund stands.
    fn query_refund<'a>(&'a self, refund: &'a RefundNumber) -> Asked<'a, RefundStanding>;

    /// What a guest pays with, made anew each time it is shown. `nonce` has [`NONCE_SIGNS`] random signs.
    ///
    /// # Errors
    /// [`CallError::Never`] where the provider gave nothing of that kind.
    fn hand_over(&self, opened: &Opened, now: UnixSeconds, nonce: &str) -> Result<HandOver, CallError>;

    /// What a provider says by itself, from the headers and the bytes as they came.
    ///
    /// # Errors
    /// [`NotifyError`] where it is not believed.
    fn notification(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: UnixMillis,
    ) -> Result<Notification, NotifyError>;

    /// What a provider took and gave back on a day of the merchant's calendar.
    fn bill(&self, day: Date) -> Asked<'_, Bill>;

    /// Says that a paid order's tickets were issued, where the provider wants to know.
    fn ship<'a>(&'a self, shipment: &'a Shipment) -> Asked<'a, ()>;

    /// What it has to do beside all that, for as long as the server runs.
    fn upkeep(&self) -> Pin<Box<dyn Future<Output = Infallible> + Send + '_>> {
        Box::pin(pending())
    }
}
