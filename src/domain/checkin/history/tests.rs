use proptest::collection::vec;
use proptest::prelude::*;

use super::History;
use crate::domain::checkin::{Draft, Fact, FactRange, FactRef, Kind};
use crate::domain::ids::{GateId, Sequence, StreamId, TicketId, ZoneId};
use crate::domain::time::{ClockState, Now, Span, UnixMillis, UnixSeconds};

const MINUTE: u64 = 60_000;

fn id(stream: u8, sequence: u64) -> FactRef {
    FactRef {
        stream: StreamId::new([stream; 16]),
        sequence: Sequence(sequence),
    }
}

fn zone(name: &str) -> ZoneId {
    name.parse().expect("a name")
}

fn gate(name: &str) -> GateId {
    name.parse().expect("a name")
}

fn now(millis: u64) -> Now {
    Now {
        earliest: UnixMillis(millis),
        latest: Some(UnixMillis(millis)),
        best: UnixMillis(millis),
        state: ClockState::Synced,
    }
}

/// A fact of stream 1 at gate `a` from the outside into `hall`, `sequence` minutes after 1970.
fn fact(sequence: u64, kind: Kind, persons: u8) -> Fact {
    Fact {
        id: id(1, sequence),
        draft: Draft {
            kind,
            ticket: Some(TicketId::new(&[7; 8]).expect("8 bytes")),
            gate: gate("a"),
            zone: zone("hall"),
            from_zone: None,
            now: now(sequence * MINUTE),
            order: sequence * MINUTE,
            persons,
            presented_at: None,
            reason: None,
            flags: Vec::new(),
            rules_version: 1,
            list_version: 1,
            operator: None,
            grounds: None,
        },
    }
}

/// A move between `hall` and `box` behind it.
fn at_box(mut fact: Fact) -> Fact {
    fact.draft.zone = zone("box");
    fact.draft.from_zone = Some(zone("hall"));
    fact
}

fn counts(facts: &[Fact], zone_name: &str) -> (u32, u32) {
    let history = History::fold(facts.iter().cloned());
    let zone = zone(zone_name);
    (
        history.entered(&zone, Span::EVER),
        history.inside(&zone, UnixMillis(0), 2),
    )
}

#[test]
fn persons_enter_and_leave() {
    let (two_in, one_out) = (fact(1, Kind::Entry, 2), fact(2, Kind::Exit, 1));
    assert_eq!(counts(&[], "hall"), (0, 0));
    assert_eq!(counts(std::slice::from_ref(&two_in), "hall"), (2, 2));
    assert_eq!(counts(&[one_out.clone(), two_in.clone()], "hall"), (2, 1));
    assert_eq!(
        counts(&[two_in, one_out, fact(3, Kind::Override, 1)], "hall"),
        (3, 2)
    );
}

#[test]
fn an_entry_into_a_zone_is_an_exit_from_the_one_before_and_back_is_no_entry_there() {
    let mut facts = vec![fact(1, Kind::Entry, 1), at_box(fact(2, Kind::Entry, 1))];
    assert_eq!((counts(&facts, "hall"), counts(&facts, "box")), ((1, 0), (1, 1)));
    facts.push(at_box(fact(3, Kind::Exit, 1)));
    assert_eq!((counts(&facts, "hall"), counts(&facts, "box")), ((1, 1), (1, 0)));
}

#[test]
fn a_return_from_beyond_never_makes_more_persons_than_the_ticket_admits() {
    let missed_scan = [fact(1, Kind::Entry, 2), at_box(fact(2, Kind::Exit, 1))];
    assert_eq!(counts(&missed_scan, "hall"), (2, 2));
    let never_scanned = [at_box(fact(2, Kind::Exit, 1))];
    assert_eq!(counts(&never_scanned, "hall"), (0, 1));
}

#[test]
fn all_out_empties_its_zone_at_its_place_in_the_order() {
    let entry = |sequence| fact(sequence, Kind::Entry, 1);
    let all_out = fact(2, Kind::AllOut, 0);
    assert_eq!(counts(&[entry(1), all_out.clone()], "hall"), (1, 0));
    assert_eq!(counts(&[entry(1), all_out.clone(), entry(3)], "hall"), (2, 1));
    assert_eq!(counts(&[entry(1), at_box(all_out)], "hall"), (1, 1));
}

