//! Facts, who is inside by them, and refusals.

use super::super::DENIALS_MAX;
use super::samples::{
    complete_list, draft, entry, exit, fact_ref, facts_of, inside, merge, replacing, row, segment, stream,
    zone,
};
use super::{Backend, OWN};
use crate::domain::checkin::{Denial, Draft, FactRange, Kind};
use crate::domain::ids::Sequence;
use crate::domain::time::{Now, UnixSeconds};
use crate::domain::verdict::Reason;

pub(super) fn facts_are_counted_from_1_in_one_stream(backend: Backend) {
    let mut store = backend.open();
    for sequence in 1..=3 {
        let recorded = store.ledger.record(&entry(1, 10 + sequence)).unwrap();
        assert_eq!(
            (recorded.id.stream, recorded.id.sequence),
            (OWN, Sequence(sequence))
        );
        assert_eq!(recorded.draft, entry(1, 10 + sequence));
        assert_eq!(facts_of(store.ledger.as_mut(), 1).last(), Some(&recorded));
    }
}

pub(super) fn a_ticket_brings_its_own_facts_and_those_that_bear_on_all(backend: Backend) {
    let mut store = backend.open();
    let void = Kind::Void(FactRange {
        stream: OWN,
        first: Sequence(1),
        last: Sequence(1),
    });
    let mine = store.ledger.record(&entry(1, 10)).unwrap();
    store.ledger.record(&entry(2, 11)).unwrap();
    let void = store.ledger.record(&draft(void, None, 12)).unwrap();
    // A ticket on it changes nothing: it still bears on every ticket.
    let all_out = store.ledger.record(&draft(Kind::AllOut, Some(2), 13)).unwrap();
    // No ticket, and no kind that bears on all: nobody's.
    store.ledger.record(&draft(Kind::Entry, None, 14)).unwrap();
    assert_eq!(
        facts_of(store.ledger.as_mut(), 1),
        [mine, void.clone(), all_out.clone()]
    );
    assert_eq!(facts_of(store.ledger.as_mut(), 3), [void, all_out]);
}

pub(super) fn a_merged_fact_is_held_once(backend: Backend) {
    let mut store = backend.open();
    complete_list(store.ledger.as_mut(), []);
    let two = segment(2, 1, vec![entry(1, 10), entry(1, 20)]);
    let second_alone = segment(2, 2, vec![entry(1, 20)]);
    merge(store.ledger.as_mut(), &[second_alone, two.clone()]);
    merge(store.ledger.as_mut(), std::slice::from_ref(&two));
    assert_eq!(
        facts_of(store.ledger.as_mut(), 1),
        two.1.facts().collect::<Vec<_>>()
    );
    let status = store.ledger.status().unwrap();
    assert_eq!((status.others_facts, status.contradictions), (2, 0));
}

pub(super) fn another_fact_under_a_taken_identity_is_kept_apart_and_reported(backend: Backend) {
    let mut store = backend.open();
    complete_list(store.ledger.as_mut(), []);
    let told = segment(2, 1, vec![entry(1, 10)]);
    let contradicted = segment(2, 1, vec![exit(1, 10)]);
    merge(store.ledger.as_mut(), std::slice::from_ref(&told));
    merge(store.ledger.as_mut(), std::slice::from_ref(&contradicted));
    merge(store.ledger.as_mut(), &[contradicted]);
    assert_eq!(
        facts_of(store.ledger.as_mut(), 1),
        told.1.facts().collect::<Vec<_>>()
    );
    let status = store.ledger.status().unwrap();
    assert_eq!((status.others_facts, status.contradictions), (1, 1));
}

pub(super) fn every_fact_can_be_listed(backend: Backend) {
    let mut store = backend.open();
    complete_list(store.ledger.as_mut(), []);
    let others = segment(2, 1, vec![entry(1, 10), entry(2, 20)]);
    merge(store.ledger.as_mut(), std::slice::from_ref(&others));
    let mut held: Vec<_> = others.1.facts().collect();
    held.push(store.ledger.record(&draft(Kind::AllOut, None, 30)).unwrap());
    let mut listed = store.ledger.facts().unwrap();
    held.sort_by_key(|fact| fact.id);
    listed.sort_by_key(|fact| fact.id);
    assert_eq!(listed, held);
}

pub(super) fn a_fact_at_the_end_of_numbers_is_kept(backend: Backend) {
    let mut store = backend.open();
    complete_list(store.ledger.as_mut(), []);
    let last = segment(2, u64::MAX, vec![entry(1, 10)]);
    merge(store.ledger.as_mut(), std::slice::from_ref(&last));
    assert_eq!(
        facts_of(store.ledger.as_mut(), 1),
        last.1.facts().collect::<Vec<_>>()
    );
    assert_eq!(inside(store.ledger.as_mut(), "venue"), 1);
}

