//! Payments at the simulated WeChat Pay.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::notices::Kind;
use super::world::{APPID, MCHID, Said, World};

#[derive(Debug, Clone)]
pub(crate) struct Payment {
    pub(super) total: u64,
    pub(super) transaction: String,
    pub(super) paid_ms: Option<u64>,
    kind: String,
    asked: Vec<u8>,
    openid: String,
    expires_ms: u64,
    closed: bool,
}

impl World {
    /// A guest pays, where it can still be paid: whether it could.
    pub(crate) fn pay(&mut self, number: &str) -> bool {
        let now_ms = self.now_ms();
        let Some(payment) = self.payments.get_mut(number) else {
            return false;
        };
        if payment.closed || payment.paid_ms.is_some() || now_ms >= payment.expires_ms {
            return false;
        }
        payment.paid_ms = Some(now_ms);
        let told = self.told(number);
        let fate = self.plan.next_fate();
        self.notices.push(Kind::Paid, told.to_string(), now_ms, fate);
        true
    }

    /// What payments have been asked for, by their numbers.
    pub(crate) fn opened(&self) -> Vec<String> {
        self.payments.keys().cloned().collect()
    }

    pub(super) fn prepay(&mut self, kind: &str, body: &Value, bytes: &[u8]) -> Said {
        let number = body["out_trade_no"].as_str().unwrap_or_default().to_owned();
        let expires = body["time_expire"]
            .as_str()
            .and_then(|text| text.parse::<Timestamp>().ok());
        if let Err(why) = fits(kind, body, &number) {
            return Said::bad(why);
        }
        let Some(expires_ms) = expires.map(|at| at.as_millisecond().cast_unsigned()) else {
            return Said::bad("time_expire");
        };
        if let Some(before) = self.payments.get(&number) {
            if before.paid_ms.is_some() {
                return Said::no(400, "ORDERPAID", "该订单已支付");
            }
            if before.closed {
                return Said::no(400, "ORDER_CLOSED", "订单已关闭");
            }
            if before.asked != bytes || before.kind != kind {
                return Said::no(400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致");
            }
        } else {
            if expires_ms < self.now_ms() + 60_000 {
                return Said::bad("time_expire is less than a minute ahead");
            }
            let openid = body["payer"]["openid"].as_str().unwrap_or("oNobody").to_owned();
            let payment = Payment {
                total: body["amount"]["total"].as_u64().unwrap(),
                transaction: format!("4200002026112300{:012}", self.payments.len() + 1),
                paid_ms: None,
                kind: kind.to_owned(),
                asked: bytes.to_vec(),
                openid,
                expires_ms,
                closed: false,
            };
            self.payments.insert(number.clone(), payment);
        }
        Said::yes(match kind {
            "jsapi" => json!({"prepay_id": format!("wx23160000{number}")}),
            "h5" => {
                json!({"h5_url": format!("https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx{number}")})
            }
            _ => json!({"code_url": format!("weixin://wxpay/bizpayurl?pr={number}")}),
        })
    }

    pub(super) fn query(&self, number: &str, query: &str) -> Said {
        if query != format!("mchid={MCHID}") {
            return Said::bad("mchid");
        }
        if self.payments.contains_key(number) {
            Said::yes(self.told(number))
        } else {
            Said::no(404, "ORDER_NOT_EXIST", "订单不存在")
        }
    }

    pub(super) fn close(&mut self, number: &str, body: &Value) -> Said {
        if body["mchid"] != MCHID {
            return Said::bad("mchid");
        }
        let Some(payment) = self.payments.get_mut(number) else {
            return Said::no(404, "ORDER_NOT_EXIST", "订单不存在");
        };
        if payment.paid_ms.is_some() {
            return Said::no(400, "ORDERPAID", "该订单已支付");
        }
        payment.closed = true;
        Said {
            status: 204,
            body: None,
        }
    }

    /// What answers and notifications say of a payment.
    fn told(&self, number: &str) -> Value {
        let payment = &self.payments[number];
        let mut told = json!({
            "appid": APPID,
            "mchid": MCHID,
            "out_trade_no": number,
            "amount": {"total": payment.total, "currency": "CNY"},
        });
        let refunded = self.refunds.values().any(|refund| refund.payment == number);
        told["trade_state"] = json!(match payment.paid_ms {
            Some(_) if refunded => "REFUND",
            Some(_) => "SUCCESS",
            None if payment.closed => "CLOSED",
            None => "NOTPAY",
        });
        if let Some(paid_ms) = payment.paid_ms {
            told["transaction_id"] = json!(payment.transaction);
            told["success_time"] = json!(beijing(paid_ms, "%Y-%m-%dT%H:%M:%S+08:00"));
            told["payer"] = json!({"openid": payment.openid});
        }
        told
    }
}

/// A time at Beijing.
pub(super) fn beijing(ms: u64, format: &str) -> String {
    const AHEAD_MS: i64 = 8 * 60 * 60 * 1000;
    let at = Timestamp::from_millisecond(ms.cast_signed() + AHEAD_MS).unwrap();
    at.strftime(format).to_string()
}

fn fits(kind: &str, body: &Value, number: &str) -> Result<(), &'static str> {
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    let signs = |byte: u8| byte.is_ascii_alphanumeric() || b"_-|*".contains(&byte);
    let openid = body["payer"]["openid"].is_string();
    let scene = body["scene_info"]["payer_client_ip"].is_string();
    for (name, fit) in [
        ("appid", text("appid") == APPID),
        ("mchid", text("mchid") == MCHID),
        ("description", (1..=127).contains(&text("description").len())),
        (
            "out_trade_no",
            (6..=32).contains(&number.len()) && number.bytes().all(signs),
        ),
        ("notify_url", text("notify_url").starts_with("https://")),
        ("amount", body["amount"]["total"].as_u64() >= Some(1)),
        ("payer", openid == (kind == "jsapi")),
        ("scene_info", scene == (kind == "h5")),
    ] {
        if !fit {
            return Err(name);
        }
    }
    Ok(())
}
