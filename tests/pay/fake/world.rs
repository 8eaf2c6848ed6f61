//! What the simulated WeChat Pay knows, and how it answers: no sockets, so that a simulation may call it directly.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::keys::Pair;
use super::notices::Notices;
use super::payments::Payment;
use super::refunds::Refund;
use super::sealing::Sealing;
use super::whim::{Plan, Whim};

/// Such as a real one, and nobody's.
pub(crate) const MCHID: &str = "1900007291";
pub(crate) const APPID: &str = "wxd678efh567hg6787";
pub(crate) const MERCHANT_SERIAL: &str = "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB";
pub(crate) const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_0119000072912026112300000000000001";
pub(crate) const API_V3_KEY: &str = "0123456789abcdef0123456789ABCDEF";
/// What answers to a probe or a lie are late by: more than five minutes.
const OLD_S: u64 = 6 * 60;

/// More than anybody reads of an answer.
const ENDLESS_BYTES: usize = 1 << 20;
/// What is answered where nothing else is.
const BROKEN: &[u8] = br#"{"code":"SYSTEM_ERROR","message":"system error"}"#;

/// A request, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// With its query.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Whether the connection breaks off in it.
    pub(crate) cut: bool,
}

/// What is said before it is signed.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) body: Option<Value>,
}

impl Said {
    pub(super) fn yes(body: Value) -> Self {
        let body = Some(body);
        Self { status: 200, body }
    }

    pub(super) fn no(status: u16, code: &str, message: &str) -> Self {
        let body = Some(json!({"code": code, "message": message}));
        Self { status, body }
    }

    pub(super) fn bad(message: &str) -> Self {
        Self::no(400, "PARAM_ERROR", message)
    }
}

/// Money, in fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Money {
    /// Paid by guests.
    pub(crate) taken: u64,
    /// Given back to them, for good.
    pub(crate) refunded: u64,
}

/// The simulated WeChat Pay.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) notices: Notices,
    /// How long a refund is under way, in milliseconds.
    pub(crate) refund_takes_ms: u64,
    /// What a refund comes to: `SUCCESS`, `ABNORMAL` or `CLOSED`.
    pub(crate) refund_ends: &'static str,
    /// Whether a bill's file is another than its hash.
    pub(crate) bill_lies: bool,
    /// Whether answers are signed with the certificate, and not with the public key.
    pub(crate) by_certificate: bool,
    /// Tokens that the app's side has given out; the last one holds.
    pub(crate) tokens: u32,
    /// What the app's side was told: bodies, as they came.
    pub(crate) shipped: Vec<Value>,
    /// What it answers next to it, before it takes it.
    pub(crate) app_says: Vec<i64>,
    /// Every request that was heard.
    pub(crate) heard: Vec<Request>,
    pub(super) payments: BTreeMap<String, Payment>,
    pub(super) refunds: BTreeMap<String, Refund>,
    pub(super) bill_files: BTreeMap<String, Vec<u8>>,
    pub(super) sealing: Sealing,
    pub(super) address: String,
    merchant: Pair,
    clock: Arc<AtomicU64>,
}

impl World {
    /// At an address such as `http://127.0.0.1:40123`, by a clock in milliseconds since 1970.
    pub(crate) fn new(address: String, clock: Arc<AtomicU64>) -> Self {
        Self {
            plan: Plan::default(),
            notices: Notices::default(),
            refund_takes_ms: 60_000,
            refund_ends: "SUCCESS",
            bill_lies: false,
            by_certificate: false,
            tokens: 0,
            shipped: Vec::new(),
            app_says: Vec::new(),
            heard: Vec::new(),
            payments: BTreeMap::new(),
            refunds: BTreeMap::new(),
            bill_files: BTreeMap::new(),
            sealing: Sealing::new(),
            address,
            merchant: Pair::named("merchant"),
            clock,
        }
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.clock.load(Ordering::Relaxed)
    }

    /// Has the certificate end then, and told as this.
    pub(crate) fn certificate(&mut self, ends: &'static str, told_as: &'static str) {
        self.sealing.certificate_ends = ends;
        self.sealing.certificate_told_as = told_as;
    }

    /// Money that came and went.
    pub(crate) fn money(&self) -> Money {
        let taken = self.payments.values().filter(|payment| payment.paid_ms.is_some());
        let refunded = self.refunds.values().filter(|refund| refund.status == "SUCCESS");
        Money {
            taken: taken.map(|payment| payment.total).sum(),
            refunded: refunded.map(|refund| refund.amount).sum(),
        }
    }

    /// Answers a request.
    pub(crate) fn answer(&mut self, request: Request) -> Answer {
        self.heard.push(request.clone());
        self.settle_refunds();
        if request.path.starts_with("/cgi-bin/") || request.path.starts_with("/wxa/") {
            return unsigned(200, serde_json::to_vec(&self.answer_app(&request)).unwrap());
        }
        if !self.is_the_merchants(&request) {
            return self.sign(&Said::no(401, "SIGN_ERROR", "错误的签名,验签失败"), Whim::Honest);
        }
        if let Some(file) = request.path.strip_prefix("/v3/billdownload/file?token=") {
            let file = self.bill_files.get(file).cloned().unwrap();
            return unsigned(200, file);
        }
        let whim = self.plan.next_whim();
        match whim {
            Whim::TooOften(code) => self.sign(&Said::no(429, code, "请求频率过高"), Whim::Honest),
            Whim::Broken => unsigned(500, BROKEN.to_vec()),
            Whim::Proxy => unsigned(403, b"<html>please log in</html>".to_vec()),
            whim => {
                let said = self.say(&request);
                self.sign(&said, whim)
            }
        }
    }

