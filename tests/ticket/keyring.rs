use serde_json::{Value, json};
use wicket::domain::ticket::jwk::PrivateJwk;
use wicket::domain::ticket::{KeyStatus, Keyring};

use super::forge::{holder, issuer, jwk};

fn read(keys: &[Value]) -> Result<Keyring, String> {
    let set = json!({ "keys": keys, "note": "ignored" }).to_string();
    Keyring::from_jwks(&set).map_err(|error| wicket::commands::with_causes(&error))
}

fn with(member: &str, value: Value) -> Value {
    let mut key = jwk("gate-a", issuer());
    key[member] = value;
    key
}

#[test]
fn a_keys_status_is_active_unless_it_says_otherwise() {
    for (status, expected) in [
        (None, KeyStatus::Active),
        (Some("active"), KeyStatus::Active),
        (Some("retired"), KeyStatus::Retired),
        (Some("list-only"), KeyStatus::ListOnly),
        (Some("revoked"), KeyStatus::Revoked),
    ] {
        let key = status.map_or_else(|| jwk("gate-a", issuer()), |status| with("status", status.into()));
        let keyring = read(&[key]).unwrap();
        assert_eq!(keyring.keys()[0].status, expected);
        assert_eq!(keyring.find(b"gate-a").is_some(), expected != KeyStatus::Revoked);
    }
}

#[test]
fn members_and_kinds_of_keys_that_are_not_known_are_ignored() {
    let known = with("use", "sig".into());
    let keyring = read(&[
        json!({ "kty": "RSA", "kid": "gate-a", "n": 1 }),
        json!({ "kty": "OKP", "crv": "X25519" }),
        json!({}),
        known,
    ]);
    assert_eq!(keyring.unwrap().keys().len(), 1);
    assert_eq!(read(&[]).unwrap().keys().len(), 0);
}

#[test]
fn keys_that_cannot_be_used_are_refused_with_what_to_do() {
    let weak = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let second_spelling = "7v_______________________________________38";
    let off_curve = "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let mut nameless = jwk("gate-a", issuer());
    nameless.as_object_mut().unwrap().remove("kid");
    for (keys, says) in [
        (
            vec![jwk("a", issuer()), jwk("a", holder())],
            "kid \"a\"; give each its own",
        ),
        (
            vec![with("kid", "seventeen-bytes-1".into())],
            "must have 1 to 16 bytes of UTF-8, and has 17",
        ),
        (vec![with("kid", "".into())], "must have 1 to 16 bytes"),
        (vec![with("kid", 7.into())], "a member is wrong"),
        (
            vec![nameless],
            "key number 1 of the keyring cannot be used: it has no \"kid\"",
        ),
        (
            vec![with("x", weak.into())],
            "weak (of small order), so that anyone could forge",
        ),
        (
            vec![with("x", second_spelling.into())],
            "not canonical; make a new key",
        ),
        (
            vec![with("x", off_curve.into())],
            "not a point on the curve; copy it again",
        ),
        (vec![with("x", Value::Null)], "\"x\" must be 32 bytes"),
        (vec![with("x", "AQ".into())], "\"x\" must be 32 bytes"),
        (
            vec![with("x", format!("{weak}=").into())],
            "\"x\" must be 32 bytes",
        ),
        (
            vec![with("status", "paused".into())],
            "status is active, retired, list-only or revoked",
        ),
        (vec![with("d", weak.into())], "which no gate may have"),
    ] {
        let error = read(&keys).unwrap_err();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn texts_that_are_no_set_say_what_a_set_looks_like() {
    let one = jwk("gate-a", issuer()).to_string();
    for (text, says) in [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[]", "must look like {\"keys\": [...]}"),
        ("{\"keys\": {}}", "must look like"),
        (one.as_str(), "put the single key into such a list"),
    ] {
        let error = Keyring::from_jwks(text).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn a_private_key_survives_its_file_and_stays_out_of_messages() {
    let key = PrivateJwk {
        kid: Some("gate-a".into()),
        key: issuer(),
    };
    let read = PrivateJwk::from_json(&key.to_value().to_string()).unwrap();
    assert_eq!((read.kid, read.key.to_bytes()), (Some("gate-a".into()), [1; 32]));
    assert!(!format!("{key:?}").contains('1'));
    assert!(key.to_public_value().get("d").is_none());
}

#[test]
fn private_keys_that_do_not_fit_together_are_refused() {
    let key = PrivateJwk {
        kid: None,
        key: issuer(),
    };
    let mut mixed = key.to_value();
    mixed["x"] = jwk("other", holder())["x"].clone();
    for (json, says) in [
        (mixed.to_string(), "not the public part of its \"d\""),
        (key.to_public_value().to_string(), "this takes the private key"),
        ("{\"kty\":\"RSA\"}".to_owned(), "not an Ed25519 key"),
        ("nonsense".to_owned(), "not JSON"),
    ] {
        let error = PrivateJwk::from_json(&json).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}
