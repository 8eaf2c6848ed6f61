//! What is refused, and how it is told: problems with a stable code.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{EVENT, Shop};

fn orders() -> String {
    format!("/api/v1/events/{EVENT}/orders")
}

#[test]
fn each_refusal_has_its_code_and_is_a_problem() {
    let shop = Shop::open(3);
    let (ada, bob) = (shop.buyer(), shop.buyer());
    let stranger = super::Buyer {
        token: "00".repeat(32),
    };
    let one = json!({ "tickets": { "adult": 1 } }).to_string();
    let path = orders();
    let order = shop.order(&bob, "place", &json!({ "adult": 1 }));
    let own = format!("/api/v1/orders/{order}");
    for (buyer, key, path, body, status, code) in [
        (None, Some("a"), &path, one.as_str(), 401, "NO_ACCOUNT"),
        (Some(&stranger), Some("a"), &path, &one, 401, "NO_ACCOUNT"),
        (Some(&ada), None, &path, &one, 400, "MALFORMED"),
        (Some(&ada), Some(&*"k".repeat(65)), &path, &one, 400, "MALFORMED"),
        (Some(&ada), Some("a"), &path, "{", 400, "MALFORMED"),
        (
            Some(&ada),
            Some("a"),
            &path,
            r#"{"tickets":{},"colour":"red"}"#,
            400,
            "MALFORMED",
        ),
        (Some(&ada), Some("a"), &path, r#"{"tickets":{}}"#, 422, "EMPTY"),
        (
            Some(&ada),
            Some("a"),
            &path,
            r#"{"tickets":{"child":1}}"#,
            422,
            "NO_SUCH_TYPE",
        ),
        (
            Some(&ada),
            Some("a"),
            &path,
            r#"{"tickets":{"guest":1}}"#,
            422,
            "LOCKED",
        ),
        (
            Some(&ada),
            Some("a"),
            &path,
            r#"{"tickets":{"adult":7}}"#,
            422,
            "TOO_MANY_IN_ORDER",
        ),
        (
            Some(&ada),
            Some("a"),
            &path,
            r#"{"tickets":{"adult":1},"voucher":"none-such"}"#,
            422,
            "NO_VOUCHER",
        ),
        (
            Some(&ada),
            Some("a"),
            &path,
            r#"{"tickets":{"adult":1},"answers":{"age":"7"}}"#,
            422,
            "ANSWER_MISSING",
        ),
        (
            Some(&ada),
            Some("a"),
            &path,
            r#"{"tickets":{"adult":3}}"#,
            409,
            "SOLD_OUT",
        ),
        (Some(&bob), Some("b"), &path, &one, 409, "ONE_AT_A_TIME"),
        (
            Some(&bob),
            Some("place"),
            &format!("{own}/cancel"),
            "",
            422,
            "OTHER_QUESTION",
        ),
        (
            Some(&ada),
            Some("c"),
            &format!("{own}/cancel"),
            "",
            404,
            "NOT_FOUND",
        ),
        (
            Some(&bob),
            Some("d"),
            &format!("{own}/pay"),
            r#"{"provider":"we-chat","method":"jsapi"}"#,
            422,
            "NO_PROVIDER",
        ),
        (
            Some(&bob),
            Some("d"),
            &format!("{own}/pay"),
            r#"{"provider":"manual","method":"box-office"}"#,
            422,
            "NO_PROVIDER",
        ),
        (
            Some(&bob),
            Some("e"),
            &format!("{own}/return"),
            "{}",
            422,
            "TOO_LATE",
        ),
    ] {
        let answer = shop.ask(Method::POST, path, buyer, key, body);
        assert_eq!(
            (answer.status.as_u16(), &answer.body["code"]),
            (status, &Value::from(code)),
            "{path} {body}: {answer:?}"
        );
        assert_eq!(answer.media_type, "application/problem+json");
        assert!(!answer.body["detail"].as_str().unwrap().is_empty());
    }
    assert_eq!(shop.taken(), 1, "nothing of it counted");
}

#[test]
fn a_body_that_is_too_large_is_turned_away() {
    let shop = Shop::open(1);
    let ada = shop.buyer();
    let body = "x".repeat(64 * 1024 + 1);
    let answer = shop.ask(Method::POST, &orders(), Some(&ada), Some("a"), &body);
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[test]
fn a_notification_is_nothing_without_its_provider() {
    let shop = Shop::open(1);
    let answer = shop.ask(Method::POST, "/pay/v1/wechat/notify", None, None, "{}");
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (StatusCode::NOT_FOUND, &json!("FAIL"))
    );
}