#[test]
fn what_was_released_is_given_back_whatever_its_order() {
    let released = |sequence, persons| fact(sequence, Kind::Released(id(1, 5)), persons);
    let entry = fact(5, Kind::Entry, 2);
    assert_eq!(counts(&[entry.clone(), released(6, 2)], "hall"), (0, 0));
    assert_eq!(counts(&[entry.clone(), released(4, 1)], "hall"), (1, 1));
    assert_eq!(
        counts(&[entry.clone(), released(6, 1), released(7, 9)], "hall"),
        (0, 0)
    );
    assert_eq!(
        counts(&[entry, fact(6, Kind::Released(id(2, 5)), 2)], "hall"),
        (2, 2)
    );
}

#[test]
fn void_facts_count_no_more_but_a_void_cannot_be_made_void() {
    let range = |first, last| FactRange {
        stream: StreamId::new([1; 16]),
        first: Sequence(first),
        last: Sequence(last),
    };
    let facts = [
        fact(1, Kind::Entry, 1),
        fact(2, Kind::Entry, 1),
        fact(3, Kind::Released(id(1, 1)), 1),
        fact(4, Kind::Void(range(2, 4)), 0),
    ];
    assert_eq!(
        counts(&facts, "hall"),
        (1, 1),
        "2 and the release are void, 1 stands again"
    );
    let late = [fact(4, Kind::Void(range(5, 5)), 0), fact(5, Kind::Entry, 1)];
    assert_eq!(counts(&late, "hall"), (0, 0), "whatever their order");
}

#[test]
fn two_facts_of_one_identity_both_count_and_are_released_once() {
    let one = fact(1, Kind::Entry, 1);
    let mut other = one.clone();
    other.draft.order += 1;
    assert_eq!(counts(&[one.clone(), other.clone(), one.clone()], "hall"), (2, 2));
    let released = fact(3, Kind::Released(id(1, 1)), 1);
    assert_eq!(counts(&[one, other, released], "hall"), (1, 1));
}

#[test]
fn inside_counts_movements_from_an_instant_on() {
    let history = History::fold([fact(1, Kind::Entry, 1), fact(5, Kind::Entry, 1)]);
    let inside = |since| history.inside(&zone("hall"), UnixMillis(since), 2);
    assert_eq!((inside(MINUTE), inside(MINUTE + 1)), (2, 1));
    assert_eq!((inside(5 * MINUTE), inside(5 * MINUTE + 1)), (1, 0));
}

#[test]
fn the_nth_last_person_is_found_in_the_entry_that_brought_them() {
    let facts = [
        fact(1, Kind::Entry, 2),
        fact(2, Kind::Entry, 1),
        fact(3, Kind::Exit, 1),
    ];
    let history = History::fold(facts);
    let nth = |n| {
        history
            .nth_last_person(&zone("hall"), n)
            .map(|fact| fact.id.sequence.0)
    };
    assert_eq!(
        (nth(1), nth(2), nth(3), nth(4)),
        (Some(2), Some(1), Some(1), None)
    );
}

#[test]
fn the_newest_live_code_counts_unless_its_fact_is_void() {
    let presented = |sequence, made| {
        let mut fact = fact(sequence, Kind::Entry, 1);
        fact.draft.presented_at = Some(UnixSeconds(made));
        fact
    };
    let made = |facts: Vec<Fact>| History::fold(facts).last_presented().map(|(made, _)| made.0);
    let void = FactRange {
        stream: StreamId::new([1; 16]),
        first: Sequence(1),
        last: Sequence(1),
    };
    assert_eq!(made(vec![presented(1, 90), presented(2, 70)]), Some(90));
    assert_eq!(
        made(vec![
            presented(1, 90),
            presented(2, 70),
            fact(3, Kind::Void(void), 0)
        ]),
        Some(70)
    );
    assert_eq!(
        made(vec![presented(1, 90), fact(2, Kind::Released(id(1, 1)), 1)]),
        Some(90),
        "a code that was released was used all the same"
    );
}

#[test]
fn an_entry_is_unseen_until_it_passed_or_was_released() {
    let unseen = |facts: Vec<Fact>| {
        History::fold(facts)
            .last_unseen_entry(&gate("a"))
            .map(|fact| fact.id.sequence.0)
    };
    let entry = || fact(1, Kind::Entry, 2);
    assert_eq!(unseen(vec![entry()]), Some(1));
    assert_eq!(unseen(vec![entry(), fact(2, Kind::Passed(id(1, 1)), 2)]), None);
    assert_eq!(unseen(vec![entry(), fact(2, Kind::Released(id(1, 1)), 1)]), None);
    let mut elsewhere = entry();
    elsewhere.draft.gate = gate("b");
    assert_eq!(unseen(vec![elsewhere]), None);
}

