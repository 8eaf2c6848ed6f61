//! Messages: what is written is read back, and no bytes make a reader panic.

use ed25519_dalek::SigningKey;
use proptest::collection::vec;
use proptest::prelude::*;
use wicket::domain::admission::{Status, TicketRow};
use wicket::domain::checkin::{Draft, FactRange, FactRef, Kind};
use wicket::domain::conflict::CaseState;
use wicket::domain::ids::{Sequence, StreamId, TicketId};
use wicket::domain::time::{ClockState, Now, UnixMillis, UnixSeconds};
use wicket::wire::enrol::{EnrolmentAnswer, EnrolmentRequest};
use wicket::wire::heartbeat::Heartbeat;
use wicket::wire::order::Order;
use wicket::wire::request::RequestClaims;
use wicket::wire::upload::{Answer, Held, ItemAnswer, Receipt, Upload};
use wicket::wire::{
    Believed, Change, ConflictRow, Cursor, DeviceRow, DeviceStatus, LogPage, Segment, Signed, SnapshotPage,
    StartOver, TimeAnswer, from_cbor, to_cbor,
};

fn name<T>() -> impl Strategy<Value = T>
where
    T: std::str::FromStr<Err: std::fmt::Debug> + std::fmt::Debug,
{
    "[a-z0-9-]{1,32}".prop_map(|text| text.parse().unwrap())
}

fn ticket() -> impl Strategy<Value = TicketId> {
    vec(any::<u8>(), 8..=16).prop_map(|bytes| TicketId::new(&bytes).unwrap())
}

fn fact_ref() -> impl Strategy<Value = FactRef> {
    (any::<[u8; 16]>(), any::<u64>()).prop_map(|(stream, sequence)| FactRef {
        stream: StreamId::new(stream),
        sequence: Sequence(sequence),
    })
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Entry),
        Just(Kind::Exit),
        Just(Kind::Override),
        Just(Kind::AllOut),
        fact_ref().prop_map(Kind::Passed),
        fact_ref().prop_map(Kind::Released),
        fact_ref().prop_map(|fact| Kind::Void(FactRange {
            stream: fact.stream,
            first: fact.sequence,
            last: fact.sequence
        })),
    ]
}

prop_compose! {
    fn now()(at: u64, latest: Option<u64>) -> Now {
        Now { earliest: UnixMillis(at), latest: latest.map(UnixMillis), best: UnixMillis(at), state: ClockState::Holdover }
    }
}

prop_compose! {
    fn draft()(
        kind in kind(), ticket in proptest::option::of(ticket()), gate in name(), zone in name(),
        from_zone in proptest::option::of(name()), now in now(), order: u64, persons: u8,
        presented_at: Option<u64>, rules_version: u64, list_version: u64, operator in proptest::option::of(name()),
        grounds in proptest::option::of("[ -~]{1,30}x"),
    ) -> Draft {
        Draft {
            kind, ticket, gate, zone, from_zone, now, order, persons, presented_at: presented_at.map(UnixSeconds),
            reason: None, flags: Vec::new(), rules_version, list_version, operator,
            grounds: grounds.map(|text| text.parse().unwrap()),
        }
    }
}

prop_compose! {
    fn segment()(
        device in name(), stream: [u8; 16], first in 1..u64::MAX, previous: Option<[u8; 32]>, drafts in vec(draft(), 1..5),
    ) -> Segment {
        let previous = previous.map(Into::into);
        Segment { device, stream: StreamId::new(stream), first: Sequence(first), previous, drafts }
    }
}

prop_compose! {
    fn row()(ticket in ticket(), ticket_type in name(), admits: u8, from: Option<u64>, until: u64) -> TicketRow {
        TicketRow {
            ticket, ticket_type, status: Status::Blocked, admits, valid_from: from.map(UnixSeconds),
            valid_until: UnixSeconds(until), replaces: Some(ticket),
        }
    }
}

