//! WeChat Pay's own vectors, read where they lie beside the repository: not all of them have a licence that would let them in.
//! The tests beside this one prove the same rules with keys of their own.

use std::fs;
use std::path::PathBuf;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde_json::Value;
use wicket::domain::time::{UnixMillis, UnixSeconds};
use wicket::server::pay::wechat::{
    ApiV3Key, Merchant, MerchantKey, PlatformKeys, Sealed, VerifyError, pay_message, read_statement,
    request_message, unseal,
};

/// A file of vectors; says so where it is not there.
fn bytes(name: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/vectors/wechat")
        .join(name);
    let bytes = fs::read(&path).ok();
    if bytes.is_none() {
        eprintln!("NOT TRIED: there is no {}", path.display());
    }
    bytes
}

fn vectors(name: &str) -> Option<Value> {
    Some(serde_json::from_slice(&bytes(name)?).unwrap())
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

fn headers(value: &Value) -> HeaderMap {
    let pairs = value.as_object().unwrap().iter();
    pairs
        .map(|(name, value)| {
            (
                HeaderName::try_from(name.as_str()).unwrap(),
                HeaderValue::try_from(value.as_str().unwrap()).unwrap(),
            )
        })
        .collect()
}

#[test]
fn the_documentations_requests_and_payments_are_signed_alike() {
    let Some(file) = vectors("official_doc_request_and_pay_sign.json") else {
        return;
    };
    let key = MerchantKey::from_pem(text(&file, "private_key_pem").as_bytes()).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 7);
    for case in cases {
        let (name, message) = (text(case, "name"), text(case, "message"));
        let signature = text(case, "expected_signature");
        assert_eq!(key.sign(message.as_bytes()).unwrap(), signature, "{name}");
        assert_eq!(
            composed(message, text(case, "kind")),
            message.as_bytes(),
            "{name}"
        );
    }
}

/// A vector's message, composed from its parts.
fn composed(message: &str, kind: &str) -> Vec<u8> {
    let lines: Vec<&str> = message.split('\n').collect();
    if kind == "pay_sign" {
        let at = UnixSeconds(lines[1].parse().unwrap());
        return pay_message(lines[0], at, lines[2], lines[3]);
    }
    let at = UnixSeconds(lines[2].parse().unwrap());
    request_message(lines[0], lines[1], at, lines[3], lines[4].as_bytes())
}

#[test]
fn the_documentations_header_is_written_alike() {
    let Some(file) = vectors("official_doc_request_and_pay_sign.json") else {
        return;
    };
    let case = &file["cases"][0];
    let merchant = Merchant {
        mchid: "1900007291".to_owned(),
        serial: "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB".to_owned(),
        key: MerchantKey::from_pem(text(&file, "private_key_pem").as_bytes()).unwrap(),
    };
    let header = merchant.authorization(
        UnixSeconds(1_554_208_460),
        "593BEC0C930BF1AFEB40B4A08C8FB242",
        text(case, "message").as_bytes(),
    );
    let signature = text(case, "expected_signature");
    let expected = text(case, "authorization").replace("<expected_signature>", signature);
    assert_eq!(header.unwrap(), expected);
}

#[test]
fn the_documentations_answer_is_verified_and_its_negatives_are_not() {
    let Some(file) = vectors("official_doc_response_verify_pubkey.json") else {
        return;
    };
    let mut headers = headers(&file["headers"]);
    let mut keys = PlatformKeys::default();
    let id = headers["wechatpay-serial"].to_str().unwrap().to_owned();
    keys.hold_public_key(&id, text(&file, "public_key_pem").as_bytes())
        .unwrap();
    let now = UnixMillis(1_722_850_421_000);
    let body = text(&file, "body").as_bytes();
    assert_eq!(keys.verify(&headers, body, now), Ok(()));
    let negatives = file["negative"].as_array().unwrap();
    assert_eq!(negatives.len(), 2);
    let changed = text(&negatives[0], "body").as_bytes();
    assert_eq!(keys.verify(&headers, changed, now), Err(VerifyError::Wrong));
    let probe = HeaderValue::from_str(text(&negatives[1], "signature")).unwrap();
    headers.insert("wechatpay-signature", probe);
    assert_eq!(keys.verify(&headers, body, now), Err(VerifyError::Probe));
}

#[test]
fn what_the_sdks_sealed_is_unsealed() {
    let Some(file) = vectors("aead_aes_gcm.json") else {
        return;
    };
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 3);
    for case in cases {
        let sealed = STANDARD.decode(text(case, "ciphertext_b64")).unwrap();
        let part = |name| text(case, name).as_bytes();
        let plain = unseal(part("key"), part("nonce"), part("associated_data"), sealed);
        assert_eq!(plain.as_deref(), Ok(part("plaintext")), "{}", text(case, "name"));
        if let Some(serial) = case["expected_certificate_serial"].as_str() {
            let held = PlatformKeys::default().hold_certificate(&plain.unwrap());
            assert_eq!(held.as_deref(), Ok(serial));
        }
        // Only the layer takes Go's key of 16 bytes.
        assert_eq!(ApiV3Key::new(text(case, "key")).is_ok(), part("key").len() == 32);
    }
}

