//! Any text: it never panics, and what is read has no other text.
//!
//!     cargo +nightly fuzz run ticket_text

#![no_main]

use std::sync::LazyLock;

use ed25519_dalek::SigningKey;
use libfuzzer_sys::fuzz_target;
use serde_json::json;
use wicket::domain::ticket::jwk::PrivateJwk;
use wicket::domain::ticket::{Keyring, Trust, inspect, issue, verify};
use wicket::domain::verdict::Reason;

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_bytes(&[1; 32]));

static TRUST: LazyLock<Trust> = LazyLock::new(|| {
    let key = PrivateJwk { kid: Some("gate-a".into()), key: KEY.clone() };
    let set = json!({ "keys": [key.to_public_value()] }).to_string();
    let mut trust = Trust::default();
    trust.insert("spring-26".parse().unwrap(), Keyring::from_jwks(&set).unwrap());
    trust
});

fuzz_target!(|text: &str| {
    let verified = verify(text, &TRUST);
    let Ok(inspected) = inspect(text) else {
        assert_eq!(verified.map(|_| ()).unwrap_err().reason, Reason::Malformed);
        return;
    };
    // One text: what is written anew is what was read, but for what scanners add around it.
    assert!(text.trim_ascii().ends_with(&inspected.text));
    assert_eq!(inspect(&inspected.text).as_ref(), Ok(&inspected));
    match verified {
        Ok(verified) => assert_eq!(verified.claims, inspected.claims),
        Err(defect) => assert_ne!(defect.reason, Reason::Malformed),
    }
    // Claims that can be read can be issued, and say the same again.
    if let Ok(again) = issue(&inspected.claims, "gate-a", &KEY) {
        assert_eq!(inspect(&again).map(|again| again.claims), Ok(inspected.claims));
    }
});