fn case_state() -> impl Strategy<Value = CaseState> {
    prop_oneof![
        Just(CaseState::Open),
        Just(CaseState::Resolved),
        Just(CaseState::Withdrawn)
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        ".*".prop_map(Change::Rulebook),
        ".*".prop_map(Change::Keyring),
        row().prop_map(Change::Ticket),
        (name(), any::<[u8; 32]>()).prop_map(|(device, key)| Change::Device(DeviceRow {
            device,
            key: key.into(),
            status: DeviceStatus::Suspended,
            believed: None,
        })),
        (name(), any::<[u8; 32]>(), vec(fact_ref(), 0..3)).prop_map(|(device, key, streams)| {
            let believed = streams.iter().map(|fact| Believed {
                stream: fact.stream,
                up_to: fact.sequence,
            });
            Change::Device(DeviceRow {
                device,
                key: key.into(),
                status: DeviceStatus::Revoked,
                believed: Some(believed.collect()),
            })
        }),
        vec(any::<u8>(), 0..50).prop_map(|bytes| Change::Segment(bytes.into())),
        (ticket(), case_state()).prop_map(|(ticket, state)| Change::Conflict(ConflictRow { ticket, state })),
    ]
}

prop_compose! {
    fn page()(
        event in name(), from: u64, log: [u8; 16], sequence: u64, chain: [u8; 32], head: u64, as_of: u64,
        changes in vec((any::<u64>(), change()), 0..5),
    ) -> LogPage {
        let to = Cursor { log: log.into(), sequence, chain: chain.into() };
        LogPage { event, from, to, head, as_of: UnixSeconds(as_of), changes }
    }
}

prop_compose! {
    fn list_page()(log in page(), page: u32, pages: u32, tickets in vec(any::<u8>(), 0..50)) -> SnapshotPage {
        let changes = log.changes.into_iter().map(|(_, change)| change).collect();
        let (event, to, as_of, tickets) = (log.event, log.to, log.as_of, tickets.into());
        SnapshotPage { event, to, as_of, page, pages, tickets, changes }
    }
}

prop_compose! {
    fn held()(at in fact_ref(), tip: Option<[u8; 32]>) -> Held {
        Held { stream: at.stream, holds: at.sequence, tip: tip.map(Into::into) }
    }
}

prop_compose! {
    fn receipt()(event in name(), log: [u8; 16], as_of: u64, held in vec(held(), 0..5), whole_of in prop::option::of(name())) -> Receipt {
        Receipt { event, log: log.into(), as_of: UnixMillis(as_of), held, whole_of }
    }
}

prop_compose! {
    fn answer()(code in ".*", message in ".*", receipt in receipt(), segment in vec(any::<u8>(), 0..50), more: bool) -> Answer {
        let items = vec![ItemAnswer::Stored, ItemAnswer::AlreadyHeld, ItemAnswer::Refused { code, message }];
        Answer { items, receipts: vec![to_cbor(&receipt).into()], segments: vec![segment.clone().into()], more, orders: vec![segment.into()] }
    }
}

prop_compose! {
    fn claims()(event in name(), device in name(), path in ".*", body: [u8; 32], epoch: [u8; 16], counter: u64) -> RequestClaims {
        RequestClaims { event, device, method: "GET".to_owned(), path, body: body.into(), epoch: epoch.into(), counter }
    }
}

