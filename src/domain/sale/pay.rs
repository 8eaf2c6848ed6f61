//! What is said to payment providers and heard from them, whichever it is.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::money::Fen;
use super::number::{PaymentNumber, RefundNumber};
use crate::domain::time::{UnixMillis, UnixSeconds};

/// Who takes the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    /// WeChat Pay.
    WeChat,
    /// Nobody: the built-in provider for trials, marked as such wherever it is seen.
    Test,
    /// The box office: cash, or a card terminal outside.
    Manual,
}

/// How a guest pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Within WeChat: a Mini Program, or a page of an official account.
    Jsapi,
    /// In another browser on a phone.
    H5,
    /// By scanning a code with WeChat.
    Native,
    /// At the box office.
    BoxOffice,
}

/// Who pays, as the provider names them: WeChat's `openid`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PayerId(pub String);

/// The provider's own number of a payment that was made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TransactionId(pub String);

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a provider is asked to take. Kept with the order: asked again, it must be the same to the last sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepay {
    /// The attempt.
    pub payment: PaymentNumber,
    /// How it is paid.
    pub method: Method,
    /// How much; at least one fen.
    pub total: Fen,
    /// What the payer reads, at most 127 bytes.
    pub description: String,
    /// Until when it may be paid.
    pub until: UnixSeconds,
    /// The payer, where the method needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<PayerId>,
    /// The payer's network address, where the method needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// What a guest pays with, as the provider gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Opened {
    /// WeChat's `prepay_id`: what a Mini Program is handed is signed each time anew.
    PrepayId(String),
    /// A page to go to.
    Url(String),
    /// A text to show as a QR code.
    Code(String),
}

/// Money that a provider says it took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// The provider's number.
    pub transaction: TransactionId,
    /// What was asked for and taken.
    pub total: Fen,
    /// Its currency, `CNY`.
    pub currency: String,
    /// Who paid, where the provider says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<PayerId>,
    /// When, by the provider's clock.
    pub at: UnixMillis,
}

/// How a payment stands at its provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentStanding {
    /// The provider knows no such payment.
    Unknown,
    /// Not paid, and still can be.
    Unpaid,
    /// Paid. What was refunded of it is told by its refunds.
    Paid(Charge),
    /// Not paid, and never will be.
    Closed,
}

/// A refund that a provider is asked for. Asked again, it must be the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundAsk {
    /// Its number.
    pub refund: RefundNumber,
    /// Of which payment.
    pub payment: PaymentNumber,
    /// How much.
    pub amount: Fen,
    /// How much was paid in all.
    pub total: Fen,
    /// What the payer reads.
    pub reason: String,
}

/// How a refund stands at its provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundStanding {
    /// The provider knows no such refund.
    Unknown,
    /// Taken on, not done.
    Processing,
    /// The payer has the money.
    Done {
        /// When, by the provider's clock; none where it does not say.
        at: Option<UnixMillis>,
    },
    /// The provider gave up, and says why: a person must look.
    Failed(String),
}