#[test]
fn an_order_rises_above_every_fact_that_is_known() {
    let present = 1_000 * MINUTE;
    for (known, expected) in [
        (5, present),
        (present - 1, present),
        (present, present + 1),
        // A gate with a fast clock recorded the entry: the exit after it must still sort after it.
        (present + 15 * MINUTE, present + 15 * MINUTE + 1),
        (u64::MAX, u64::MAX),
    ] {
        let mut entry = fact(1, Kind::Entry, 1);
        entry.draft.order = known;
        assert_eq!(
            History::fold([entry]).next_order(&now(present)),
            expected,
            "{known}"
        );
    }
}

fn any_kind() -> impl Strategy<Value = Kind> {
    let about = || (1..3_u8, 1..6_u64).prop_map(|(stream, sequence)| id(stream, sequence));
    prop_oneof![
        4 => Just(Kind::Entry),
        2 => Just(Kind::Exit),
        1 => Just(Kind::Override),
        1 => about().prop_map(Kind::Passed),
        2 => about().prop_map(Kind::Released),
        1 => (about(), 0..3_u64).prop_map(|(from, more)| Kind::Void(FactRange {
            stream: from.stream,
            first: from.sequence,
            last: Sequence(from.sequence.0 + more),
        })),
        1 => Just(Kind::AllOut),
    ]
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let identity = (1..3_u8, 1..6_u64);
    (
        identity,
        any_kind(),
        0..4_u8,
        0..4_u64,
        any::<bool>(),
        proptest::option::of(0..5_u64),
    )
        .prop_map(|((stream, sequence), kind, persons, order, beyond, made)| {
            let mut fact = fact(sequence, kind, persons);
            fact.id = id(stream, sequence);
            fact.draft.order = order;
            fact.draft.presented_at = made.map(UnixSeconds);
            if beyond { at_box(fact) } else { fact }
        })
}

proptest! {
    #[test]
    fn order_duplication_and_grouping_never_change_a_history(
        (facts, shuffled) in vec(any_fact(), 0..12).prop_flat_map(|facts| (Just(facts.clone()), Just(facts).prop_shuffle())),
        repeated in vec(any::<prop::sample::Index>(), 0..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let history = History::fold(facts.clone());
        prop_assert_eq!(&History::fold(shuffled.clone()), &history);
        let again = repeated.iter().filter(|_| !facts.is_empty()).map(|i| i.get(&facts).clone());
        prop_assert_eq!(&History::fold(shuffled.iter().cloned().chain(again)), &history);
        let (left, right) = facts.split_at(cut.index(facts.len() + 1));
        let overlapping = right.iter().chain(left).chain(right).cloned();
        prop_assert_eq!(&History::fold(overlapping), &history);
    }

    #[test]
    fn what_is_given_back_or_void_is_as_if_it_had_never_been(others in vec(any_fact(), 0..8), persons in 1..4_u8) {
        let mut entry = fact(1, Kind::Entry, persons);
        entry.id = id(9, 1);
        let released = Fact { id: id(9, 2), ..fact(2, Kind::Released(id(9, 1)), persons) };
        let void = FactRange { stream: StreamId::new([9; 16]), first: Sequence(1), last: Sequence(1) };
        let void = Fact { id: id(9, 2), ..fact(2, Kind::Void(void), 0) };
        for cancelled in [released, void] {
            let with = History::fold(others.iter().cloned().chain([entry.clone(), cancelled]));
            let without = History::fold(others.clone());
            for name in ["hall", "box"] {
                let of = |history: &History| (
                    history.entered(&zone(name), Span::EVER),
                    history.inside(&zone(name), UnixMillis(0), 3),
                    history.entry_count(&zone(name)),
                );
                prop_assert_eq!(of(&with), of(&without));
            }
        }
    }

    #[test]
    fn nobody_is_inside_who_neither_entered_nor_came_back(facts in vec(any_fact(), 0..12)) {
        let history = History::fold(facts.clone());
        let moved = |name: &str| facts.iter()
            .filter(|fact| fact.draft.zone == zone(name) || fact.draft.from_zone == Some(zone(name)))
            .map(|fact| u32::from(fact.draft.persons)).sum::<u32>();
        for name in ["hall", "box"] {
            prop_assert!(history.inside(&zone(name), UnixMillis(0), 3) <= moved(name));
            let persons = history.entered(&zone(name), Span::EVER);
            prop_assert_eq!(history.nth_last_person(&zone(name), persons + 1), None);
            prop_assert_eq!(history.nth_last_person(&zone(name), persons).is_some(), persons > 0);
        }
    }
}
