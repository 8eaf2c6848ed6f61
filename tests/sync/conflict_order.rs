//! Cases do not depend on the way in which facts come up: any order, any parts, any of them twice.

use ed25519_dalek::SigningKey;
use minicbor::bytes::ByteVec;
use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;
use wicket::domain::admission::{Status, TicketRow};
use wicket::domain::checkin::{Draft, Fact, FactRange, FactRef, Kind};
use wicket::domain::conflict::{Issued, judge};
use wicket::domain::ids::{DeviceId, EventId, Sequence, StreamId, TicketId};
use wicket::domain::rules::Rulebook;
use wicket::domain::ticket::jwk::PrivateJwk;
use wicket::domain::time::{Now, UnixMillis, UnixSeconds};
use wicket::server::db::{Caller, CaseFilter, Db, NewDevice, NewEvent};
use wicket::wire::Segment;

use super::samples::{entry, sealed};
use super::{EVENT, seed};

const NOW: UnixMillis = UnixMillis(1_795_000_000_000);
const TICKETS: u8 = 2;
const DEVICES: u8 = 3;
const RULES: &str = r#"{"event":"spring-26","types":{"adult":{"reentry":"after-exit","group":"chosen"}}}"#;
/// Each case makes a database, which costs more than all that is done with it.
const CASES: u32 = 16;

fn event() -> EventId {
    EVENT.parse().unwrap()
}

fn name(device: u8) -> String {
    format!("pi-{device}")
}

fn stream(device: u8) -> StreamId {
    StreamId::new([device; 16])
}

fn row(ticket: u8) -> TicketRow {
    TicketRow {
        ticket: TicketId::new(&[ticket; 8]).unwrap(),
        ticket_type: "adult".parse().unwrap(),
        status: Status::Valid,
        admits: 2,
        valid_from: None,
        valid_until: UnixSeconds(1_900_000_000),
        replaces: None,
    }
}

/// A server's data with an event, its tickets and its devices.
fn database(folder: &TempDir) -> Db {
    let mut db = Db::open(folder.path()).unwrap();
    db.add_event(&NewEvent {
        event: &event(),
        log: [3; 16],
        rulebook: RULES,
        issuer: &PrivateJwk {
            kid: Some("issuer-1".into()),
            key: SigningKey::from_bytes(&[1; 32]),
        },
    })
    .unwrap();
    let rows: Vec<TicketRow> = (1..=TICKETS).map(row).collect();
    db.add_tickets(&event(), &rows, NOW).unwrap();
    for device in 1..=DEVICES {
        let token = [device; 16].into();
        db.add_device(&NewDevice {
            event: &event(),
            device: &name(device).parse().unwrap(),
            gate: &"gate-a".parse().unwrap(),
            token: &token,
            until: NOW.plus(1),
            confirm: false,
            relay: false,
        })
        .unwrap();
        let key = SigningKey::from_bytes(&seed(&name(device))).verifying_key();
        db.enrol(&token, key.as_bytes(), NOW).unwrap();
    }
    db
}

fn any_kind() -> impl Strategy<Value = Kind> {
    let about = || {
        (1..=DEVICES, 1..=4_u64).prop_map(|(device, sequence)| FactRef {
            stream: stream(device),
            sequence: Sequence(sequence),
        })
    };
    prop_oneof![
        8 => Just(Kind::Entry),
        2 => Just(Kind::Exit),
        1 => about().prop_map(Kind::Released),
        1 => about().prop_map(|fact| Kind::Void(FactRange {
            stream: fact.stream,
            first: fact.sequence,
            last: Sequence(fact.sequence.0 + 1),
        })),
        1 => Just(Kind::AllOut),
    ]
}

fn any_draft() -> impl Strategy<Value = Draft> {
    (any_kind(), 1..=TICKETS, 0..30_u64, 1..=2_u8).prop_map(|(kind, ticket, at_s, persons)| {
        let at = UnixSeconds(1_795_000_000 + at_s);
        let general = matches!(kind, Kind::Void(_) | Kind::AllOut);
        Draft {
            kind,
            ticket: (!general).then(|| TicketId::new(&[ticket; 8]).unwrap()),
            now: Now::exactly(at),
            order: at.millis().0,
            persons,
            ..entry(&[ticket; 8])
        }
    })
}

