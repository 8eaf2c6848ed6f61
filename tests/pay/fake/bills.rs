//! Bills of the simulated WeChat Pay, in the form of the real ones.

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde_json::json;

use super::payments::beijing;
use super::world::{APPID, MCHID, Said, World};

const NAMES: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
const TOTALS: &str =
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";

impl World {
    pub(super) fn bill(&mut self, query: &str) -> Said {
        let day = query
            .strip_prefix("bill_date=")
            .and_then(|query| query.strip_suffix("&bill_type=ALL"));
        let Some(day) = day.map(str::to_owned) else {
            return Said::bad("bill_date");
        };
        let (rows, charged, refunded) = self.rows(&day);
        if rows.is_empty() {
            return Said::no(400, "NO_STATEMENT_EXIST", "账单文件不存在");
        }
        let (count, charged, refunded) = (rows.len(), yuan(charged), yuan(refunded));
        let totals = format!("`{count}.0,`{charged},`{refunded},`0.0,`0.0,`{charged},`{refunded}");
        let file = format!(
            "\u{feff}{NAMES}\r\n{}\r\n{TOTALS}\r\n{totals}\r\n",
            rows.join("\r\n")
        )
        .into_bytes();
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, &file);
        let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let served = if self.bill_lies {
            [file.as_slice(), b" "].concat()
        } else {
            file
        };
        self.bill_files.insert(day.clone(), served);
        let url = format!("{}/v3/billdownload/file?token={day}", self.address);
        Said::yes(json!({"hash_type": "SHA1", "hash_value": hash, "download_url": url}))
    }

    fn rows(&self, day: &str) -> (Vec<String>, u64, u64) {
        let on_day = |ms: &u64| beijing(*ms, "%Y-%m-%d") == day;
        let (mut rows, mut charged, mut refunded) = (Vec::new(), 0, 0);
        for (number, payment) in &self.payments {
            let Some(paid_ms) = payment.paid_ms.filter(|ms| on_day(ms)) else {
                continue;
            };
            let (at, total) = (beijing(paid_ms, "%Y-%m-%d %H:%M:%S"), yuan(payment.total));
            let transaction = &payment.transaction;
            rows.push(format!("`{at},`{APPID},`{MCHID},`0,`,`{transaction},`{number},`oNobody,`JSAPI,`SUCCESS,`OTHERS,`CNY,`{total},`0.00,`0,`0,`0.00,`0.00,`,`,`one ticket, adult,`,`0.00000,`0.60%,`{total},`0.00,`"));
            charged += payment.total;
        }
        for (number, refund) in self.refunds.iter().filter(|(_, refund)| on_day(&refund.at_ms)) {
            let (at, amount) = (beijing(refund.at_ms, "%Y-%m-%d %H:%M:%S"), yuan(refund.amount));
            let (of, status) = (&refund.payment, refund.status);
            let transaction = &self.payments[of].transaction;
            rows.push(format!("`{at},`{APPID},`{MCHID},`0,`,`{transaction},`{of},`oNobody,`JSAPI,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`5000,`{number},`{amount},`0.00,`ORIGINAL,`{status},`one ticket, adult,`,`0.00000,`0.60%,`0.00,`{amount},`"));
            refunded += refund.amount;
        }
        (rows, charged, refunded)
    }
}

fn yuan(fen: u64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}
