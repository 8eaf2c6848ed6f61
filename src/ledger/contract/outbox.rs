//! What is sent, what was acknowledged, and small values.

use super::super::{Ledger, LedgerError, Pulse, SealedSegment, USED_CODES_MAX};
use super::samples::{complete_list, entry, exit, merge, row, segment, snapshot, stream};
use super::{Backend, OWN};
use crate::domain::checkin::Denial;
use crate::domain::control::UsedCode;
use crate::domain::ids::{Sequence, StreamId};
use crate::domain::outbox::Room;
use crate::domain::time::{Now, UnixMillis, UnixSeconds};
use crate::domain::verdict::Reason;
use crate::wire::Segment;
use crate::wire::upload::{Held, Receipt};

const ROOM: Room = Room {
    segments: 100,
    facts: 1_000,
    bytes: 1 << 20,
};

/// Seals what is next, at most `limit`; the first and the last sequence.
fn seal(ledger: &mut dyn Ledger, limit: usize) -> Option<(u64, u64)> {
    let next = ledger.unsealed(limit).unwrap()?;
    let last = next.first.0 + next.drafts.len() as u64 - 1;
    let sealed = SealedSegment {
        stream: next.stream,
        first: next.first,
        last: Sequence(last),
        bytes: format!("{}..={last}", next.first).into_bytes(),
    };
    ledger.keep_segment(&sealed).unwrap();
    Some((next.first.0, last))
}

fn pending(ledger: &mut dyn Ledger) -> Vec<(u64, u64)> {
    let kept = ledger.unacknowledged(0, &ROOM).unwrap();
    kept.iter()
        .map(|kept| (kept.segment.first.0, kept.segment.last.0))
        .collect()
}

/// The content that [`seal`] gives a segment.
fn tip(first: u64, last: u64) -> Held {
    Held {
        stream: OWN,
        holds: Sequence(last),
        tip: Some(Segment::hash(format!("{first}..={last}").as_bytes())),
    }
}

fn nothing(stream: StreamId) -> Held {
    Held {
        stream,
        holds: Sequence(0),
        tip: None,
    }
}

fn receipt(log: u8, as_of: u64, held: &[Held]) -> Receipt {
    Receipt {
        event: "spring-26".parse().unwrap(),
        log: [log; 16].into(),
        as_of: UnixMillis(as_of),
        held: held.to_vec(),
        whole_of: None,
    }
}

/// Takes the word of log 7's origin; whether it holds less than before.
fn take(ledger: &mut dyn Ledger, as_of: u64, held: Held) -> bool {
    ledger.take_receipt(&receipt(7, as_of, &[held]), false).unwrap()
}

fn with_entries(backend: Backend, entries: u64) -> super::Store {
    let mut store = backend.open();
    for at_s in 1..=entries {
        store.ledger.record(&entry(1, at_s)).unwrap();
    }
    store
}

pub(super) fn facts_are_sealed_in_order_and_once(backend: Backend) {
    let mut store = with_entries(backend, 5);
    let ledger = store.ledger.as_mut();
    let next = ledger.unsealed(2).unwrap().unwrap();
    assert_eq!((next.stream, next.first, next.previous), (OWN, Sequence(1), None));
    assert_eq!(next.drafts, [entry(1, 1), entry(1, 2)]);
    assert_eq!(seal(ledger, 2), Some((1, 2)));
    let next = ledger.unsealed(10).unwrap().unwrap();
    assert_eq!(next.previous, Some(Segment::hash(b"1..=2")));
    assert_eq!(seal(ledger, 10), Some((3, 5)));
    assert_eq!(seal(ledger, 10), None);
    ledger.record(&exit(1, 6)).unwrap();
    assert_eq!(seal(ledger, 10), Some((6, 6)));
}

pub(super) fn segments_wait_for_the_acknowledgement(backend: Backend) {
    let mut store = with_entries(backend, 6);
    let ledger = store.ledger.as_mut();
    while seal(ledger, 2).is_some() {}
    assert_eq!(pending(ledger), [(1, 2), (3, 4), (5, 6)]);
    assert!(!take(ledger, 1, tip(3, 4)));
    assert_eq!(pending(ledger), [(5, 6)]);
    assert_eq!(ledger.status().unwrap().unacknowledged, 2);
    take(ledger, 2, tip(5, 6));
    assert_eq!(pending(ledger), []);
    assert_eq!(ledger.status().unwrap().unacknowledged, 0);
}