#[test]
fn gos_signature_is_made_alike_and_its_requests_are_composed_alike() {
    let Some(file) = vectors("wechatpay_go_sign.json") else {
        return;
    };
    let key = MerchantKey::from_pem(text(&file, "private_key_pem").as_bytes()).unwrap();
    let signature = key.sign(text(&file, "message").as_bytes()).unwrap();
    assert_eq!(signature, text(&file, "expected_signature"));
    for case in file["credential_layout"].as_array().unwrap() {
        let message = request_message(
            text(case, "method"),
            "/v3/certificates",
            UnixSeconds(case["timestamp"].as_u64().unwrap()),
            text(case, "nonce"),
            text(case, "body").as_bytes(),
        );
        assert_eq!(message, text(case, "message").as_bytes());
    }
}

#[test]
fn gos_notification_is_verified_by_its_certificate_and_unsealed() {
    let Some(file) = vectors("wechatpay_go_notify.json") else {
        return;
    };
    let mut keys = PlatformKeys::default();
    let pem = text(&file, "platform_certificate_pem").as_bytes();
    assert_eq!(keys.hold_certificate(pem).as_deref(), Ok("D7CE59D1F522D701"));
    let (headers, body) = (headers(&file["headers"]), text(&file, "body"));
    let now = UnixMillis(file["now_unix"].as_u64().unwrap() * 1000);
    assert_eq!(keys.verify(&headers, body.as_bytes(), now), Ok(()));
    let body: Value = serde_json::from_str(body).unwrap();
    let resource = &body["resource"];
    let part = |name| text(resource, name).as_bytes();
    let sealed = STANDARD.decode(part("ciphertext")).unwrap();
    let key = text(&file, "api_v3_key").as_bytes();
    let plain = unseal(key, part("nonce"), part("associated_data"), sealed);
    assert_eq!(plain.as_deref(), Ok(text(&file, "plaintext").as_bytes()));
}

#[test]
fn javas_keys_sign_alike_and_its_certificates_have_their_serials() {
    let Some(file) = vectors("wechatpay_java_keys_sign.json") else {
        return;
    };
    let key = MerchantKey::from_pem(text(&file, "merchant_private_key_pem").as_bytes()).unwrap();
    let signature = key.sign(text(&file, "message").as_bytes()).unwrap();
    assert_eq!(signature, text(&file, "expected_signature_by_merchant_key"));
    for (certificate, serial) in [
        ("merchant_certificate_pem", "merchant_serial"),
        ("wechatpay_certificate_pem", "wechatpay_serial"),
    ] {
        let held = PlatformKeys::default().hold_certificate(text(&file, certificate).as_bytes());
        assert_eq!(held.as_deref(), Ok(text(&file, serial)));
    }
}

#[test]
fn whole_notifications_are_verified_and_unsealed() {
    let Some(file) = vectors("selfmade_notify_with_java_test_keys.json") else {
        return;
    };
    let key = ApiV3Key::new(text(&file, "api_v3_key")).unwrap();
    for case in file["cases"].as_array().unwrap() {
        let headers = headers(&case["headers"]);
        let mut keys = PlatformKeys::default();
        let id = headers["wechatpay-serial"].to_str().unwrap().to_owned();
        let pem = text(&file, "wechatpay_public_key_pem");
        keys.hold_public_key(&id, pem.as_bytes()).unwrap();
        let now = UnixMillis(case["now_unix"].as_u64().unwrap() * 1000);
        let body = text(case, "body");
        assert_eq!(keys.verify(&headers, body.as_bytes(), now), Ok(()));
        let body: Value = serde_json::from_str(body).unwrap();
        let sealed: Sealed = serde_json::from_value(body["resource"].clone()).unwrap();
        assert_eq!(
            sealed.open(&key).as_deref(),
            Ok(text(case, "plaintext").as_bytes())
        );
    }
}

#[test]
fn the_sdks_bill_is_read_and_adds_up() {
    let (Some(told), Some(file)) = (vectors("bill_fixture.json"), bytes("wechatpay_php_bill.ALL.csv")) else {
        return;
    };
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, &file);
    let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hash, text(&told, "sha1"));
    let bill = read_statement(str::from_utf8(&file).unwrap()).unwrap();
    assert_eq!((bill.charges.len(), bill.refunds.len()), (31, 14));
}
