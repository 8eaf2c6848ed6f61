//! What is found is a function of the set of facts: neither the way they came nor how often changes it.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::domain::checkin::{FactRange, History};
use crate::domain::conflict::judge;
use crate::domain::time::Span;

const CASES: u32 = 256;

fn any_kind() -> impl Strategy<Value = Kind> {
    let any_ref = || (1..=3_u8, 1..=4_u64).prop_map(|(stream, sequence)| fact_ref(stream, sequence));
    prop_oneof![
        6 => Just(Kind::Entry),
        2 => Just(Kind::Exit),
        1 => Just(Kind::Override),
        1 => any_ref().prop_map(Kind::Passed),
        1 => any_ref().prop_map(Kind::Released),
        1 => any_ref().prop_map(|fact| Kind::Void(FactRange {
            stream: fact.stream,
            first: fact.sequence,
            last: fact.sequence,
        })),
        1 => Just(Kind::AllOut),
    ]
}

/// Facts of three gates, each of which counts its own without gaps.
fn any_facts() -> impl Strategy<Value = Vec<Fact>> {
    let one = (1..=3_u8, any_kind(), 0..20_u64, 1..=2_u8);
    vec(one, 1..10).prop_map(|drawn| {
        let mut counts = [0_u64; 4];
        let mut facts = Vec::new();
        for (stream, kind, at_s, moved) in drawn {
            let count = &mut counts[usize::from(stream)];
            *count += 1;
            facts.push(persons(moved, fact(stream, *count, kind, 1, at_s)));
        }
        facts
    })
}

fn any_rules() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just(""),
        Just(r#""group":"chosen""#),
        Just(r#""reentry":"after-exit""#),
        Just(r#""reentry":"free","entries_max":2"#),
        Just(r#""reentry":"free","gap_s":5"#),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn the_way_facts_came_changes_nothing(
        facts in any_facts(),
        shuffled in any::<proptest::sample::Index>(),
        adult in any_rules(),
        admits in 1..=2_u8,
    ) {
        let tickets = [issued(1, admits)];
        let expected = judge(facts.clone(), &tickets, &rules(adult));
        let mut other = facts.clone();
        other.rotate_left(shuffled.index(facts.len()));
        other.extend(facts.iter().rev().cloned());
        prop_assert_eq!(judge(other, &tickets, &rules(adult)), expected);
    }

    /// The replay is what it is meant to be: the fold of the facts before, and of what was said of them later.
    #[test]
    fn a_replay_folds_what_came_before(facts in any_facts()) {
        let takes_back = |fact: &Fact| matches!(fact.draft.kind, Kind::Released(_) | Kind::Void(_));
        History::fold(facts.iter().cloned()).replay(|step| {
            let before = facts
                .iter()
                .filter(|fact| fact.sort_key() < step.fact.sort_key() || takes_back(fact));
            let fold = History::fold(before.cloned());
            let zone = &step.fact.draft.zone;
            assert_eq!(step.before.entered(zone, Span::EVER), fold.entered(zone, Span::EVER));
            assert_eq!(step.before.last_entry(zone, Span::EVER), fold.last_entry(zone, Span::EVER));
        });
    }

    /// Against a count of a few lines: where each person enters once, an entry is found where those before it and its
    /// own are more than the ticket admits.
    #[test]
    fn without_reentry_the_findings_are_those_of_a_plain_count(
        times in vec((1..=3_u8, 0..50_u64, 1..=2_u8), 1..8),
        admits in 1..=4_u8,
    ) {
        let entries = times.iter().zip(1..).map(|((stream, at_s, moved), sequence)| {
            persons(*moved, entry(*stream, sequence, 1, *at_s))
        });
        let mut entries: Vec<Fact> = entries.collect();
        let found = judge(entries.clone(), &[issued(1, admits)], &rules(r#""group":"chosen""#));
        entries.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        let mut inside = 0;
        let mut expected = Vec::new();
        for fact in &entries {
            inside += u32::from(fact.draft.persons);
            if inside > u32::from(admits) {
                expected.push(fact.id);
            }
        }
        let denied: Vec<FactRef> = found.iter().map(|finding| finding.denied).collect();
        prop_assert_eq!(denied, expected);
    }
}
