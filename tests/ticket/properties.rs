use proptest::prelude::*;
use serde_json::json;
use wicket::domain::ids::{TicketId, hex};
use wicket::domain::ticket::{
    Claims, HolderKey, IssueError, Keyring, Trust, Verified, base45, inspect, issue, present, verify,
};
use wicket::domain::time::UnixSeconds;

use super::forge::{EVENT, KID, Message, holder, issuer, jwk};

const BASE45: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

fn trust() -> Trust {
    let set = json!({ "keys": [jwk(KID, issuer())] }).to_string();
    let mut trust = Trust::default();
    trust.insert(EVENT.parse().unwrap(), Keyring::from_jwks(&set).unwrap());
    trust
}

prop_compose! {
    fn any_claims()(
        ticket_type in "[a-z0-9-]{1,32}",
        ticket in proptest::collection::vec(any::<u8>(), 8..=16),
        valid_from in proptest::option::of(0..u64::MAX - 1),
        lasts in 1..u64::MAX,
        admits in 1_u8..=99,
        issued_at in proptest::option::of(any::<u64>()),
        bound in any::<bool>(),
    ) -> Claims {
        Claims {
            event: EVENT.parse().unwrap(),
            ticket_type: ticket_type.parse().unwrap(),
            ticket: TicketId::new(&ticket).unwrap(),
            valid_from: valid_from.map(UnixSeconds),
            valid_until: UnixSeconds(valid_from.unwrap_or(0).saturating_add(lasts)),
            admits,
            issued_at: issued_at.map(UnixSeconds),
            holder: bound.then(|| HolderKey(holder().verifying_key().to_bytes())),
        }
    }
}

/// The text that a guest shows: a live code where the ticket is bound.
fn shown(claims: &Claims, at: u64) -> String {
    let credential = issue(claims, KID, &issuer()).unwrap();
    match claims.holder {
        None => credential,
        Some(_) => present(&credential, &holder(), UnixSeconds(at)).unwrap(),
    }
}

proptest! {
    #[test]
    fn what_is_issued_verifies_with_the_same_claims(claims in any_claims(), at in any::<u64>()) {
        let text = shown(&claims, at);
        let presented_at = claims.holder.map(|_| UnixSeconds(at));
        prop_assert_eq!(inspect(&text).unwrap().text, text.clone());
        prop_assert_eq!(verify(&text, &trust()), Ok(Verified { claims, list_only: false, presented_at }));
    }

    #[test]
    fn a_change_of_any_one_bit_is_refused(claims in any_claims(), place in any::<prop::sample::Index>()) {
        let text = shown(&claims, 1_795_000_000);
        let (prefix, body) = text.split_at(5);
        let mut bytes = base45::decode(body).unwrap();
        let bit = place.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        let text = format!("{prefix}{}", base45::encode(&bytes));
        prop_assert!(verify(&text, &trust()).is_err());
    }

    #[test]
    fn a_change_of_any_one_character_is_refused(
        claims in any_claims(), place in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(),
    ) {
        let text = shown(&claims, 1_795_000_000).into_bytes();
        let mut changed = text.clone();
        changed[place.index(text.len())] = BASE45.as_bytes()[other.index(45)];
        prop_assume!(changed != text);
        prop_assert!(verify(&String::from_utf8(changed).unwrap(), &trust()).is_err());
    }

    #[test]
    fn a_code_that_is_cut_or_lengthened_is_refused(claims in any_claims(), place in any::<prop::sample::Index>(), tail in "[A-Z0-9]{1,4}") {
        let text = shown(&claims, 1_795_000_000);
        prop_assert!(verify(&text[..place.index(text.len())], &trust()).is_err());
        let longer = text + &tail;
        prop_assert!(verify(&longer, &trust()).is_err());
    }

    #[test]
    fn no_text_panics_and_none_that_is_made_up_verifies(text in any::<String>()) {
        prop_assert!(verify(&text, &trust()).is_err());
    }

    #[test]
    fn no_bytes_behind_a_prefix_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), live in any::<bool>()) {
        let prefix = if live { "TKP1:" } else { "TKT1:" };
        let text = format!("{prefix}{}", base45::encode(&bytes));
        prop_assert!(verify(&text, &trust()).is_err());
    }

    #[test]
    fn no_signed_payload_panics(payload in proptest::collection::vec(any::<u8>(), 0..300)) {
        let code = Message::credential(&hex(&payload)).as_credential();
        prop_assert_eq!(verify(&code, &trust()).is_ok(), inspect(&code).is_ok());
        let live = Message::holders(&hex(&payload)).as_presentation();
        prop_assert_eq!(verify(&live, &trust()).is_ok(), inspect(&live).is_ok());
    }
}

