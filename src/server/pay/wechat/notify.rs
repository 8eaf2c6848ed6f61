//! Notifications: verified over the bytes as they came, unsealed, and checked to be this merchant's.
//! <https://pay.weixin.qq.com/doc/v3/merchant/4012791861>, `/4012791865` (refunds).

use axum::http::HeaderMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::api::Api;
use super::refund::standing;
use super::sealed::Sealed;
use super::transaction::Transaction;
use super::verify::VerifyError;
use crate::domain::sale::PaymentStanding;
use crate::domain::time::UnixMillis;
use crate::server::pay::error::NotifyError;
use crate::server::pay::provider::Notification;

/// Bytes of a notification; WeChat Pay's are a tenth of it.
pub const NOTIFICATION_BYTES_MAX: usize = 64 << 10;

#[derive(Deserialize)]
struct Envelope {
    event_type: String,
    resource: Sealed,
}

#[derive(Deserialize)]
struct Refund {
    mchid: String,
    out_refund_no: String,
    refund_status: String,
    #[serde(default)]
    success_time: Option<String>,
}

impl Api {
    pub(super) fn notification(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: UnixMillis,
    ) -> Result<Notification, NotifyError> {
        self.keys
            .held()
            .verify(headers, body, now)
            .map_err(|error| self.not_believed(error))?;
        let envelope: Envelope = read(body)?;
        match envelope.event_type.as_str() {
            "TRANSACTION.SUCCESS" => self.paid(&envelope.resource),
            "REFUND.SUCCESS" | "REFUND.ABNORMAL" | "REFUND.CLOSED" => self.refunded(&envelope.resource),
            _ => Ok(Notification::Nothing),
        }
    }

    fn not_believed(&self, error: VerifyError) -> NotifyError {
        match error {
            VerifyError::UnknownKey(serial) => {
                // It comes again, and the key may be there by then.
                self.keys.want();
                NotifyError::UnknownKey(serial)
            }
            other => NotifyError::Forged(other.to_string()),
        }
    }

    fn paid(&self, sealed: &Sealed) -> Result<Notification, NotifyError> {
        let transaction: Transaction = self.unseal(sealed)?;
        let number = transaction.out_trade_no.parse();
        let standing = transaction
            .standing(&self.settings)
            .map_err(NotifyError::Strange)?;
        match (number, standing) {
            (Ok(payment), PaymentStanding::Paid(charge)) => Ok(Notification::Paid { payment, charge }),
            (Ok(payment), _) => Err(NotifyError::Strange(format!(
                "the success of {payment}, which is not paid"
            ))),
            // Another seller under the same merchant: the daily bill tells of it.
            (Err(_), _) => Ok(Notification::Nothing),
        }
    }

    fn refunded(&self, sealed: &Sealed) -> Result<Notification, NotifyError> {
        let refund: Refund = self.unseal(sealed)?;
        if refund.mchid != self.settings.merchant.mchid {
            let why = format!("of merchant {}, and not of ours", refund.mchid);
            return Err(NotifyError::Strange(why));
        }
        let Ok(number) = refund.out_refund_no.parse() else {
            return Ok(Notification::Nothing);
        };
        let standing = standing(&refund.refund_status, refund.success_time.as_deref());
        Ok(Notification::Refund {
            refund: number,
            standing: standing.map_err(NotifyError::Strange)?,
        })
    }

    fn unseal<T: DeserializeOwned>(&self, sealed: &Sealed) -> Result<T, NotifyError> {
        let plain = sealed
            .open(&self.settings.api_v3_key)
            .map_err(|error| NotifyError::Strange(error.to_string()))?;
        read(&plain)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, NotifyError> {
    serde_json::from_slice(bytes).map_err(|error| NotifyError::Strange(error.to_string()))
}
