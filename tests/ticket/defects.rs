//! Vectors named after their defect. Each is signed as it stands, so that nothing but the defect can refuse it.

use ed25519_dalek::SigningKey;
use serde_json::json;
use wicket::domain::ids::{hex, unhex};
use wicket::domain::ticket::{Keyring, TEXT_CHARS_MAX, Trust, verify};
use wicket::domain::verdict::Reason;

use super::forge::*;

type Vectors = Vec<(&'static str, String)>;

fn trust() -> Trust {
    let mut retired = jwk("retired", issuer());
    retired["status"] = "retired".into();
    let mut leaked = jwk("leaked", issuer());
    leaked["status"] = "list-only".into();
    let mut revoked = jwk("revoked", issuer());
    revoked["status"] = "revoked".into();
    let one = jwk("1", issuer());
    let longest = jwk("sixteen-bytes-16", issuer());
    let set = json!({ "keys": [jwk(KID, issuer()), retired, leaked, revoked, one, longest] });
    let mut trust = Trust::default();
    trust.insert(
        EVENT.parse().unwrap(),
        Keyring::from_jwks(&set.to_string()).unwrap(),
    );
    trust
}

fn credential(payload: &Payload) -> String {
    Message::credential(&payload.hex()).as_credential()
}

fn good() -> Message {
    Message::credential(&Payload::good().hex())
}

fn with(change: impl FnOnce(&mut Message)) -> String {
    let mut message = good();
    change(&mut message);
    message.as_credential()
}

fn protected(entries: &[(String, String)]) -> String {
    with(|message| message.protected = map(entries))
}

fn kid(kid: &[u8]) -> String {
    protected(&[(int(1), int(-8)), (int(4), bytes(kid))])
}

fn claim(key: i64, value: String) -> String {
    credential(&Payload::good().with(key, value))
}

fn bound(cnf: String) -> String {
    credential(&Payload::good().with(8, cnf))
}

fn live(change: impl FnOnce(&mut Message)) -> String {
    let bound = Message::credential(&Payload::bound().hex());
    let mut message = Message::presentation(&bound.hex(), 1_795_000_000);
    change(&mut message);
    message.as_presentation()
}

fn live_payload(entries: &[(String, String)]) -> String {
    Message::holders(&map(entries)).as_presentation()
}

fn live_of(payload: &Payload) -> String {
    Message::presentation(&Message::credential(&payload.hex()).hex(), 1_795_000_000).as_presentation()
}

fn signature_of(message: &Message) -> Vec<u8> {
    let bytes = unhex(&message.hex()).unwrap();
    bytes[bytes.len() - 64..].to_vec()
}

fn assert_refused(vectors: Vectors, reason: Reason) {
    let trust = trust();
    for (name, text) in vectors {
        let Err(defect) = verify(&text, &trust) else {
            panic!("{name} verifies");
        };
        assert_eq!(defect.reason, reason, "{name}");
        let signed = matches!(reason, Reason::NeedsLiveCode | Reason::BadHolderProof);
        assert_eq!(
            defect.claims.is_some(),
            signed,
            "{name}: claims only under the issuer's signature"
        );
    }
}

#[test]
fn near_misses_are_good() {
    let mut backwards = Payload::good();
    backwards.0.reverse();
    let nested = "81".repeat(6) + "80";
    let trust = trust();
    for (name, text) in [
        ("as_it_is", good().as_credential()),
        ("untagged", with(|message| message.head = "84".to_owned())),
        (
            "alg_ed25519",
            protected(&[(int(1), int(-19)), (int(4), bytes(b"gate-a"))]),
        ),
        (
            "header_in_other_order",
            protected(&[(int(4), bytes(b"gate-a")), (int(1), int(-8))]),
        ),
        ("claims_in_other_order", credential(&backwards)),
        ("kid_of_1_byte", kid(b"1")),
        ("kid_of_16_bytes", kid(b"sixteen-bytes-16")),
        ("key_retired", kid(b"retired")),
        ("no_nbf", credential(&Payload::good().without(5))),
        ("no_iat", credential(&Payload::good().without(6))),
        ("nbf_one_second_before_exp", claim(5, uint(UNTIL - 1))),
        ("exp_of_64_bits", claim(4, uint(u64::MAX))),
        ("cti_of_8_bytes", claim(7, bytes(&[0; 8]))),
        ("cti_of_16_bytes", claim(7, bytes(&[0; 16]))),
        ("admits_1_said", claim(-65539, uint(1))),
        ("admits_99", claim(-65539, uint(99))),
        ("type_of_32_characters", claim(-65537, text(&"t".repeat(32)))),
        ("unknown_claim_nested_8_deep_in_all", claim(1000, nested)),
        (
            "unknown_claim_float_of_64_bits",
            claim(1000, "fb3ff8000000000000".to_owned()),
        ),
        ("unknown_claim_tagged", claim(1000, "c11a00010000".to_owned())),
        (
            "unknown_claim_of_text_key",
            credential(&Payload({
                let mut claims = Payload::good().0;
                claims.push((text("seat"), text("A 12")));
                claims
            })),
        ),
        (
            "white_space_and_eci_around",
            format!("\r\n\\000026\t{} \n", good().as_credential()),
        ),
        ("live", live(|_| ())),
        ("live_untagged", live(|message| message.head = "84".to_owned())),
        (
            "live_alg_ed25519",
            live(|message| message.protected = map(&[(int(1), int(-19))])),
        ),
    ] {
        let verified = verify(&text, &trust).unwrap_or_else(|defect| panic!("{name}: {defect:?}"));
        assert!(!verified.list_only, "{name}");
    }
    assert!(verify(&kid(b"leaked"), &trust).unwrap().list_only);
}

#[test]
fn texts_that_are_no_code_are_malformed() {
    let code = good().as_credential();
    let body = code.strip_prefix("TKT1:").unwrap().to_owned();
    assert_refused(
        vec![
            ("empty", String::new()),
            ("white_space_only", " \t\n".to_owned()),
            ("no_prefix", body.clone()),
            ("prefix_lower_case", format!("tkt1:{body}")),
            ("prefix_of_version_2", format!("TKT2:{body}")),
            ("prefix_of_control_codes", format!("TKC1:{body}")),
            ("prefix_of_enrolment", format!("TKE1:{body}")),
            ("prefix_twice", format!("TKT1:{code}")),
            ("prefix_after_a_url", format!("HTTPS://EXAMPLE.ORG/{code}")),
            ("space_after_prefix", format!("TKT1: {body}")),
            ("two_codes", format!("{code} {code}")),
            ("base45_character_left_over", format!("{code}0")),
            ("base45_zero_byte_added", format!("{code}000")),
            ("base45_group_exceeds_two_bytes", format!("TKT1:GGW{body}")),
            ("base45_group_exceeds_one_byte", "TKT1:V5".to_owned()),
            ("base45_lower_case", code.to_lowercase().replace("tkt1:", "TKT1:")),
            ("base45_comma", format!("TKT1:,{}", &body[1..])),
            ("base45_nul_at_the_end", format!("{code}\0")),
            ("base45_full_width_digit", format!("TKT1:\u{ff11}{}", &body[1..])),
            (
                "base45_line_broken",
                format!("{}\n{}", &code[..100], &code[100..]),
            ),
            ("vertical_tab_around", format!("\u{b}{code}")),
            ("no_break_space_around", format!("{code}\u{a0}")),
            ("byte_order_mark", format!("\u{feff}{code}")),
            ("eci_of_5_digits", format!("\\00026{code}")),
            ("eci_after_the_code", format!("{code}\\000026")),
            ("symbology_identifier", format!("]Q1{code}")),
            (
                "text_one_too_long",
                format!("TKT1:{}", "0".repeat(TEXT_CHARS_MAX - 4)),
            ),
        ],
        Reason::Malformed,
    );
}

#[test]
fn messages_of_another_shape_are_malformed() {
    let alg = || (int(1), int(-8));
    let id = || (int(4), bytes(b"gate-a"));
    let (protected_bytes, payload_item) = (bytes(&unhex(&good().protected).unwrap()), good().payload);
    let right = signature_of(&good());
    let assembled = |head: &str, signature: &str| {
        coded(
            "TKT1:",
            &[head, &protected_bytes, "a0", &payload_item, signature].concat(),
        )
    };
    let long = |head: &str| assembled(head, &bytes(&right));
    let payload = |item: &str| with(|message| message.payload = item.to_owned());
    assert!(verify(&long("d284"), &trust()).is_ok());
    assert_refused(
        vec![
            ("tag_17", long("d184")),
            ("tag_61_of_a_cwt", long("d83dd284")),
            ("tag_twice", long("d2d284")),
            ("tag_not_shortest", long("d81284")),
            ("array_of_3", long("d283")),
            ("array_of_5", long("d285")),
            ("array_length_not_shortest", long("d29804")),
            (
                "array_indefinite",
                with(|message| (message.head, message.tail) = ("d29f".to_owned(), "ff")),
            ),
            ("map_for_array", long("d2a2")),
            ("bytes_after_the_message", with(|message| message.tail = "00")),
            ("message_cut", coded("TKT1:", good().hex().split_at(200).0)),
            ("message_empty", "TKT1:".to_owned()),
            (
                "protected_empty",
                with(|message| message.protected = String::new()),
            ),
            (
                "protected_no_map",
                with(|message| message.protected = "80".to_owned()),
            ),
            ("protected_bytes_after", with(|message| message.protected += "00")),
            (
                "protected_indefinite",
                with(|message| {
                    message.protected = format!("bf{}{}{}{}ff", alg().0, alg().1, id().0, id().1);
                }),
            ),
            ("alg_missing", protected(&[id()])),
            ("alg_twice", protected(&[alg(), id(), alg()])),
            ("alg_es256", protected(&[(int(1), int(-7)), id()])),
            ("alg_ed448", protected(&[(int(1), int(-53)), id()])),
            ("alg_text", protected(&[(int(1), text("EdDSA")), id()])),
            (
                "alg_not_shortest",
                protected(&[(int(1), "3807".to_owned()), id()]),
            ),
            ("kid_missing", protected(&[alg()])),
            ("kid_twice", protected(&[alg(), id(), id()])),
            ("kid_empty", kid(b"")),
            ("kid_of_17_bytes", kid(b"seventeen-bytes-1")),
            ("kid_text", protected(&[alg(), (int(4), text("gate-a"))])),
            (
                "header_third_member",
                protected(&[alg(), id(), (int(3), int(61))]),
            ),
            (
                "header_crit",
                protected(&[alg(), id(), (int(2), "8104".to_owned())]),
            ),
            (
                "header_text_label",
                protected(&[alg(), id(), (text("x"), int(0))]),
            ),
            (
                "kid_unprotected",
                with(|message| message.unprotected = map(&[id()])),
            ),
            (
                "unprotected_null",
                with(|message| message.unprotected = "f6".to_owned()),
            ),
            (
                "unprotected_not_shortest",
                with(|message| message.unprotected = "b800".to_owned()),
            ),
            (
                "unprotected_indefinite",
                with(|message| message.unprotected = "bfff".to_owned()),
            ),
            ("payload_detached", payload("f6")),
            ("payload_no_bytes", payload(&Payload::good().hex())),
            ("payload_chunked", payload(&format!("5f{}ff", good().payload))),
            ("payload_of_huge_length", payload("5bffffffffffffffff")),
            (
                "signature_chunked",
                assembled("d284", &format!("5f{}ff", bytes(&right))),
            ),
            ("signature_null", assembled("d284", "f6")),
            (
                "signature_not_shortest",
                assembled("d284", &format!("590040{}", hex(&right))),
            ),
        ],
        Reason::Malformed,
    );
}

#[test]
fn claims_against_their_rules_are_malformed() {
    let payload = |hex: String| Message::credential(&hex).as_credential();
    let twice = |key: i64, value: String| {
        let mut claims = Payload::good();
        claims.0.insert(0, (int(key), value));
        credential(&claims)
    };
    assert_refused(
        vec![
            ("payload_empty", payload(String::new())),
            ("payload_array", payload("80".to_owned())),
            ("payload_bytes_after", payload(Payload::good().hex() + "00")),
            (
                "payload_indefinite",
                payload(format!("bf{}ff", &Payload::good().hex()[2..])),
            ),
            (
                "payload_map_not_shortest",
                payload(format!("b806{}", &Payload::good().hex()[2..])),
            ),
            (
                "payload_tagged",
                payload(format!("d83d{}", Payload::good().hex())),
            ),
            ("aud_missing", credential(&Payload::good().without(3))),
            ("aud_empty", claim(3, text(""))),
            ("aud_of_33_characters", claim(3, text(&"a".repeat(33)))),
            ("aud_upper_case", claim(3, text("Spring-26"))),
            ("aud_list", claim(3, format!("81{}", text(EVENT)))),
            ("aud_bytes", claim(3, bytes(EVENT.as_bytes()))),
            ("aud_twice", twice(3, text(EVENT))),
            ("exp_missing", credential(&Payload::good().without(4))),
            ("exp_text", claim(4, text("1795050000"))),
            ("exp_negative", claim(4, int(-1))),
            ("exp_float", claim(4, "fb41dabf9284000000".to_owned())),
            ("exp_tagged", claim(4, format!("c1{}", uint(UNTIL)))),
            ("exp_not_shortest", claim(4, format!("1b{UNTIL:016x}"))),
            ("exp_null", claim(4, "f6".to_owned())),
            ("exp_equals_nbf", claim(5, uint(UNTIL))),
            ("exp_twice", twice(4, uint(UNTIL + 1))),
            ("nbf_after_exp", claim(5, uint(UNTIL + 1))),
            ("nbf_negative", claim(5, int(-1))),
            ("nbf_null", claim(5, "f6".to_owned())),
            ("iat_float", claim(6, "f97c00".to_owned())),
            ("iat_negative", claim(6, int(-1))),
            ("cti_missing", credential(&Payload::good().without(7))),
            ("cti_of_7_bytes", claim(7, bytes(&[7; 7]))),
            ("cti_of_17_bytes", claim(7, bytes(&[7; 17]))),
            ("cti_text", claim(7, text("12345678"))),
            ("type_missing", credential(&Payload::good().without(-65537))),
            ("type_empty", claim(-65537, text(""))),
            ("type_of_33_characters", claim(-65537, text(&"t".repeat(33)))),
            ("type_with_space", claim(-65537, text("vip 2"))),
            ("type_twice_far_apart", twice(-65537, text("vip"))),
            ("admits_0", claim(-65539, uint(0))),
            ("admits_100", claim(-65539, uint(100))),
            ("admits_257", claim(-65539, uint(257))),
            ("admits_negative", claim(-65539, int(-1))),
            ("admits_float", claim(-65539, "f93c00".to_owned())),
            ("unknown_claim_twice", {
                let mut claims = Payload::good().with(1000, uint(1));
                claims.0.insert(0, (int(1000), uint(1)));
                credential(&claims)
            }),
            (
                "unknown_claim_twice_within",
                claim(1000, "a3010002000100".to_owned()),
            ),
            (
                "unknown_claim_text_key_twice",
                claim(1000, "a2616100616100".to_owned()),
            ),
            (
                "unknown_claim_nested_9_deep_in_all",
                claim(1000, "81".repeat(7) + "80"),
            ),
            (
                "unknown_claim_tags_9_deep_in_all",
                claim(1000, "c1".repeat(8) + "00"),
            ),
            ("unknown_claim_not_shortest", claim(1000, "811817".to_owned())),
            (
                "unknown_claim_indefinite_text",
                claim(1000, "7f6161ff".to_owned()),
            ),
            ("unknown_claim_not_utf_8", claim(1000, "62c328".to_owned())),
            (
                "unknown_claim_reserved_simple_value",
                claim(1000, "f818".to_owned()),
            ),
            ("unknown_claim_reserved_length", claim(1000, "1e".to_owned())),
            ("unknown_claim_stray_break", claim(1000, "ff".to_owned())),
            (
                "unknown_claim_of_huge_length",
                claim(1000, "9bffffffffffffffff".to_owned()),
            ),
        ],
        Reason::Malformed,
    );
}

#[test]
fn holder_keys_of_another_shape_are_malformed() {
    let x = || (-2, bytes(&[9; 32]));
    let key = |entries: &[(i64, String)]| bound(cose_key(entries));
    assert_refused(
        vec![
            ("cnf_null", bound("f6".to_owned())),
            ("cnf_empty", bound("a0".to_owned())),
            ("cnf_kid_instead_of_key", bound(map(&[(int(3), bytes(b"k"))]))),
            (
                "cnf_key_and_kid",
                bound(map(&[
                    (
                        int(1),
                        map(&[(int(1), int(1)), (int(-1), int(6)), (int(-2), bytes(&[9; 32]))]),
                    ),
                    (int(3), bytes(b"k")),
                ])),
            ),
            ("cnf_key_empty", key(&[])),
            ("cnf_kty_missing", key(&[(-1, int(6)), x()])),
            ("cnf_kty_ec2", key(&[(1, int(2)), (-1, int(6)), x()])),
            ("cnf_crv_missing", key(&[(1, int(1)), x()])),
            ("cnf_crv_x25519", key(&[(1, int(1)), (-1, int(4)), x()])),
            ("cnf_x_missing", key(&[(1, int(1)), (-1, int(6))])),
            (
                "cnf_x_of_31_bytes",
                key(&[(1, int(1)), (-1, int(6)), (-2, bytes(&[9; 31]))]),
            ),
            (
                "cnf_x_of_33_bytes",
                key(&[(1, int(1)), (-1, int(6)), (-2, bytes(&[9; 33]))]),
            ),
            ("cnf_x_twice", key(&[(1, int(1)), (-1, int(6)), x(), x()])),
            (
                "cnf_key_with_alg",
                key(&[(1, int(1)), (3, int(-8)), (-1, int(6)), x()]),
            ),
            (
                "cnf_private_key",
                key(&[(1, int(1)), (-1, int(6)), x(), (-4, bytes(&[9; 32]))]),
            ),
        ],
        Reason::Malformed,
    );
}

#[test]
fn other_events_and_keys_are_told_before_the_signature() {
    let mut unsigned = good();
    unsigned.signature = Some(vec![0; 64]);
    let elsewhere = Message::credential(&Payload::good().with(3, text("autumn-26")).hex());
    assert_refused(
        vec![
            ("event_not_served", elsewhere.as_credential()),
            ("event_not_served_and_kid_unknown", {
                let protected = map(&[(int(1), int(-8)), (int(4), bytes(b"nobody"))]);
                Message {
                    protected,
                    ..elsewhere.clone()
                }
                .as_credential()
            }),
            ("event_not_served_and_unsigned", {
                Message {
                    signature: Some(vec![0; 64]),
                    ..elsewhere
                }
                .as_credential()
            }),
        ],
        Reason::WrongEvent,
    );
    assert_refused(
        vec![
            ("kid_unknown", kid(b"gate-b")),
            ("kid_upper_case", kid(b"GATE-A")),
            ("kid_beginning_of_another", kid(b"gate")),
            ("kid_with_nul", kid(b"gate-a\0")),
            ("kid_not_utf_8", kid(b"\xff\xfe")),
            ("kid_revoked", kid(b"revoked")),
            ("kid_revoked_and_unsigned", {
                let protected = map(&[(int(1), int(-8)), (int(4), bytes(b"revoked"))]);
                Message {
                    protected,
                    ..unsigned
                }
                .as_credential()
            }),
        ],
        Reason::UnknownKey,
    );
}

#[test]
fn signatures_that_do_not_hold_are_bad() {
    let signature = |bytes: &[u8]| with(|message| message.signature = Some(bytes.to_vec()));
    let right = signature_of(&good());
    let mut identity_r = [0; 64];
    identity_r[0] = 1;
    let swapped = [&right[32..], &right[..32]].concat();
    assert_refused(
        vec![
            ("signature_empty", signature(&[])),
            ("signature_of_63_bytes", signature(&right[..63])),
            ("signature_of_65_bytes", signature(&[&right[..], &[0]].concat())),
            ("signature_zero", signature(&[0; 64])),
            ("signature_all_ones", signature(&[0xff; 64])),
            ("signature_small_order_r_and_s_zero", signature(&identity_r)),
            ("signature_halves_swapped", signature(&swapped)),
            ("signature_of_another_ticket", {
                let other = Message::credential(&Payload::good().with(7, bytes(&[8; 8])).hex());
                signature(&signature_of(&other))
            }),
            ("signature_of_the_holder", with(|message| message.key = holder())),
            (
                "signature_for_cose_sign",
                with(|message| message.context = "Signature"),
            ),
            ("header_changed_after_signing", {
                let protected = map(&[(int(1), int(-19)), (int(4), bytes(b"gate-a"))]);
                with(|message| (message.protected, message.signature) = (protected, Some(right.clone())))
            }),
            ("bound_and_unsigned", {
                let mut message = Message::credential(&Payload::bound().hex());
                message.signature = Some(vec![0; 64]);
                message.as_credential()
            }),
            ("live_code_of_an_unsigned_credential", {
                let mut bound = Message::credential(&Payload::bound().hex());
                bound.signature = Some(right.clone());
                Message::presentation(&bound.hex(), 0).as_presentation()
            }),
        ],
        Reason::BadSignature,
    );
}

#[test]
fn presentations_of_another_shape_are_malformed() {
    let bound = unhex(&Message::credential(&Payload::bound().hex()).hex()).unwrap();
    let iat = || (int(6), uint(1_795_000_000));
    let inner = || (int(-65538), bytes(&bound));
    let live_code = live(|_| ());
    assert_refused(
        vec![
            (
                "live_header_with_kid",
                live(|message| {
                    message.protected = map(&[(int(1), int(-8)), (int(4), bytes(b"holder"))]);
                }),
            ),
            (
                "live_header_empty",
                live(|message| message.protected = "a0".to_owned()),
            ),
            (
                "live_alg_es256",
                live(|message| message.protected = map(&[(int(1), int(-7))])),
            ),
            ("live_bytes_after", live(|message| message.tail = "00")),
            ("live_iat_missing", live_payload(&[inner()])),
            ("live_iat_negative", live_payload(&[(int(6), int(-1)), inner()])),
            (
                "live_iat_float",
                live_payload(&[(int(6), "f93c00".to_owned()), inner()]),
            ),
            ("live_iat_twice", live_payload(&[iat(), inner(), iat()])),
            ("live_credential_missing", live_payload(&[iat()])),
            (
                "live_credential_text",
                live_payload(&[iat(), (int(-65538), text("TKT1:"))]),
            ),
            (
                "live_credential_empty",
                live_payload(&[iat(), (int(-65538), "40".to_owned())]),
            ),
            ("live_credential_twice", live_payload(&[iat(), inner(), inner()])),
            ("live_credential_bytes_after", {
                live_payload(&[iat(), (int(-65538), bytes(&[&bound[..], &[0]].concat()))])
            }),
            (
                "live_third_member",
                live_payload(&[iat(), inner(), (int(7), bytes(&[7; 8]))]),
            ),
            (
                "live_payload_bytes_after",
                Message::holders(&(map(&[iat(), inner()]) + "00")).as_presentation(),
            ),
            ("live_within_live", {
                let live = Message::holders(&map(&[iat(), inner()])).hex();
                Message::presentation(&live, 1_795_000_000).as_presentation()
            }),
            (
                "live_code_said_to_be_a_credential",
                live_code.replace("TKP1:", "TKT1:"),
            ),
            (
                "credential_said_to_be_a_live_code",
                good().as_credential().replace("TKT1:", "TKP1:"),
            ),
        ],
        Reason::Malformed,
    );
}

#[test]
fn a_holder_is_believed_on_a_strict_proof_alone() {
    let weak = |x: &[u8]| live_of(&Payload::good().with(8, cnf(x)));
    let mut second_spelling = [0xff; 32];
    (second_spelling[0], second_spelling[31]) = (0xf0, 0x7f);
    let mut identity = [0; 32];
    identity[0] = 1;
    assert_refused(
        vec![
            (
                "live_by_another_holder",
                live(|message| message.key = SigningKey::from_bytes(&[3; 32])),
            ),
            ("live_by_the_issuer", live(|message| message.key = issuer())),
            (
                "live_signature_zero",
                live(|message| message.signature = Some(vec![0; 64])),
            ),
            (
                "live_signature_of_63_bytes",
                live(|message| message.signature = Some(vec![0; 63])),
            ),
            (
                "live_signature_for_another_purpose",
                live(|message| message.context = "CounterSignature"),
            ),
            ("live_of_an_unbound_credential", live_of(&Payload::good())),
            ("holder_key_identity", weak(&identity)),
            ("holder_key_zero", weak(&[0; 32])),
            ("holder_key_not_canonical", weak(&second_spelling)),
            ("holder_key_not_on_the_curve", weak(&[2; 32])),
        ],
        Reason::BadHolderProof,
    );
    assert_refused(
        vec![("bound_shown_bare", credential(&Payload::bound()))],
        Reason::NeedsLiveCode,
    );
}
