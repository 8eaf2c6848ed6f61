//! What is a finding, and what is none.

use super::*;
use crate::domain::checkin::FactRange;
use crate::domain::conflict::{Finding, judge};
use crate::domain::rules::Zone;
use crate::domain::verdict::Reason;

/// The findings about ticket 1, which admits so many, by these rules of its type.
fn found(adult: &str, admits: u8, facts: &[Fact]) -> Vec<Finding> {
    judge(facts.iter().cloned(), &[issued(1, admits)], &rules(adult))
}

fn finding(denied: (u8, u64), reason: Reason, because: Option<(u8, u64)>) -> Finding {
    Finding {
        denied: fact_ref(denied.0, denied.1),
        reason,
        because: because.map(|(stream, sequence)| fact_ref(stream, sequence)),
    }
}

#[test]
fn one_ticket_at_two_gates_is_one_finding_about_the_later() {
    let facts = [entry(2, 1, 1, 60), entry(1, 1, 1, 30)];
    let expected = [finding((2, 1), Reason::AlreadyUsed, Some((1, 1)))];
    assert_eq!(found("", 1, &facts), expected);
    assert_eq!(found("", 1, &facts[..1]), []);
}

#[test]
fn each_gate_too_many_is_found() {
    let facts = [entry(1, 1, 1, 10), entry(2, 1, 1, 20), entry(3, 1, 1, 30)];
    assert_eq!(
        found("", 1, &facts),
        [
            finding((2, 1), Reason::AlreadyUsed, Some((1, 1))),
            finding((3, 1), Reason::AlreadyUsed, Some((2, 1))),
        ]
    );
}

#[test]
fn a_group_is_a_finding_only_beyond_its_number() {
    let facts = |second: u8| {
        [
            persons(3, entry(1, 1, 1, 10)),
            persons(second, entry(2, 1, 1, 20)),
        ]
    };
    for group in [r#""group":"chosen""#, r#""group":"one-by-one""#] {
        assert_eq!(found(group, 5, &facts(2)), [], "{group}");
        let denied = finding((2, 1), Reason::AlreadyUsed, Some((1, 1)));
        assert_eq!(found(group, 5, &facts(3)), [denied], "{group}");
    }
}

#[test]
fn what_was_given_back_or_made_void_counts_whenever_it_was_said() {
    let (first, second) = (entry(1, 1, 1, 10), entry(2, 1, 1, 20));
    let released = |about: &Fact| fact(3, 1, Kind::Released(about.id), 1, 500);
    let range = |about: &Fact| FactRange {
        stream: about.id.stream,
        first: about.id.sequence,
        last: about.id.sequence,
    };
    let void = |about: &Fact| {
        let mut void = fact(3, 1, Kind::Void(range(about)), 1, 500);
        void.draft.ticket = None;
        void
    };
    for undone in [released(&first), released(&second), void(&first), void(&second)] {
        let facts = [first.clone(), second.clone(), undone];
        assert_eq!(found("", 1, &facts), [], "{:?}", facts[2].draft.kind);
    }
}