pub(super) fn the_ring_of_denials_gives_way_at_its_oldest(backend: Backend) {
    let denial = |number: u32| Denial {
        now: Now::exactly(UnixSeconds(10)),
        gate: "north".parse().unwrap(),
        ticket: None,
        reason: Reason::Malformed,
        times: number,
    };
    let mut store = backend.open();
    let surplus = 3;
    let total = u32::try_from(DENIALS_MAX).unwrap() + surplus;
    let all: Vec<Denial> = (1..=total).map(denial).collect();
    store.ledger.note_denials(&all).unwrap();
    store.ledger.note_denials(&[]).unwrap();
    assert_eq!(store.ledger.status().unwrap().denials, DENIALS_MAX as u64);
    assert_eq!(
        store.ledger.denials(2).unwrap(),
        [denial(total), denial(total - 1)]
    );
    let kept = store.ledger.denials(usize::MAX).unwrap();
    assert_eq!(kept.last(), Some(&denial(surplus + 1)));
}

pub(super) fn people_are_counted_in_and_out_and_moved(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    let into_hall = |kind| Draft {
        zone: zone("hall"),
        from_zone: Some(zone("venue")),
        ..draft(kind, Some(1), 0)
    };
    let at = |at_s: u64, draft: Draft| Draft {
        order: at_s * 1000,
        now: Now::exactly(UnixSeconds(at_s)),
        ..draft
    };
    let group = Draft {
        persons: 3,
        ..entry(2, 10)
    };
    let counts = [
        (entry(1, 10), 1, 0),
        (group, 4, 0),
        (at(11, into_hall(Kind::Override)), 3, 1),
        (at(12, into_hall(Kind::Exit)), 4, 0),
        (exit(1, 13), 3, 0),
        (exit(1, 14), 3, 0),
        (exit(2, 15), 2, 0),
    ];
    for (draft, venue, hall) in counts {
        ledger.record(&draft).unwrap();
        assert_eq!(
            (inside(ledger, "venue"), inside(ledger, "hall")),
            (venue, hall),
            "{draft:?}"
        );
    }
}

pub(super) fn who_is_released_or_voided_is_not_inside(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    let group = Draft {
        persons: 3,
        ..entry(1, 10)
    };
    ledger.record(&group).unwrap();
    ledger
        .record(&draft(Kind::Passed(fact_ref(1, 1)), Some(1), 11))
        .unwrap();
    assert_eq!(inside(ledger, "venue"), 3);
    ledger
        .record(&draft(Kind::Released(fact_ref(1, 1)), Some(1), 12))
        .unwrap();
    assert_eq!(inside(ledger, "venue"), 2);
    ledger.record(&entry(2, 13)).unwrap();
    assert_eq!(inside(ledger, "venue"), 3);
    let void = |first, last| {
        Kind::Void(FactRange {
            stream: stream(1),
            first: Sequence(first),
            last: Sequence(last),
        })
    };
    ledger.record(&draft(void(3, 3), None, 14)).unwrap();
    assert_eq!(inside(ledger, "venue"), 4, "the release itself was an error");
    ledger.record(&draft(void(1, 3), None, 15)).unwrap();
    assert_eq!(inside(ledger, "venue"), 1);
}

pub(super) fn all_out_empties_its_zone_alone(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    let in_hall = |of, at_s| Draft {
        zone: zone("hall"),
        ..entry(of, at_s)
    };
    for draft in [
        entry(1, 10),
        entry(2, 10),
        in_hall(3, 10),
        draft(Kind::AllOut, None, 11),
    ] {
        ledger.record(&draft).unwrap();
    }
    assert_eq!((inside(ledger, "venue"), inside(ledger, "hall")), (0, 1));
    ledger.record(&entry(4, 12)).unwrap();
    // Was inside before the zone was emptied: takes nobody else along.
    ledger.record(&exit(1, 13)).unwrap();
    assert_eq!(inside(ledger, "venue"), 1);
    // An entry from before, known only now.
    complete_list(ledger, []);
    merge(ledger, &[segment(2, 1, vec![entry(5, 9)])]);
    assert_eq!(inside(ledger, "venue"), 1);
}

pub(super) fn an_all_out_made_void_empties_nothing(backend: Backend) {
    let mut store = backend.open();
    let void = Kind::Void(FactRange {
        stream: OWN,
        first: Sequence(2),
        last: Sequence(2),
    });
    for (draft, expected) in [
        (entry(1, 10), 1),
        (draft(Kind::AllOut, None, 11), 0),
        (draft(void, None, 12), 1),
    ] {
        store.ledger.record(&draft).unwrap();
        assert_eq!(inside(store.ledger.as_mut(), "venue"), expected, "{draft:?}");
    }
}

pub(super) fn movements_before_the_day_do_not_count(backend: Backend) {
    let mut store = backend.open();
    for draft in [entry(1, 10), entry(2, 20), exit(1, 21)] {
        store.ledger.record(&draft).unwrap();
    }
    for (since_s, expected) in [(0, 1), (10, 1), (11, 1), (20, 1), (21, 0)] {
        let since = UnixSeconds(since_s).millis();
        let inside = store.ledger.occupancy(&zone("venue"), since).unwrap();
        assert_eq!(inside, expected, "since {since_s}");
    }
}

pub(super) fn a_chain_of_tickets_is_counted_as_one(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    complete_list(ledger, [row(1), replacing(2, 1)]);
    ledger.record(&entry(1, 10)).unwrap();
    assert_eq!(inside(ledger, "venue"), 1);
    ledger.record(&exit(2, 11)).unwrap();
    assert_eq!(inside(ledger, "venue"), 0);
}