/// Every bit, not a sample.
#[test]
fn no_bit_of_a_code_can_change() {
    let claims = |holder| Claims {
        event: EVENT.parse().unwrap(),
        ticket_type: "adult".parse().unwrap(),
        ticket: TicketId::new(&[7; 8]).unwrap(),
        valid_from: Some(UnixSeconds(1_794_960_000)),
        valid_until: UnixSeconds(1_795_050_000),
        admits: 4,
        issued_at: Some(UnixSeconds(1_794_000_000)),
        holder,
    };
    let trust = trust();
    for bound in [None, Some(HolderKey(holder().verifying_key().to_bytes()))] {
        let text = shown(&claims(bound), 1_795_000_000);
        let (prefix, body) = text.split_at(5);
        let bytes = base45::decode(body).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let text = format!("{prefix}{}", base45::encode(&changed));
            assert!(verify(&text, &trust).is_err(), "bit {bit}");
        }
    }
}

#[test]
fn codes_have_the_sizes_that_the_format_promises() {
    let claims = Claims {
        event: EVENT.parse().unwrap(),
        ticket_type: "adult".parse().unwrap(),
        ticket: TicketId::new(&[7; 8]).unwrap(),
        valid_from: Some(UnixSeconds(1_794_960_000)),
        valid_until: UnixSeconds(1_795_050_000),
        admits: 1,
        issued_at: Some(UnixSeconds(1_794_000_000)),
        holder: None,
    };
    let static_code = shown(&claims, 0);
    let bound = Claims {
        holder: Some(HolderKey(holder().verifying_key().to_bytes())),
        ..claims
    };
    let live = shown(&bound, 1_795_000_000);
    assert!(static_code.len() <= 224, "7-L holds 224: {}", static_code.len());
    assert!(live.len() <= 419, "12-M holds 419: {}", live.len());
}

#[test]
fn what_no_gate_would_take_is_not_issued() {
    let good = Claims {
        event: EVENT.parse().unwrap(),
        ticket_type: "adult".parse().unwrap(),
        ticket: TicketId::new(&[7; 8]).unwrap(),
        valid_from: Some(UnixSeconds(10)),
        valid_until: UnixSeconds(11),
        admits: 99,
        issued_at: None,
        holder: None,
    };
    assert!(issue(&good, KID, &issuer()).is_ok());
    let refused = |change: &dyn Fn(&mut Claims)| {
        let mut claims = good.clone();
        change(&mut claims);
        issue(&claims, KID, &issuer()).unwrap_err()
    };
    assert!(matches!(
        refused(&|claims| claims.valid_until = UnixSeconds(10)),
        IssueError::EmptyWindow { .. }
    ));
    assert!(matches!(
        refused(&|claims| claims.admits = 0),
        IssueError::Admits(0)
    ));
    assert!(matches!(
        refused(&|claims| claims.admits = 100),
        IssueError::Admits(100)
    ));
    assert!(matches!(
        refused(&|claims| claims.holder = Some(HolderKey([0; 32]))),
        IssueError::HolderKey(_)
    ));
    for kid in ["", "seventeen-bytes-1"] {
        assert!(matches!(issue(&good, kid, &issuer()), Err(IssueError::Kid(_))));
    }
}

#[test]
fn only_the_bound_key_presents_a_credential() {
    let claims = |key: Option<[u8; 32]>| Claims {
        event: EVENT.parse().unwrap(),
        ticket_type: "adult".parse().unwrap(),
        ticket: TicketId::new(&[7; 8]).unwrap(),
        valid_from: None,
        valid_until: UnixSeconds(11),
        admits: 1,
        issued_at: None,
        holder: key.map(HolderKey),
    };
    let at = UnixSeconds(10);
    let unbound = issue(&claims(None), KID, &issuer()).unwrap();
    let bound = issue(&claims(Some(holder().verifying_key().to_bytes())), KID, &issuer()).unwrap();
    let live = present(&bound, &holder(), at).unwrap();
    assert_eq!(present(&unbound, &holder(), at), Err(IssueError::NotHolderBound));
    assert_eq!(present(&bound, &issuer(), at), Err(IssueError::OtherHolder));
    assert!(matches!(
        present(&live, &holder(), at),
        Err(IssueError::NoCredential(_))
    ));
    assert!(matches!(
        present("TKT1:", &holder(), at),
        Err(IssueError::NoCredential(_))
    ));
}