proptest! {
    #[test]
    fn pages_answers_and_claims_survive_their_bytes(page in page(), list in list_page(), answer in answer(), claims in claims()) {
        prop_assert_eq!(from_cbor::<LogPage>(&to_cbor(&page)), Ok(page));
        prop_assert_eq!(from_cbor::<SnapshotPage>(&to_cbor(&list)), Ok(list));
        prop_assert_eq!(from_cbor::<Answer>(&to_cbor(&answer)), Ok(answer));
        prop_assert_eq!(from_cbor::<RequestClaims>(&to_cbor(&claims)), Ok(claims));
    }

    #[test]
    fn an_upload_survives_its_bytes(segments in vec(vec(any::<u8>(), 0..50), 0..3), have in prop::option::of(vec(held(), 0..4))) {
        let upload = Upload { segments: segments.into_iter().map(Into::into).collect(), have };
        prop_assert_eq!(from_cbor::<Upload>(&to_cbor(&upload)), Ok(upload));
    }

    #[test]
    fn a_receipt_opens_with_the_origins_key_and_no_other(receipt in receipt(), seed: [u8; 32], other: [u8; 32]) {
        prop_assume!(seed != other);
        let key = SigningKey::from_bytes(&seed);
        let bytes = receipt.seal(&key);
        prop_assert!(Receipt::open(&bytes, &SigningKey::from_bytes(&other).verifying_key()).is_err());
        prop_assert_eq!(Receipt::open(&bytes, &key.verifying_key()), Ok(receipt));
    }

    #[test]
    fn a_segment_opens_with_its_devices_key_and_no_other(segment in segment(), seed: [u8; 32], other: [u8; 32]) {
        prop_assume!(seed != other);
        let key = SigningKey::from_bytes(&seed);
        let bytes = segment.seal(&key);
        prop_assert_eq!(Segment::unverified(&bytes), Ok(segment.clone()));
        prop_assert!(Segment::open(&bytes, &SigningKey::from_bytes(&other).verifying_key()).is_err());
        prop_assert_eq!(Segment::open(&bytes, &key.verifying_key()), Ok(segment));
    }

    #[test]
    fn a_fact_without_grounds_is_spelled_as_before_there_were_any(draft in draft()) {
        let operator = Some("anna".parse().unwrap());
        let bytes = minicbor::to_vec(Draft { operator, grounds: None, ..draft }).unwrap();
        prop_assert_eq!(bytes[0], 0x80 + 14);
    }

    #[test]
    fn one_changed_byte_makes_a_segment_another_or_none(segment in segment(), place: prop::sample::Index, by in 1..=255_u8) {
        let key = SigningKey::from_bytes(&[1; 32]);
        let mut bytes = segment.seal(&key);
        let place = place.index(bytes.len());
        bytes[place] ^= by;
        // A longer spelling of a length may decode to the same bytes; what is signed is not changed by it.
        prop_assert!(Segment::open(&bytes, &key.verifying_key()).map_or(true, |opened| opened == segment));
    }

    #[test]
    fn a_signed_request_survives_its_header(claims in claims(), seed: [u8; 32]) {
        let header = claims.seal(&SigningKey::from_bytes(&seed));
        prop_assert_eq!(RequestClaims::read(&header).map(|(read, _)| read), Ok(claims));
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in vec(any::<u8>(), 0..200), text in ".*") {
        let _ = Signed::from_bytes(&bytes);
        let _ = Segment::unverified(&bytes);
        let _ = from_cbor::<LogPage>(&bytes);
        let _ = from_cbor::<SnapshotPage>(&bytes).map(|page| page.tickets());
        let _ = from_cbor::<Upload>(&bytes);
        let _ = from_cbor::<Answer>(&bytes);
        let _ = from_cbor::<Receipt>(&bytes);
        let _ = from_cbor::<StartOver>(&bytes);
        let _ = from_cbor::<TimeAnswer>(&bytes);
        let _ = Heartbeat::unverified(&bytes);
        let _ = Order::open(&bytes, &SigningKey::from_bytes(&[1; 32]).verifying_key());
        let _ = EnrolmentRequest::open(&bytes);
        let _ = EnrolmentAnswer::open(&bytes, &[0; 32].into());
        let _ = RequestClaims::read(&text);
        let _ = RequestClaims::read(&format!("Wicket {text}"));
    }

    #[test]
    fn a_cut_or_changed_message_never_panics(page in page(), cut: prop::sample::Index, by: u8) {
        let mut bytes = to_cbor(&page);
        let place = cut.index(bytes.len());
        prop_assert!(from_cbor::<LogPage>(&bytes[..place]).is_err());
        bytes[place] ^= by;
        let _ = from_cbor::<LogPage>(&bytes);
    }
}
