use ed25519_dalek::SigningKey;
use wicket::domain::ids::Sequence;
use wicket::server::db::{DbError, LogRead, Passed};
use wicket::wire::order::{Command, Order};
use wicket::wire::upload::{Held, ItemAnswer, Receipt, Upload};
use wicket::wire::{Context, Cursor, LogPage, Segment, Signed, SnapshotPage, to_cbor};

use super::{Backend, NOW, Store, caller, event, key, sealed, stream};

/// The origin, and a relay of its event.
fn both(backend: Backend) -> (Store, Store) {
    let mut relay = backend.empty();
    relay.db.follow_event(&event()).unwrap();
    let mut origin = Backend::Memory.open();
    origin.add_tickets(&[1, 2]);
    origin.enrol("pi-1");
    (origin, relay)
}

fn server() -> SigningKey {
    key("server")
}

fn snapshot(origin: &mut Store) -> (SnapshotPage, Vec<u8>) {
    let snapshot = origin.db.snapshot(&event(), NOW.seconds()).unwrap();
    let page = origin.db.snapshot_page(&snapshot, 0).unwrap().unwrap();
    let bytes = Signed::seal(Context::SnapshotPage, &server(), to_cbor(&page)).to_bytes();
    (page, bytes)
}

fn log_page(origin: &mut Store, after: &Cursor) -> (LogPage, Vec<u8>) {
    let LogRead::Page(page) = origin.db.log_page(&event(), after, NOW.seconds()).unwrap() else {
        panic!("it fits");
    };
    let bytes = Signed::seal(Context::LogPage, &server(), to_cbor(&page)).to_bytes();
    (page, bytes)
}

/// Gives the relay the origin's list.
fn fetch(origin: &mut Store, relay: &mut Store) -> Cursor {
    let (page, bytes) = snapshot(origin);
    assert!(relay.db.keep_snapshot_page(&page, &bytes, NOW).unwrap());
    page.to
}

pub(super) fn a_relay_follows_one_event_and_is_no_origin(backend: Backend) {
    let (_, mut relay) = both(backend);
    relay.db.follow_event(&event()).unwrap();
    let other = relay.db.follow_event(&"other".parse().unwrap()).unwrap_err();
    assert!(matches!(other, DbError::Refused(_)), "{other}");
    assert!(!relay.db.is_origin().unwrap());
    let mut origin = backend.open();
    assert!(matches!(
        origin.db.follow_event(&event()),
        Err(DbError::Refused(_))
    ));
}

pub(super) fn a_relay_passes_on_what_the_origin_signed(backend: Backend) {
    let (mut origin, mut relay) = both(backend);
    let start = origin.db.log_head(&event()).unwrap();
    assert_eq!(relay.db.relayed_page(&event(), &start).unwrap(), Passed::NoList);
    assert_eq!(relay.db.relayed_to(&event()).unwrap(), None);
    let (mut half, bytes) = snapshot(&mut origin);
    half.pages = 2;
    assert!(!relay.db.keep_snapshot_page(&half, &bytes, NOW).unwrap());
    let due = relay.db.snapshot_due(&event()).unwrap().unwrap();
    assert_eq!((due.next, due.pages, &due.to), (1, 2, &half.to));
    let to = fetch(&mut origin, &mut relay);
    let (_, whole) = snapshot(&mut origin);
    assert_eq!(relay.db.snapshot_due(&event()).unwrap(), None);
    assert_eq!(relay.db.relayed_to(&event()).unwrap(), Some(to.clone()));
    assert_eq!(
        relay.db.relayed_snapshot(&event(), None).unwrap(),
        Passed::Page(whole)
    );
    let beyond = relay
        .db
        .relayed_snapshot(&event(), Some(&(to.clone(), 1)))
        .unwrap();
    assert_eq!(beyond, Passed::TakeSnapshot);
    origin.add_tickets(&[3]);
    let (page, bytes) = log_page(&mut origin, &to);
    relay.db.keep_log_page(&page, &bytes, NOW).unwrap();
    assert_eq!(relay.db.relayed_page(&event(), &to).unwrap(), Passed::Page(bytes));
    let (end, bytes) = log_page(&mut origin, &page.to);
    assert_eq!(
        relay.db.relayed_page(&event(), &page.to).unwrap(),
        Passed::NothingNewer
    );
    relay.db.keep_log_page(&end, &bytes, NOW).unwrap();
    assert_eq!(
        relay.db.relayed_page(&event(), &page.to).unwrap(),
        Passed::Page(bytes)
    );
    assert_eq!(relay.db.ragged_from(&event()).unwrap(), None);
    assert!(!relay.db.is_outgrown(&event()).unwrap());
    assert_eq!(
        relay.db.heads_if_changed().unwrap().unwrap()[&event()].head,
        page.to.sequence
    );
}