    fn say(&mut self, request: &Request) -> Said {
        let (path, query) = request
            .path
            .split_once('?')
            .unwrap_or((request.path.as_str(), ""));
        let steps: Vec<&str> = path.trim_matches('/').split('/').collect();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        match (request.method.as_str(), steps.as_slice()) {
            ("POST", ["v3", "pay", "transactions", kind @ ("jsapi" | "h5" | "native")]) => {
                self.prepay(kind, &body, &request.body)
            }
            ("GET", ["v3", "pay", "transactions", "out-trade-no", number]) => self.query(number, query),
            ("POST", ["v3", "pay", "transactions", "out-trade-no", number, "close"]) => {
                self.close(number, &body)
            }
            ("POST", ["v3", "refund", "domestic", "refunds"]) => self.refund(&body),
            ("POST", ["v3", "refund", "domestic", "refunds", id, "apply-abnormal-refund"]) => {
                self.send_to_card(id, &body)
            }
            ("GET", ["v3", "refund", "domestic", "refunds", number]) => self.query_refund(number),
            ("GET", ["v3", "bill", "tradebill"]) => self.bill(query),
            ("GET", ["v3", "certificates"]) => Said::yes(self.sealing.certificates()),
            _ => Said::no(404, "NOT_FOUND", "no such path"),
        }
    }

    fn sign(&mut self, said: &Said, whim: Whim) -> Answer {
        let mut said = said.clone();
        match (whim, said.body.as_mut()) {
            (Whim::WrongAmount, Some(body)) => raise(body),
            (Whim::Another, Some(body)) => body["out_trade_no"] = json!("FFKQT4YC5T82-999"),
            (Whim::Endless, Some(body)) => body["more"] = json!("x".repeat(ENDLESS_BYTES)),
            _ => {}
        }
        if whim == Whim::DoneAndBroken {
            return unsigned(500, BROKEN.to_vec());
        }
        let body = said
            .body
            .map(|body| serde_json::to_vec(&body).unwrap())
            .unwrap_or_default();
        let mut answer = unsigned(said.status, body);
        answer.cut = whim == Whim::Cut;
        let now_s = self.now_ms() / 1000;
        let at_s = if whim == Whim::Old { now_s - OLD_S } else { now_s };
        if whim != Whim::Unsigned {
            answer.headers = self.sealing.headers(at_s, &answer.body, self.by_certificate);
        }
        let signature = answer.headers.get("wechatpay-signature").cloned();
        match (whim, signature) {
            (Whim::WrongSignature, _) => {
                let other = self.sealing.headers(at_s, b"something else", self.by_certificate);
                let other = other["wechatpay-signature"].clone();
                answer.headers.insert("wechatpay-signature", other);
            }
            (Whim::Probe, Some(signature)) => {
                let probe = format!("WECHATPAY/SIGNTEST/{}", signature.to_str().unwrap());
                answer
                    .headers
                    .insert("wechatpay-signature", HeaderValue::try_from(probe).unwrap());
            }
            (Whim::StrangeKey, _) => {
                let strange = HeaderValue::from_static("PUB_KEY_ID_0000000000000000000000000000000000");
                answer.headers.insert("wechatpay-serial", strange);
            }
            _ => {}
        }
        answer
    }

    /// Whether the request carries the merchant's signature over what came, of now.
    fn is_the_merchants(&self, request: &Request) -> bool {
        let header = request.headers.get("authorization");
        let header = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
        let Some(given) = header.strip_prefix("WECHATPAY2-SHA256-RSA2048 ") else {
            return false;
        };
        let part = |name: &str| {
            let parts = given.split(',').filter_map(|part| part.split_once('='));
            let found = parts.into_iter().find(|(found, _)| *found == name)?;
            Some(found.1.trim_matches('"').to_owned())
        };
        let all = ["mchid", "serial_no", "timestamp", "nonce_str", "signature"].map(part);
        let [Some(mchid), Some(serial), Some(at), Some(nonce), Some(signature)] = all else {
            return false;
        };
        let mut message = format!("{}\n{}\n{at}\n{nonce}\n", request.method, request.path).into_bytes();
        message.extend_from_slice(&request.body);
        message.push(b'\n');
        let fresh = at.parse::<u64>().unwrap().abs_diff(self.now_ms() / 1000) < 300;
        mchid == MCHID && serial == MERCHANT_SERIAL && fresh && self.merchant.signed(&message, &signature)
    }
}

fn unsigned(status: u16, body: Vec<u8>) -> Answer {
    let headers = HeaderMap::new();
    Answer {
        status,
        headers,
        body,
        cut: false,
    }
}

/// Makes the sum of an answer another one.
fn raise(body: &mut Value) {
    let amount = body.get_mut("amount").and_then(Value::as_object_mut);
    for (_, sum) in amount.into_iter().flatten() {
        if let Some(fen) = sum.as_u64() {
            *sum = json!(fen + 1);
        }
    }
}
