use wicket::domain::ids::Sequence;
use wicket::server::db::{Belief, DbError};
use wicket::wire::Segment;
use wicket::wire::upload::ItemAnswer;

use super::{Backend, NOW, caller, event, sealed, stream};

fn code(item: &ItemAnswer) -> &str {
    match item {
        ItemAnswer::Refused { code, .. } => code,
        ItemAnswer::Stored => "stored",
        _ => "held",
    }
}

pub(super) fn a_segment_is_taken_once(backend: Backend) {
    let mut store = backend.open();
    store.enrol("pi-1");
    for expected in ["stored", "held"] {
        let intake = store.upload("pi-1", 1, None, &[1, 2]);
        assert_eq!(code(&intake.items[0]), expected);
        let held = &intake.receipt.held;
        assert_eq!((held[0].stream, held[0].holds), (stream("pi-1"), Sequence(2)));
        assert!(held[0].tip.is_some());
    }
    assert_eq!(store.db.facts(&event()).unwrap().len(), 2);
    assert_eq!(
        store.another().facts(&event()).unwrap().len(),
        2,
        "durable once it is answered"
    );
}

pub(super) fn a_gap_is_seen_and_closed(backend: Backend) {
    let mut store = backend.open();
    store.enrol("pi-1");
    let first = Segment::hash(&sealed("pi-1", 1, None, &[1]));
    store.upload("pi-1", 2, Some(first), &[2, 3]);
    let held = |store: &mut super::Store| {
        let streams = store.db.streams(&event()).unwrap();
        (streams[0].holds, streams[0].highest)
    };
    assert_eq!(held(&mut store), (0, 3));
    store.upload("pi-1", 1, None, &[1]);
    assert_eq!(held(&mut store), (3, 3));
}

pub(super) fn a_fact_with_other_content_is_set_aside(backend: Backend) {
    let mut store = backend.open();
    store.enrol("pi-1");
    store.upload("pi-1", 1, None, &[1]);
    let intake = store.upload("pi-1", 1, None, &[2]);
    assert_eq!(code(&intake.items[0]), "conflicting-fact");
    assert_eq!(
        store.db.parked(&event()).unwrap(),
        [("conflicting-fact".to_owned(), 1)]
    );
    let aside = store.db.set_aside_after(&event(), 0).unwrap();
    assert_eq!(aside[0].1, sealed("pi-1", 1, None, &[2]));
    assert!(store.db.set_aside_after(&event(), aside[0].0).unwrap().is_empty());
}

pub(super) fn a_device_that_admits_too_fast_is_held_for_review(backend: Backend) {
    let mut store = backend.open();
    store.enrol("pi-1");
    // Entries of tickets that follow each other are a second apart: these are all of one ticket, at one time.
    let intake = store.upload("pi-1", 1, None, &[1; 121]);
    assert_eq!(code(&intake.items[0]), "too-many-admissions");
    let first = store.upload("pi-1", 1, None, &[1; 120]);
    assert_eq!(code(&first.items[0]), "stored");
    let hash = Segment::hash(&sealed("pi-1", 1, None, &[1; 120]));
    let more = store.upload("pi-1", 121, Some(hash), &[1]);
    assert_eq!(
        code(&more.items[0]),
        "too-many-admissions",
        "counted over all that came"
    );
}

pub(super) fn what_was_set_aside_is_taken_by_hand(backend: Backend) {
    let mut store = backend.open();
    store.enrol("pi-1");
    let device = "pi-1".parse().unwrap();
    store
        .db
        .revoke_device(&event(), &device, &Belief::AsHeld, NOW)
        .unwrap();
    let bytes = sealed("pi-1", 1, None, &[1]);
    let intake = store
        .db
        .take_upload(&caller("pi-1"), &[bytes.clone().into()], NOW)
        .unwrap();
    assert_eq!(code(&intake.items[0]), "device-not-believed");
    let parked = store.db.parked_segments(&event(), "").unwrap();
    assert_eq!((parked.len(), parked[0].carrier.as_str()), (1, "pi-1"));
    let hash = &parked[0].hash;
    assert_eq!(store.db.parked_segments(&event(), &hash[..7]).unwrap(), parked);
    assert_eq!(
        store.db.parked_segments(&event(), &hash.to_uppercase()).unwrap(),
        parked
    );
    for other in ["%", "zz"] {
        assert!(store.db.parked_segments(&event(), other).unwrap().is_empty());
        let refused = store.db.take_parked(&event(), other, NOW).unwrap_err();
        assert!(matches!(refused, DbError::Refused(_)), "{refused}");
    }
    let taken = store.db.take_parked(&event(), &hash[..7], NOW).unwrap();
    assert_eq!(taken.device, device);
    assert_eq!(store.db.facts(&event()).unwrap().len(), 1);
    assert!(store.db.parked_segments(&event(), "").unwrap().is_empty());
}
