//! Signatures with keys of these tests' own: both ways, and over the bytes as they are.

use axum::http::{HeaderMap, HeaderValue};
use wicket::domain::time::{UnixMillis, UnixSeconds};
use wicket::server::pay::wechat::{Merchant, MerchantKey, PlatformKeys, VerifyError, request_message};

use super::fake::{PUBLIC_KEY_ID, Pair};

const AT_S: u64 = 1_795_420_800;

fn signed(body: &[u8]) -> HeaderMap {
    let message = [format!("{AT_S}\nNONCE\n").as_bytes(), body, b"\n"].concat();
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("wechatpay-timestamp", AT_S.to_string()),
        ("wechatpay-nonce", "NONCE".to_owned()),
        ("wechatpay-serial", PUBLIC_KEY_ID.to_owned()),
        ("wechatpay-signature", Pair::named("wechat").sign(&message)),
    ] {
        headers.insert(name, HeaderValue::try_from(value).unwrap());
    }
    headers
}

fn keys() -> PlatformKeys {
    let mut keys = PlatformKeys::default();
    let pem = Pair::named("wechat").public_pem();
    keys.hold_public_key(PUBLIC_KEY_ID, pem.as_bytes()).unwrap();
    keys
}

#[test]
fn a_request_carries_who_when_and_the_signature() {
    let pair = Pair::named("merchant");
    let merchant = Merchant {
        mchid: "1900007291".to_owned(),
        serial: "408B".to_owned(),
        key: MerchantKey::from_pem(pair.private_pem().as_bytes()).unwrap(),
    };
    let message = request_message("GET", "/v3/certificates", UnixSeconds(AT_S), "NONCE", b"");
    let header = merchant
        .authorization(UnixSeconds(AT_S), "NONCE", &message)
        .unwrap();
    let (before, rest) = header.split_once(r#"signature=""#).unwrap();
    let (signature, after) = rest.split_once('"').unwrap();
    assert_eq!(
        before,
        r#"WECHATPAY2-SHA256-RSA2048 mchid="1900007291",nonce_str="NONCE","#
    );
    assert_eq!(after, r#",timestamp="1795420800",serial_no="408B""#);
    assert_eq!(signature.len(), 344);
    assert!(pair.signed(&message, signature));
}

#[test]
fn an_answer_without_a_body_is_signed_over_an_empty_line() {
    assert_eq!(keys().verify(&signed(b""), b"", UnixMillis(AT_S * 1000)), Ok(()));
}

#[test]
fn the_bytes_count_and_not_what_they_mean() {
    let (keys, now) = (keys(), UnixMillis(AT_S * 1000));
    let headers = signed(br#"{"a":1}"#);
    assert_eq!(keys.verify(&headers, br#"{"a":1}"#, now), Ok(()));
    for same in [&br#"{"a": 1}"#[..], br#"{"a":1.0}"#, b"{\"a\":1}\n"] {
        assert_eq!(keys.verify(&headers, same, now), Err(VerifyError::Wrong));
    }
}

#[test]
fn another_key_under_the_same_id_proves_nothing() {
    let mut keys = PlatformKeys::default();
    let other = Pair::named("merchant").public_pem();
    keys.hold_public_key(PUBLIC_KEY_ID, other.as_bytes()).unwrap();
    let judged = keys.verify(&signed(b"{}"), b"{}", UnixMillis(AT_S * 1000));
    assert_eq!(judged, Err(VerifyError::Wrong));
}

#[test]
fn a_message_without_a_signature_is_told_apart_from_one_with_a_wrong_one() {
    let (keys, now) = (keys(), UnixMillis(AT_S * 1000));
    assert_eq!(
        keys.verify(&HeaderMap::new(), b"{}", now),
        Err(VerifyError::Unsigned)
    );
    let mut broken = signed(b"{}");
    broken.insert("wechatpay-signature", HeaderValue::from_static("not base64"));
    assert_eq!(keys.verify(&broken, b"{}", now), Err(VerifyError::Wrong));
    broken.insert("wechatpay-timestamp", HeaderValue::from_static("now"));
    assert_eq!(
        keys.verify(&broken, b"{}", now),
        Err(VerifyError::Header("wechatpay-timestamp"))
    );
}