pub(super) fn what_waits_comes_in_portions_and_one_segment_at_any_size(backend: Backend) {
    let mut store = with_entries(backend, 6);
    let ledger = store.ledger.as_mut();
    while seal(ledger, 2).is_some() {}
    let portion = |ledger: &mut dyn Ledger, after, room: Room| -> Vec<u64> {
        let kept = ledger.unacknowledged(after, &room).unwrap();
        kept.iter().map(|kept| kept.place).collect()
    };
    let [first, second, third] = portion(ledger, 0, ROOM).try_into().unwrap();
    assert_eq!(portion(ledger, first, ROOM), [second, third]);
    assert_eq!(portion(ledger, third, ROOM), [] as [u64; 0]);
    for (room, fit) in [
        (Room { segments: 2, ..ROOM }, 2),
        (Room { facts: 5, ..ROOM }, 2),
        (Room { facts: 1, ..ROOM }, 1),
        (Room { bytes: 12, ..ROOM }, 2),
        (Room { bytes: 0, ..ROOM }, 1),
    ] {
        assert_eq!(portion(ledger, 0, room).len(), fit, "{room:?}");
        assert_eq!(ledger.kept_after(0, &room).unwrap().len(), fit, "{room:?}");
        assert_eq!(ledger.beyond(&[], &room).unwrap().len(), fit, "{room:?}");
    }
}

pub(super) fn a_word_on_another_content_acknowledges_only_what_is_before_it(backend: Backend) {
    let mut store = with_entries(backend, 6);
    let ledger = store.ledger.as_mut();
    while seal(ledger, 2).is_some() {}
    let other = Held {
        tip: Some([9; 32].into()),
        ..tip(3, 4)
    };
    take(ledger, 1, other);
    assert_eq!(pending(ledger), [(3, 4), (5, 6)]);
    // In the midst of a segment: what ends before it is held.
    take(
        ledger,
        2,
        Held {
            holds: Sequence(5),
            ..other
        },
    );
    assert_eq!(pending(ledger), [(5, 6)]);
    // Beyond all that is here, as after the gate was restored.
    take(
        ledger,
        3,
        Held {
            holds: Sequence(99),
            ..other
        },
    );
    assert_eq!(pending(ledger), []);
    take(
        ledger,
        4,
        Held {
            stream: stream(9),
            ..other
        },
    );
    assert_eq!(
        ledger.status().unwrap().unacknowledged,
        0,
        "that was another stream"
    );
}

pub(super) fn a_later_word_that_holds_less_makes_them_pending_again(backend: Backend) {
    let mut store = with_entries(backend, 4);
    let ledger = store.ledger.as_mut();
    while seal(ledger, 2).is_some() {}
    let sent = ledger.unacknowledged(0, &ROOM).unwrap();
    take(ledger, 5, tip(3, 4));
    assert!(!take(ledger, 4, nothing(OWN)), "an older word comes late");
    assert_eq!(ledger.status().unwrap().unacknowledged, 0);
    assert!(take(ledger, 6, nothing(OWN)));
    assert_eq!(ledger.unacknowledged(0, &ROOM).unwrap(), sent, "the same bytes");
    assert_eq!(ledger.status().unwrap().unacknowledged, 4);
}

pub(super) fn a_stream_that_a_whole_word_does_not_name_was_lost(backend: Backend) {
    let mut store = with_entries(backend, 2);
    let ledger = store.ledger.as_mut();
    seal(ledger, 2);
    take(ledger, 1, tip(1, 2));
    let silent = receipt(7, 2, &[]);
    assert!(!ledger.take_receipt(&silent, false).unwrap());
    assert_eq!(pending(ledger), []);
    assert!(ledger.take_receipt(&silent, true).unwrap());
    assert_eq!(pending(ledger), [(1, 2)]);
}

