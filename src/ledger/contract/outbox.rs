//! What is sent, what was acknowledged, and small values.

use super::super::{Ledger, LedgerError, Pulse, SealedSegment};
use super::samples::{complete_list, entry, exit, merge, row, segment, stream};
use super::{Backend, OWN};
use crate::domain::checkin::Denial;
use crate::domain::ids::Sequence;
use crate::domain::outbox::StreamMark;
use crate::domain::time::{Now, UnixSeconds};
use crate::domain::verdict::Reason;
use crate::wire::Segment;

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
    let segments = ledger.unacknowledged(100).unwrap();
    segments
        .iter()
        .map(|segment| (segment.first.0, segment.last.0))
        .collect()
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
    assert_eq!(ledger.unacknowledged(2).unwrap().len(), 2);
    assert_eq!(pending(ledger), [(1, 2), (3, 4), (5, 6)]);
    ledger.acknowledge(&OWN, Sequence(3)).unwrap();
    assert_eq!(
        pending(ledger),
        [(3, 4), (5, 6)],
        "a segment held in part is sent again"
    );
    assert_eq!(ledger.status().unwrap().unacknowledged, 3);
    ledger.acknowledge(&stream(9), Sequence(100)).unwrap();
    assert_eq!(pending(ledger), [(3, 4), (5, 6)], "that was another stream");
    ledger.acknowledge(&OWN, Sequence(6)).unwrap();
    assert_eq!(pending(ledger), []);
    let mark = StreamMark {
        stream: OWN,
        acknowledged: Sequence(6),
    };
    assert_eq!(
        ledger.own_streams().unwrap(),
        [mark],
        "the other stream is not this gate's"
    );
}

pub(super) fn a_lower_acknowledgement_makes_them_pending_again(backend: Backend) {
    let mut store = with_entries(backend, 4);
    let ledger = store.ledger.as_mut();
    while seal(ledger, 2).is_some() {}
    let sent = ledger.unacknowledged(100).unwrap();
    ledger.acknowledge(&OWN, Sequence(4)).unwrap();
    assert_eq!(ledger.status().unwrap().unacknowledged, 0);
    ledger.acknowledge(&OWN, Sequence(0)).unwrap();
    assert_eq!(ledger.unacknowledged(100).unwrap(), sent, "the same bytes");
    assert_eq!(ledger.status().unwrap().unacknowledged, 4);
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
    assert_eq!(store.ledger.unacknowledged(10).unwrap(), []);
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

pub(super) fn the_status_counts_what_is_held(backend: Backend) {
    let mut store = with_entries(backend, 2);
    let ledger = store.ledger.as_mut();
    complete_list(ledger, [row(1), row(2), row(3)]);
    merge(ledger, &[segment(2, 1, vec![entry(2, 1)])]);
    ledger.acknowledge(&OWN, Sequence(1)).unwrap();
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
    ledger.acknowledge(&OWN, Sequence(1)).unwrap();
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
    ledger.acknowledge(&OWN, Sequence(3)).unwrap();
    merge(ledger, &[segment(1, 1, vec![exit(1, 1)])]);
    let pulse = ledger.pulse().unwrap();
    assert_eq!(
        (pulse.unsent, pulse.unsent_since, pulse.last_scan),
        (0, None, at(7))
    );
    assert_eq!(pulse.contradictions, 1);
}