pub(super) fn what_gates_bring_waits_until_the_origins_log_has_it(backend: Backend) {
    let (mut origin, mut relay) = both(backend);
    let to = fetch(&mut origin, &mut relay);
    let beat = |relay: &mut Store| relay.db.heads_if_changed().unwrap().unwrap()[&event()].brought;
    assert_eq!(beat(&mut relay), Some(0));
    let bytes = sealed("pi-1", 1, None, &[1]);
    let upload = Upload {
        segments: vec![bytes.clone().into()],
        have: Some(Vec::new()),
    };
    let taken = relay.db.take_brought(&caller("pi-1"), &upload, NOW).unwrap();
    assert!(taken.news);
    assert_eq!(taken.answer.items, [ItemAnswer::Stored]);
    assert_eq!(
        taken.answer.segments,
        [bytes.clone().into()],
        "who has nothing lacks it"
    );
    assert_eq!(beat(&mut relay), Some(1));
    let waiting = relay.db.brought_after(&event(), 0).unwrap();
    assert_eq!((waiting.len(), &waiting[0].bytes), (1, &bytes));
    assert!(
        relay
            .db
            .brought_after(&event(), waiting[0].number)
            .unwrap()
            .is_empty()
    );
    origin
        .db
        .take_upload(&caller("pi-1"), &[bytes.into()], NOW)
        .unwrap();
    let (page, signed) = log_page(&mut origin, &to);
    relay.db.keep_log_page(&page, &signed, NOW).unwrap();
    assert!(relay.db.brought_after(&event(), 0).unwrap().is_empty());
    assert_eq!(beat(&mut relay), Some(1), "numbers are never given twice");
    let hash = Segment::hash(&sealed("pi-1", 1, None, &[1]));
    let more = Upload {
        segments: vec![sealed("pi-1", 2, Some(hash), &[2]).into()],
        have: None,
    };
    relay.db.take_brought(&caller("pi-1"), &more, NOW).unwrap();
    assert_eq!(beat(&mut relay), Some(2));
    // The origin has other data now: all that is here may be news to it.
    origin.db.restored(|| [8; 16]).unwrap();
    fetch(&mut origin, &mut relay);
    let waiting = relay.db.brought_after(&event(), 0).unwrap();
    assert_eq!(waiting.len(), 1, "what the list itself brings is not");
}

pub(super) fn a_relay_keeps_orders_and_receipts_to_pass_on(backend: Backend) {
    let (mut origin, mut relay) = both(backend);
    fetch(&mut origin, &mut relay);
    let order = Order {
        event: event(),
        device: "pi-1".parse().unwrap(),
        key: [1; 32].into(),
        at: NOW.seconds(),
        command: Command::Wipe,
    };
    let bytes = order.seal(&server());
    for _ in 0..2 {
        relay
            .db
            .keep_orders(&event(), &[(order.clone(), bytes.clone())])
            .unwrap();
    }
    assert_eq!(relay.db.orders(&event()).unwrap(), [bytes]);
    let segment = sealed("pi-1", 1, None, &[1]);
    let upload = Upload {
        segments: vec![segment.into()],
        have: None,
    };
    relay.db.take_brought(&caller("pi-1"), &upload, NOW).unwrap();
    assert!(
        relay.db.without_receipt(&event()).unwrap().is_empty(),
        "of a device that never asked here"
    );
    for number in 1..=2 {
        let receipt = Receipt {
            event: event(),
            log: [7; 16].into(),
            as_of: NOW,
            held: vec![Held {
                stream: stream("pi-1"),
                holds: Sequence(number),
                tip: None,
            }],
            whole_of: None,
        };
        let bytes = receipt.seal(&server());
        relay.db.keep_receipt(&receipt, &bytes).unwrap();
        let asked = Upload {
            segments: Vec::new(),
            have: None,
        };
        let answer = relay
            .db
            .take_brought(&caller("pi-1"), &asked, NOW)
            .unwrap()
            .answer;
        assert_eq!(answer.receipts, [bytes.into()], "the newest alone");
    }
}