pub(super) fn a_word_of_a_newer_log_begins_anew_and_one_of_an_older_is_not_heard(backend: Backend) {
    let mut store = with_entries(backend, 4);
    let ledger = store.ledger.as_mut();
    while seal(ledger, 2).is_some() {}
    take(ledger, 5, tip(3, 4));
    assert!(!ledger.take_receipt(&receipt(8, 4, &[]), false).unwrap());
    assert_eq!(pending(ledger), []);
    assert!(ledger.take_receipt(&receipt(8, 6, &[tip(1, 2)]), false).unwrap());
    assert_eq!(pending(ledger), [(3, 4)]);
    assert!(!take(ledger, 6, tip(3, 4)));
    assert_eq!(pending(ledger), [(3, 4)]);
}

pub(super) fn what_a_neighbour_brings_waits_for_the_origin_and_what_its_log_brings_does_not(
    backend: Backend,
) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    complete_list(ledger, []);
    let by_neighbour = segment(2, 1, vec![entry(1, 1)]);
    ledger.merge(std::slice::from_ref(&by_neighbour)).unwrap();
    merge(ledger, &[segment(3, 1, vec![entry(2, 1)])]);
    let waiting = ledger.unacknowledged(0, &ROOM).unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].segment.bytes, by_neighbour.0);
    assert_eq!(ledger.status().unwrap().others_facts, 2);
    merge(ledger, std::slice::from_ref(&by_neighbour));
    assert_eq!(ledger.unacknowledged(0, &ROOM).unwrap(), []);
    ledger.merge(std::slice::from_ref(&by_neighbour)).unwrap();
    assert_eq!(
        ledger.unacknowledged(0, &ROOM).unwrap(),
        [],
        "the origin holds it still"
    );
    assert_eq!(ledger.kept_after(0, &ROOM).unwrap().len(), 2);
}

pub(super) fn a_list_that_is_taken_anew_tells_again_what_the_origin_holds(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    complete_list(ledger, []);
    let (lost, held) = (segment(2, 1, vec![entry(1, 1)]), segment(3, 1, vec![entry(2, 1)]));
    merge(ledger, &[lost.clone(), held.clone()]);
    let anew = snapshot(2, (0, 1), &[], Vec::new());
    ledger.apply_snapshot(&anew, &[], &[held]).unwrap();
    let waiting = ledger.unacknowledged(0, &ROOM).unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].segment.bytes, lost.0);
}

pub(super) fn a_node_is_given_what_it_lacks(backend: Backend) {
    let mut store = with_entries(backend, 4);
    let ledger = store.ledger.as_mut();
    while seal(ledger, 2).is_some() {}
    let other = segment(2, 1, vec![entry(1, 1), entry(2, 1)]);
    ledger.merge(std::slice::from_ref(&other)).unwrap();
    assert_eq!(ledger.newest_place().unwrap(), 3);
    assert_eq!(ledger.kept_after(2, &ROOM).unwrap().len(), 1);
    let held = ledger.held().unwrap();
    let others_tip = Held {
        stream: stream(2),
        holds: Sequence(2),
        tip: Some(Segment::hash(&other.0)),
    };
    assert_eq!(held, [tip(3, 4), others_tip]);
    assert_eq!(ledger.beyond(&held, &ROOM).unwrap(), []);
    let lacks = |ledger: &mut dyn Ledger, have: &[Held]| -> Vec<(StreamId, u64)> {
        let segments = ledger.beyond(have, &ROOM).unwrap();
        segments
            .iter()
            .map(|segment| (segment.stream, segment.last.0))
            .collect()
    };
    assert_eq!(lacks(ledger, &[tip(1, 2), others_tip]), [(OWN, 4)]);
    assert_eq!(lacks(ledger, &[tip(3, 4)]), [(stream(2), 2)]);
    assert_eq!(lacks(ledger, &[]), [(OWN, 2), (OWN, 4), (stream(2), 2)]);
}

pub(super) fn a_segment_of_a_foreign_stream_is_refused(backend: Backend) {
    let mut store = backend.open();
    let foreign = SealedSegment {
        stream: stream(9),
        first: Sequence(1),
        last: Sequence(1),
        bytes: vec![1],
    };
    let refused = store.ledger.keep_segment(&foreign);
    assert!(
        matches!(refused, Err(LedgerError::ForeignStream { stream: of }) if of == stream(9)),
        "{refused:?}"
    );
    assert_eq!(store.ledger.unacknowledged(0, &ROOM).unwrap(), []);
}