/// What each device made, in segments of these lengths.
fn segments(drafts: &[Vec<Draft>], lengths: &[usize]) -> Vec<Vec<u8>> {
    let mut sealed_segments = Vec::new();
    for (drafts, device) in drafts.iter().zip(1..) {
        let (mut rest, mut first, mut previous) = (drafts.as_slice(), 1, None);
        let mut lengths = lengths.iter().cycle();
        while !rest.is_empty() {
            let (part, later) = rest.split_at((*lengths.next().unwrap()).min(rest.len()));
            let segment = Segment {
                device: name(device).parse().unwrap(),
                stream: stream(device),
                first: Sequence(first),
                previous,
                drafts: part.to_vec(),
            };
            let bytes = sealed(&segment, &seed(&name(device)));
            (rest, first, previous) = (later, first + part.len() as u64, Some(Segment::hash(&bytes)));
            sealed_segments.push(bytes);
        }
    }
    sealed_segments
}

/// What the cases of a server say, after these uploads.
fn cases(uploads: &[Vec<&Vec<u8>>]) -> Vec<(TicketId, Vec<FactRef>)> {
    let folder = TempDir::new().unwrap();
    let mut db = database(&folder);
    let caller = Caller {
        event: event(),
        device: name(1).parse::<DeviceId>().unwrap(),
    };
    for upload in uploads {
        let upload: Vec<ByteVec> = upload.iter().map(|bytes| bytes.to_vec().into()).collect();
        db.take_upload(&caller, &upload, NOW).unwrap();
    }
    let filter = CaseFilter {
        state: Some(wicket::domain::conflict::CaseState::Open),
        gate: None,
        after: None,
        limit: usize::MAX,
    };
    let cases = db.cases(&event(), &filter).unwrap().into_iter();
    cases
        .map(|case| {
            let denied = case.findings.iter().map(|finding| finding.denied.fact.id);
            (case.case, denied.collect())
        })
        .collect()
}

/// The same, from all facts at once and without a server.
fn expected(drafts: &[Vec<Draft>]) -> Vec<(TicketId, Vec<FactRef>)> {
    let rules = Rulebook::from_json(RULES).unwrap();
    let mut facts = Vec::new();
    for (drafts, device) in drafts.iter().zip(1..) {
        facts.extend(drafts.iter().zip(1..).map(|(draft, sequence)| Fact {
            id: FactRef {
                stream: stream(device),
                sequence: Sequence(sequence),
            },
            draft: draft.clone(),
        }));
    }
    let of = |ticket: u8| {
        let row = row(ticket);
        let id = row.ticket;
        let bears = facts
            .iter()
            .filter(|fact| fact.draft.ticket.is_none_or(|ticket| ticket == id));
        let issued = Issued {
            row,
            standings: Vec::new(),
        };
        let denied: Vec<FactRef> = judge(bears.cloned(), &[issued], &rules)
            .iter()
            .map(|finding| finding.denied)
            .collect();
        (id, denied)
    };
    (1..=TICKETS)
        .map(of)
        .filter(|(_, denied)| !denied.is_empty())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn cases_are_those_of_the_set_of_facts(
        drafts in vec(vec(any_draft(), 1..6), usize::from(DEVICES)),
        lengths in vec(1..4_usize, 1..4),
        order in vec((any::<proptest::sample::Index>(), any::<bool>()), 40),
    ) {
        let segments = segments(&drafts, &lengths);
        // Any segment at any time, some of them twice, until all have come; `true` ends an upload.
        let mut uploads = vec![Vec::new()];
        for (index, ends) in &order {
            uploads.last_mut().unwrap().push(&segments[index.index(segments.len())]);
            if *ends {
                uploads.push(Vec::new());
            }
        }
        uploads.push(segments.iter().rev().collect());
        prop_assert_eq!(cases(&uploads), expected(&drafts));
    }
}
