//! What WeChat Pay's refusals mean for who asked. The code decides, because one code comes with several statuses; what is not
//! known here is judged by its status.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::http::Reply;
use crate::server::pay::error::CallError;

/// Asked too often, or busy: heard or not, the same request may be made again. All three spellings of the first occur.
const PASSING: &[&str] = &[
    "RATELIMIT_EXCEEDED",
    "RATELIMIT_EXCEED",
    "FREQUENCY_LIMITED",
    "SYSTEM_ERROR",
    "SYSTEMERROR",
    "BANK_ERROR",
];
/// No such payment or refund.
const UNKNOWN: &[&str] = &["ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"];
/// The payment was made already.
const PAID: &[&str] = &["ORDERPAID", "ORDER_PAID"];
/// The payment was closed already.
const CLOSED: &[&str] = &["ORDERCLOSED", "ORDER_CLOSED"];
/// After 10 in the morning a bill is asked for every half hour until it is there.
const BILL_AGAIN_MS: u64 = 30 * 60 * 1000;
/// Characters of a message that go into a log: enough for what WeChat Pay writes, too little for a flood.
const MESSAGE_CHARS_MAX: usize = 300;

/// An answer that is no success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    after_ms: Option<u64>,
    code: String,
    message: String,
}

#[derive(Deserialize)]
struct Body {
    code: String,
    #[serde(default)]
    message: String,
}

impl Refusal {
    /// What an answer says. One that WeChat Pay did not write, as of a proxy on the way, has an empty code.
    pub(super) fn read(reply: &Reply) -> Self {
        let body = serde_json::from_slice(&reply.body).unwrap_or(Body {
            code: String::new(),
            message: "an answer without a code".to_owned(),
        });
        let message: String = body.message.chars().take(MESSAGE_CHARS_MAX).collect();
        let message = match header(&reply.headers, "request-id") {
            Some(id) => format!("{message} [request {id}]"),
            None => message,
        };
        Self {
            status: reply.status.as_u16(),
            after_ms: retry_after_ms(&reply.headers),
            code: body.code,
            message,
        }
    }

    pub(super) fn is_unknown(&self) -> bool {
        self.is_one_of(UNKNOWN)
    }

    pub(super) fn is_paid(&self) -> bool {
        self.is_one_of(PAID)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_one_of(CLOSED)
    }

    /// A day without trade.
    pub(super) fn is_empty_day(&self) -> bool {
        self.is_one_of(&["NO_STATEMENT_EXIST"])
    }

    fn is_one_of(&self, codes: &[&str]) -> bool {
        codes.contains(&self.code.as_str())
    }

    fn passes(&self) -> bool {
        self.is_one_of(PASSING)
            || self.code.is_empty()
            || self.status >= StatusCode::INTERNAL_SERVER_ERROR.as_u16()
            || self.status == StatusCode::TOO_MANY_REQUESTS.as_u16()
    }
}

impl From<Refusal> for CallError {
    fn from(refusal: Refusal) -> Self {
        let why = format!("{} {}: {}", refusal.status, refusal.code, refusal.message);
        if refusal.is_one_of(&["STATEMENT_CREATING"]) {
            let after_ms = Some(BILL_AGAIN_MS);
            return Self::Again { after_ms, why };
        }
        if refusal.passes() {
            let after_ms = refusal.after_ms;
            return Self::Again { after_ms, why };
        }
        let moved = refusal.is_paid() || refusal.is_closed();
        let Refusal { code, message, .. } = refusal;
        if moved {
            Self::Moved { code, message }
        } else {
            Self::Never { code, message }
        }
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn retry_after_ms(headers: &HeaderMap) -> Option<u64> {
    let seconds = header(headers, RETRY_AFTER.as_str())?.parse::<u64>().ok()?;
    Some(seconds.saturating_mul(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> Reply {
        Reply {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec(),
        }
    }

    fn meaning(status: u16, code: &str) -> CallError {
        Refusal::read(&reply(status, &format!(r#"{{"code":"{code}","message":"m"}}"#))).into()
    }

    #[test]
    fn every_spelling_of_too_often_is_asked_again() {
        for code in ["RATELIMIT_EXCEEDED", "RATELIMIT_EXCEED", "FREQUENCY_LIMITED"] {
            for status in [429, 403] {
                let again = meaning(status, code);
                assert!(
                    matches!(again, CallError::Again { .. }),
                    "{status} {code}: {again:?}"
                );
            }
        }
    }

    #[test]
    fn an_unknown_code_is_judged_by_its_status() {
        for (status, passes) in [(429, true), (500, true), (503, true), (400, false), (403, false)] {
            let meant = meaning(status, "SOMETHING_NEW");
            assert_eq!(
                matches!(meant, CallError::Again { .. }),
                passes,
                "{status}: {meant:?}"
            );
        }
    }

    #[test]
    fn what_a_person_must_mend_is_never_asked_again() {
        for (status, code) in [
            (401, "SIGN_ERROR"),
            (400, "PARAM_ERROR"),
            (400, "INVALID_REQUEST"),
            (400, "APPID_MCHID_NOT_MATCH"),
            (403, "NO_AUTH"),
            (403, "NOT_ENOUGH"),
            (403, "RULE_LIMIT"),
            (404, "ORDER_NOT_EXIST"),
        ] {
            let never = CallError::never(code, "m");
            assert_eq!(meaning(status, code), never, "{status}");
        }
    }

    #[test]
    fn a_payment_that_moved_on_is_queried() {
        for code in ["ORDERPAID", "ORDER_PAID", "ORDER_CLOSED", "ORDERCLOSED"] {
            assert!(matches!(meaning(400, code), CallError::Moved { .. }), "{code}");
        }
    }

    #[test]
    fn an_answer_of_something_on_the_way_is_asked_again() {
        let proxy: CallError = Refusal::read(&reply(403, "<html>login</html>")).into();
        assert!(matches!(proxy, CallError::Again { .. }), "{proxy:?}");
    }

    #[test]
    fn it_is_asked_again_when_it_says_so_and_the_log_names_the_request() {
        let mut busy = reply(429, r#"{"code":"FREQUENCY_LIMITED","message":"m"}"#);
        busy.headers.insert(RETRY_AFTER, "7".parse().unwrap());
        busy.headers.insert("request-id", "08F7".parse().unwrap());
        let CallError::Again { after_ms, why } = Refusal::read(&busy).into() else {
            panic!("not again");
        };
        assert_eq!(after_ms, Some(7000));
        assert!(why.contains("08F7"), "{why}");
    }

    #[test]
    fn a_bill_that_is_being_made_is_asked_for_half_an_hour_later() {
        let CallError::Again { after_ms, .. } = meaning(400, "STATEMENT_CREATING") else {
            panic!("not again");
        };
        assert_eq!(after_ms, Some(1_800_000));
    }
}