pub(super) fn own_segments_that_come_down_need_no_new_seal(backend: Backend) {
    let mut store = with_entries(backend, 3);
    let ledger = store.ledger.as_mut();
    complete_list(ledger, []);
    // Beyond a gap: it does not count as sealed up to there.
    merge(ledger, &[segment(1, 5, vec![entry(1, 5)])]);
    assert_eq!(ledger.unsealed(10).unwrap().unwrap().first, Sequence(1));
    let held = segment(1, 1, vec![entry(1, 1), entry(1, 2)]);
    merge(ledger, std::slice::from_ref(&held));
    let next = ledger.unsealed(10).unwrap().unwrap();
    assert_eq!(
        (next.first, next.previous),
        (Sequence(3), Some(Segment::hash(&held.0)))
    );
    assert_eq!(next.drafts, [entry(1, 3)], "up to the gap");
    merge(ledger, &[segment(1, 3, vec![entry(1, 3), entry(1, 4)])]);
    assert_eq!(ledger.unsealed(10).unwrap(), None);
}

pub(super) fn settings_survive_each_other(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    assert_eq!(ledger.setting("server").unwrap(), None);
    ledger.set_setting("server", b"one").unwrap();
    ledger.set_setting("device", b"").unwrap();
    ledger.set_setting("server", b"two").unwrap();
    assert_eq!(ledger.setting("server").unwrap().as_deref(), Some(&b"two"[..]));
    assert_eq!(ledger.setting("device").unwrap().as_deref(), Some(&b""[..]));
}

pub(super) fn a_control_code_is_used_once(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    let code = |number: usize| {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&number.to_be_bytes());
        UsedCode(hash)
    };
    for number in 0..=USED_CODES_MAX {
        assert!(ledger.use_control_code(&code(number)).unwrap(), "{number}");
    }
    for number in 1..=USED_CODES_MAX {
        assert!(!ledger.use_control_code(&code(number)).unwrap(), "{number}");
    }
    // The oldest is forgotten, long after it expired.
    assert!(ledger.use_control_code(&code(0)).unwrap());
}

pub(super) fn the_status_counts_what_is_held(backend: Backend) {
    let mut store = with_entries(backend, 2);
    let ledger = store.ledger.as_mut();
    complete_list(ledger, [row(1), row(2), row(3)]);
    merge(ledger, &[segment(2, 1, vec![entry(2, 1)])]);
    while seal(ledger, 1).is_some() {}
    take(ledger, 1, tip(1, 1));
    let status = ledger.status().unwrap();
    assert_eq!((status.tickets, status.withdrawn), (3, 0));
    assert_eq!(
        (status.own_facts, status.unacknowledged, status.others_facts),
        (2, 1, 1)
    );
}

pub(super) fn the_pulse_tells_what_waits_and_who_came_last(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    assert_eq!(ledger.pulse().unwrap(), Pulse::default());
    for at_s in 1..=3 {
        ledger.record(&entry(1, at_s)).unwrap();
    }
    complete_list(ledger, [row(1), row(2)]);
    // Another gate's, and later: it is not this gate's scan.
    merge(ledger, &[segment(2, 1, vec![entry(2, 100)])]);
    while seal(ledger, 1).is_some() {}
    take(ledger, 1, tip(1, 1));
    let at = |seconds| Some(UnixSeconds(seconds).millis());
    let waiting = Pulse {
        unsent: 2,
        unsent_since: at(2),
        last_scan: at(3),
        tickets: 2,
        contradictions: 0,
    };
    assert_eq!(ledger.pulse().unwrap(), waiting);
    let denial = Denial {
        now: Now::exactly(UnixSeconds(7)),
        gate: "north".parse().unwrap(),
        ticket: None,
        reason: Reason::Malformed,
        times: 1,
    };
    ledger.note_denials(&[denial]).unwrap();
    take(ledger, 2, tip(3, 3));
    merge(ledger, &[segment(1, 1, vec![exit(1, 1)])]);
    let pulse = ledger.pulse().unwrap();
    assert_eq!(
        (pulse.unsent, pulse.unsent_since, pulse.last_scan),
        (0, None, at(7))
    );
    assert_eq!(pulse.contradictions, 1);
}
