//! Refunds at the simulated WeChat Pay: taken on at once, done later.

use serde_json::{Value, json};

use super::notices::Kind;
use super::payments::beijing;
use super::world::{MCHID, Said, World};

#[derive(Debug, Clone)]
pub(crate) struct Refund {
    pub(super) payment: String,
    pub(super) amount: u64,
    pub(super) status: &'static str,
    pub(super) at_ms: u64,
    id: String,
    asked: Value,
    due_ms: u64,
}

impl World {
    pub(super) fn refund(&mut self, body: &Value) -> Said {
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let (number, of) = (text("out_refund_no"), text("out_trade_no"));
        let Some(payment) = self.payments.get(&of).filter(|payment| payment.paid_ms.is_some()) else {
            return Said::no(404, "RESOURCE_NOT_EXISTS", "订单不存在");
        };
        if let Some(before) = self.refunds.get(&number) {
            if before.asked != *body {
                return Said::no(400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致");
            }
            return Said::yes(self.told_refund(&number));
        }
        let (amount, total) = (
            body["amount"]["refund"].as_u64().unwrap_or_default(),
            body["amount"]["total"].as_u64(),
        );
        let all = self.refunds.values().filter(|refund| refund.payment == of);
        let before: u64 = all.map(|refund| refund.amount).sum();
        if total != Some(payment.total) || amount == 0 || before + amount > payment.total {
            return Said::no(400, "INVALID_REQUEST", "退款金额错误");
        }
        let refund = Refund {
            payment: of,
            amount,
            status: "PROCESSING",
            at_ms: self.now_ms(),
            id: format!("5000002026112300{:012}", self.refunds.len() + 1),
            asked: body.clone(),
            due_ms: self.now_ms() + self.refund_takes_ms,
        };
        self.refunds.insert(number.clone(), refund);
        Said::yes(self.told_refund(&number))
    }

    pub(super) fn query_refund(&self, number: &str) -> Said {
        if self.refunds.contains_key(number) {
            Said::yes(self.told_refund(number))
        } else {
            Said::no(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
        }
    }

    pub(super) fn send_to_card(&mut self, id: &str, body: &Value) -> Said {
        let number = body["out_refund_no"].as_str().unwrap_or_default().to_owned();
        let refund = self.refunds.get_mut(&number).filter(|refund| refund.id == id);
        match refund {
            Some(refund) if refund.status == "ABNORMAL" && body["type"] == "MERCHANT_BANK_CARD" => {
                refund.status = "PROCESSING";
                Said::yes(self.told_refund(&number))
            }
            _ => Said::no(400, "INVALID_REQUEST", "退款单状态不允许"),
        }
    }

    /// Brings to its end what is due.
    pub(super) fn settle_refunds(&mut self) {
        let now_ms = self.now_ms();
        let due = self.refunds.iter_mut().filter(|(_, refund)| {
            refund.status == "PROCESSING" && refund.at_ms < now_ms && refund.due_ms <= now_ms
        });
        let mut ended = Vec::new();
        for (number, refund) in due {
            refund.status = self.refund_ends;
            refund.at_ms = now_ms;
            ended.push(number.clone());
        }
        for number in ended {
            let mut told = self.told_refund(&number);
            told["refund_status"] = told["status"].take();
            told["mchid"] = json!(MCHID);
            let kind = match self.refund_ends {
                "ABNORMAL" => Kind::RefundAbnormal,
                "CLOSED" => Kind::RefundClosed,
                _ => Kind::Refunded,
            };
            let fate = self.plan.next_fate();
            self.notices.push(kind, told.to_string(), now_ms, fate);
        }
    }

    fn told_refund(&self, number: &str) -> Value {
        let refund = &self.refunds[number];
        let payment = &self.payments[&refund.payment];
        let mut told = json!({
            "refund_id": refund.id,
            "out_refund_no": number,
            "transaction_id": payment.transaction,
            "out_trade_no": refund.payment,
            "status": refund.status,
            "amount": {"total": payment.total, "refund": refund.amount, "currency": "CNY"},
        });
        if refund.status == "SUCCESS" {
            told["success_time"] = json!(beijing(refund.at_ms, "%Y-%m-%dT%H:%M:%S+08:00"));
        }
        told
    }
}
