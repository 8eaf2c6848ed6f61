//! Giving money back. <https://pay.weixin.qq.com/doc/v3/merchant/4012791862>.

use serde::{Deserialize, Serialize};

use super::api::{Answer, Api};
use super::time;
use crate::domain::sale::{Fen, RefundAsk, RefundNumber, RefundStanding};
use crate::server::pay::error::CallError;

const PATH: &str = "/v3/refund/domestic/refunds";
const CNY: &str = "CNY";
/// Bytes of a reason that WeChat Pay takes.
const REASON_BYTES_MAX: usize = 80;

#[derive(Serialize)]
struct Ask<'a> {
    out_trade_no: String,
    out_refund_no: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'a str,
    notify_url: &'a str,
    amount: AskAmount,
}

#[derive(Serialize)]
struct AskAmount {
    refund: u64,
    total: u64,
    currency: &'static str,
}

#[derive(Serialize)]
struct Abnormal {
    out_refund_no: String,
    r#type: &'static str,
}

/// A refund as answers tell of it.
#[derive(Debug, Deserialize)]
struct Refund {
    refund_id: String,
    out_refund_no: String,
    status: String,
    #[serde(default)]
    success_time: Option<String>,
    amount: Amount,
}

#[derive(Debug, Deserialize)]
struct Amount {
    refund: u64,
}

/// How a refund stands, by WeChat Pay's word for it.
pub(super) fn standing(status: &str, success_time: Option<&str>) -> Result<RefundStanding, String> {
    match status {
        "SUCCESS" => Ok(RefundStanding::Done {
            at: success_time.and_then(time::read),
        }),
        "PROCESSING" => Ok(RefundStanding::Processing),
        "CLOSED" => Ok(RefundStanding::Failed("WeChat Pay closed the refund (CLOSED)".to_owned())),
        "ABNORMAL" => Ok(RefundStanding::Failed(
            "the payer's account takes no money (ABNORMAL): have it paid to the merchant's card, and give it back from there"
                .to_owned(),
        )),
        other => Err(format!("the refund status {other:?} is none that is known")),
    }
}

impl Api {
    pub(super) async fn refund(&self, ask: &RefundAsk) -> Result<RefundStanding, CallError> {
        let body = Ask {
            out_trade_no: ask.payment.to_string(),
            out_refund_no: ask.refund.to_string(),
            reason: cut(&ask.reason),
            notify_url: &self.settings.notify_url,
            amount: AskAmount {
                refund: ask.amount.0,
                total: ask.total.0,
                currency: CNY,
            },
        };
        let refund: Refund = self.post(PATH, &body).await?.message()?;
        if Fen(refund.amount.refund) != ask.amount {
            let message = format!(
                "{} fen were asked for before under {}",
                refund.amount.refund, ask.refund
            );
            return Err(CallError::never("refunded-otherwise", message));
        }
        understood(&refund, ask.refund)
    }

    pub(super) async fn query_refund(&self, number: &RefundNumber) -> Result<RefundStanding, CallError> {
        match self.find_refund(number).await? {
            Some(refund) => understood(&refund, *number),
            None => Ok(RefundStanding::Unknown),
        }
    }

    /// Has an abnormal refund paid to the merchant's card, from which a person gives it back.
    pub(super) async fn to_merchant_card(&self, number: &RefundNumber) -> Result<RefundStanding, CallError> {
        let Some(refund) = self.find_refund(number).await? else {
            return Ok(RefundStanding::Unknown);
        };
        let path = format!("{PATH}/{}/apply-abnormal-refund", refund.refund_id);
        let body = Abnormal {
            out_refund_no: number.to_string(),
            r#type: "MERCHANT_BANK_CARD",
        };
        understood(&self.post(&path, &body).await?.message()?, *number)
    }

    async fn find_refund(&self, number: &RefundNumber) -> Result<Option<Refund>, CallError> {
        match self.get(&format!("{PATH}/{number}")).await? {
            Answer::No(refusal) if refusal.is_unknown() => Ok(None),
            answer => answer.message().map(Some),
        }
    }
}

fn understood(refund: &Refund, number: RefundNumber) -> Result<RefundStanding, CallError> {
    if refund.out_refund_no != number.to_string() {
        return Err(CallError::forged("it tells of another refund"));
    }
    standing(&refund.status, refund.success_time.as_deref())
        .map_err(|why| CallError::never("not-understood", why))
}

fn cut(reason: &str) -> &str {
    let end = (0..=REASON_BYTES_MAX)
        .rev()
        .find(|&end| reason.is_char_boundary(end) && end <= reason.len());
    end.and_then(|end| reason.get(..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_cut_between_signs() {
        assert_eq!(cut("postponed"), "postponed");
        assert_eq!(cut(""), "");
        assert_eq!(cut(&"延".repeat(40)).len(), 78);
    }

    #[test]
    fn an_accepted_refund_is_not_done_and_a_failed_one_says_what_to_do() {
        assert_eq!(standing("PROCESSING", None), Ok(RefundStanding::Processing));
        let Ok(RefundStanding::Failed(why)) = standing("ABNORMAL", None) else {
            panic!("not failed");
        };
        assert!(why.contains("merchant's card"), "{why}");
        assert!(standing("NEW", None).is_err());
    }
}