#[test]
fn of_a_group_that_partly_did_not_pass_those_who_did_count() {
    let facts = [
        persons(2, entry(1, 1, 1, 10)),
        persons(2, entry(2, 1, 1, 20)),
        fact(2, 2, Kind::Released(fact_ref(2, 1)), 1, 21),
    ];
    assert_eq!(found(r#""group":"chosen""#, 3, &facts), []);
    assert_eq!(found(r#""group":"chosen""#, 3, &facts[..2]).len(), 1);
}

#[test]
fn overrides_and_exits_are_no_findings_but_count() {
    let override_first = [fact(1, 1, Kind::Override, 1, 10), entry(2, 1, 1, 20)];
    assert_eq!(
        found("", 1, &override_first),
        [finding((2, 1), Reason::AlreadyUsed, Some((1, 1)))]
    );
    let override_later = [entry(1, 1, 1, 10), fact(2, 1, Kind::Override, 1, 20)];
    assert_eq!(found("", 1, &override_later), []);
    assert_eq!(found("", 1, &[fact(1, 1, Kind::Exit, 1, 10)]), []);
    let out_between = [
        entry(1, 1, 1, 10),
        fact(2, 1, Kind::Exit, 1, 20),
        entry(3, 1, 1, 30),
    ];
    assert_eq!(found(r#""reentry":"after-exit""#, 1, &out_between), []);
    assert_eq!(
        found(
            r#""reentry":"after-exit""#,
            1,
            &[out_between[0].clone(), out_between[2].clone()]
        ),
        [finding((3, 1), Reason::AlreadyInside, Some((1, 1)))]
    );
}

#[test]
fn an_entry_after_the_revocation_is_a_finding_and_one_before_it_is_none() {
    let at = |at_s: u64, status: Status| {
        let ticket = given(status, 60, issued(1, 1));
        judge([entry(1, 1, 1, at_s)], &[ticket], &rules(""))
    };
    assert_eq!(at(59, Status::Revoked), []);
    assert_eq!(at(60, Status::Revoked), [finding((1, 1), Reason::Revoked, None)]);
    assert_eq!(at(60, Status::Blocked), [finding((1, 1), Reason::Blocked, None)]);
}

#[test]
fn a_blocked_ticket_that_came_back_counts_again() {
    let ticket = given(Status::Valid, 90, given(Status::Blocked, 60, issued(1, 1)));
    for (at_s, findings) in [(59, 0), (60, 1), (89, 1), (90, 0)] {
        let found = judge([entry(1, 1, 1, at_s)], std::slice::from_ref(&ticket), &rules(""));
        assert_eq!(found.len(), findings, "{at_s}");
    }
}

#[test]
fn what_was_never_issued_is_a_finding() {
    assert_eq!(
        found("", 1, &[entry(1, 1, 2, 10)]),
        [finding((1, 1), Reason::NotOnList, None)]
    );
}

#[test]
fn the_issues_of_a_ticket_are_one() {
    let mut newer = issued(2, 1);
    newer.row.replaces = Some(id(1));
    let older = given(Status::Revoked, 60, issued(1, 1));
    let facts = [entry(1, 1, 1, 30), entry(2, 1, 2, 90)];
    assert_eq!(
        judge(facts, &[older, newer], &rules("")),
        [finding((2, 1), Reason::AlreadyUsed, Some((1, 1)))]
    );
}

#[test]
fn a_window_is_judged_by_the_time_of_the_fact() {
    let window = format!(
        r#""reentry":"free","windows":[{{"absolute":{{"from":{},"until":{}}}}}]"#,
        DAY.0,
        DAY.0 + 60
    );
    assert_eq!(found(&window, 1, &[entry(1, 1, 1, 59)]), []);
    assert_eq!(
        found(&window, 1, &[entry(1, 1, 1, 60)]),
        [finding((1, 1), Reason::OutsideWindow, None)]
    );
    let mut unsure = entry(1, 1, 1, 60);
    unsure.draft.now.earliest = DAY.millis();
    assert_eq!(found(&window, 1, &[unsure]), []);
}

#[test]
fn a_code_that_was_shown_at_both_gates_is_a_copy() {
    let shown = |made_s: u64, fact: Fact| Fact {
        draft: Draft {
            presented_at: Some(DAY.plus(made_s)),
            ..fact.draft
        },
        ..fact
    };
    let facts = [shown(5, entry(1, 1, 1, 10)), shown(5, entry(2, 1, 1, 20))];
    assert_eq!(
        found("", 1, &facts),
        [finding((2, 1), Reason::StaleCode, Some((1, 1)))]
    );
}

#[test]
fn neither_prompts_nor_full_zones_nor_home_gates_are_findings() {
    let mut rules = rules(r#""prompt":"check-id","unlisted":"confirm""#);
    let full = Zone {
        capacity: Some(1),
        overnight: false,
    };
    rules.zones.insert("venue".parse().expect("a name"), full);
    rules.homes = Rulebook::from_json(r#"{"event":"e","homes":[{"gates":["gate-9"]}]}"#)
        .expect("rules")
        .homes;
    let tickets = [issued(1, 1), issued(2, 1)];
    for ticket in [1, 2] {
        assert_eq!(judge([entry(1, 1, ticket, 10)], &tickets, &rules), []);
    }
}
