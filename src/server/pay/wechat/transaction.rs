//! How a payment stands, as WeChat Pay says it in answers and notifications alike.

use serde::{Deserialize, Serialize};

use super::api::{Answer, Api};
use super::settings::Settings;
use super::time;
use crate::domain::sale::{Charge, Fen, PayerId, PaymentNumber, PaymentStanding, TransactionId};
use crate::server::pay::error::CallError;
use crate::server::pay::provider::Closing;

/// What WeChat Pay means where it names no currency.
const CNY: &str = "CNY";

#[derive(Debug, Deserialize)]
pub(super) struct Transaction {
    appid: String,
    mchid: String,
    pub(super) out_trade_no: String,
    #[serde(default)]
    transaction_id: Option<String>,
    trade_state: String,
    #[serde(default)]
    success_time: Option<String>,
    #[serde(default)]
    payer: Option<Payer>,
    #[serde(default)]
    amount: Option<Amount>,
}

#[derive(Debug, Deserialize)]
struct Payer {
    #[serde(default)]
    openid: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Amount {
    #[serde(default)]
    total: Option<u64>,
    #[serde(default)]
    currency: Option<String>,
}

#[derive(Serialize)]
struct Close<'c> {
    mchid: &'c str,
}

impl Transaction {
    /// How it stands; why it cannot be told where it is not this merchant's, or not whole.
    pub(super) fn standing(self, settings: &Settings) -> Result<PaymentStanding, String> {
        if !settings.is_ours(&self.mchid, &self.appid) {
            let (mchid, appid) = (self.mchid, self.appid);
            return Err(format!("of merchant {mchid} and app {appid}, and not of ours"));
        }
        match self.trade_state.as_str() {
            // A payment of which something was refunded is still one that was made.
            "SUCCESS" | "REFUND" => self.charge().map(PaymentStanding::Paid),
            // The last two occur where a payer shows a code: the payment may still be made.
            "NOTPAY" | "USERPAYING" | "PAYERROR" => Ok(PaymentStanding::Unpaid),
            "CLOSED" | "REVOKED" => Ok(PaymentStanding::Closed),
            other => Err(format!("the trade state {other:?} is none that is known")),
        }
    }

    fn charge(self) -> Result<Charge, String> {
        let amount = self.amount.ok_or("paid, without an amount")?;
        let at = self.success_time.as_deref().and_then(time::read);
        Ok(Charge {
            transaction: TransactionId(self.transaction_id.ok_or("paid, without a transaction_id")?),
            total: Fen(amount.total.ok_or("paid, without a total")?),
            currency: amount.currency.unwrap_or_else(|| CNY.to_owned()),
            payer: self.payer.and_then(|payer| payer.openid).map(PayerId),
            at: at.ok_or("paid, without a success_time")?,
        })
    }
}

impl Api {
    pub(super) async fn query(&self, payment: &PaymentNumber) -> Result<PaymentStanding, CallError> {
        let mchid = &self.settings.merchant.mchid;
        let path = format!("/v3/pay/transactions/out-trade-no/{payment}?mchid={mchid}");
        let transaction: Transaction = match self.get(&path).await? {
            Answer::No(refusal) if refusal.is_unknown() => return Ok(PaymentStanding::Unknown),
            Answer::No(refusal) if refusal.is_closed() => return Ok(PaymentStanding::Closed),
            answer => answer.message()?,
        };
        // The signature holds for whatever was asked: an answer to another question is none to this.
        if transaction.out_trade_no != payment.to_string() {
            return Err(CallError::forged("it tells of another payment"));
        }
        transaction.standing(&self.settings).map_err(CallError::forged)
    }

    pub(super) async fn close(&self, payment: &PaymentNumber) -> Result<Closing, CallError> {
        let path = format!("/v3/pay/transactions/out-trade-no/{payment}/close");
        let mchid = &self.settings.merchant.mchid;
        match self.post(&path, &Close { mchid }).await? {
            Answer::Yes(_) => Ok(Closing::Closed),
            Answer::No(refusal) if refusal.is_paid() => Ok(Closing::AlreadyPaid),
            Answer::No(refusal) if refusal.is_unknown() || refusal.is_closed() => Ok(Closing::Closed),
            Answer::No(refusal) => Err(refusal.into()),
        }
    }
}
