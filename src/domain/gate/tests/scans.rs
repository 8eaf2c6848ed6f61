//! What one scan is.

use super::*;
use crate::domain::admission::Reach;
use crate::domain::gate::{Answer, Outcome};
use crate::domain::rules::{Elsewhere, Home};
use crate::domain::verdict::{Flag, Prompt};

#[test]
fn a_ticket_in_view_is_judged_once_and_again_when_unseen_for_two_seconds() {
    for (away, expected) in [(1999, 1), (2000, 2)] {
        let mut venue = Venue::new(Direction::Entry, "");
        let text = code(1);
        for at in [0, 33, 66] {
            venue.frame(&[&text], at);
        }
        venue.frame(&[], 99);
        venue.frame(&[&text], 66 + away);
        assert_eq!(venue.said.len(), expected, "{away}");
    }
}

#[test]
fn the_refreshed_texts_of_a_live_code_are_one_scan() {
    let mut venue = Venue::new(Direction::Entry, "");
    for second in 0..5 {
        venue.frame(&[&live(1, NOON.plus(second))], second * 1000);
    }
    assert_eq!(venue.words(), [(Some(1), "")]);
}

#[test]
fn a_live_code_shown_again_is_stale_and_a_bare_credential_needs_one() {
    let mut venue = Venue::new(Direction::Entry, r#""reentry":"free""#);
    let text = live(1, NOON);
    venue.frame(&[&text], 0);
    venue.frame(&[&text], 5000);
    assert_eq!(venue.words(), [(Some(1), ""), (Some(1), "STALE_CODE")]);
    let bound = issued(Claims {
        ticket: id(2),
        holder: Some(HolderKey(
            SigningKey::from_bytes(&HOLDER).verifying_key().to_bytes(),
        )),
        ..claims()
    });
    venue.frame(&[&bound], 20_000);
    assert_eq!(venue.words().last(), Some(&(Some(2), "NEEDS_LIVE_CODE")));
}

#[test]
fn a_signature_is_checked_once_for_a_text_and_anew_with_other_keys() {
    let mut venue = Venue::new(Direction::Entry, "");
    venue.frame(&[&code(1)], 0);
    let mut config = venue.gate.config().clone();
    config.trust = Trust::default();
    venue.send(Event::Configured(Box::new(config)), 10);
    venue.frame(&[&code(1)], 20);
    assert_eq!(venue.words(), [(Some(1), ""), (None, "WRONG_EVENT")]);
}

#[test]
fn a_code_that_is_no_ticket_is_ignored_beside_one_and_complained_about_alone() {
    let mut venue = Venue::new(Direction::Entry, "");
    let text = code(1);
    venue.frame(&["https://example.org", &text], 0);
    venue.frame(&["https://example.org"], 1999);
    assert_eq!(
        venue.words(),
        [(Some(1), "")],
        "the ticket is in view, though unread"
    );
    for at in [2000, 5000, 11_999, 12_000, 13_000] {
        venue.frame(&["https://example.org"], at);
    }
    let malformed = (None, "MALFORMED");
    assert_eq!(venue.words(), [(Some(1), ""), malformed, malformed]);
}

#[test]
fn a_ticket_has_its_turn_at_once_after_a_code_that_is_none() {
    let mut venue = Venue::new(Direction::Entry, "");
    venue.frame(&["poster", "another"], 0);
    venue.frame(&["poster", &code(1)], 33);
    assert_eq!(venue.words(), [(None, "MALFORMED"), (Some(1), "")]);
}

#[test]
fn two_tickets_in_view_take_turns_the_larger_first() {
    let mut venue = Venue::new(Direction::Entry, "");
    let (one, two) = (code(1), code(2));
    for at in (0..1500).step_by(100) {
        venue.frame(&[&two, &one], at);
        venue.frame(&[&one], at + 50);
    }
    assert_eq!(venue.words(), [(Some(2), "")]);
    venue.frame(&[&two, &one], 1500);
    assert_eq!(venue.words(), [(Some(2), ""), (Some(1), "")]);
}

#[test]
fn the_next_guests_ticket_alone_in_view_does_not_wait() {
    let mut venue = Venue::new(Direction::Entry, "");
    venue.frame(&[&code(1)], 0);
    venue.frame(&[&code(2)], 33);
    assert_eq!(venue.words(), [(Some(1), ""), (Some(2), "")]);
}

#[test]
fn another_person_starts_anew() {
    let mut venue = Venue::new(Direction::Entry, "");
    venue.frame(&[&code(1)], 0);
    venue.send(Event::NewPerson, 10);
    venue.frame(&[&code(1)], 20);
    assert_eq!(venue.words(), [(Some(1), ""), (Some(1), "ALREADY_USED")]);
    assert_eq!(venue.said[1].flags, [Flag::JustNow]);
    assert_eq!(venue.said[1].fact.as_deref(), venue.facts.first());
}

#[test]
fn every_line_is_a_scan_but_blank_ones() {
    let mut venue = Venue::new(Direction::Entry, "");
    for text in [code(1).as_str(), code(1).as_str(), "", " ", "x", "x"] {
        venue.line(text, 0);
    }
    let expected = [
        (Some(1), ""),
        (Some(1), "ALREADY_USED"),
        (None, "MALFORMED"),
        (None, "MALFORMED"),
    ];
    assert_eq!(venue.words(), expected);
    venue.frame(&[&code(1)], 1000);
    assert_eq!(
        venue.said.len(),
        4,
        "what a scanner read is judged for the camera too"
    );
}

#[test]
fn lines_wait_while_a_scan_is_on_its_way_and_a_flood_is_dropped() {
    let mut gate = Gate::new(config(Direction::Entry, ""));
    let line = || Event::Line { text: code(1) };
    let mut effects = Vec::new();
    for _ in 0..34 {
        effects.extend(gate.handle(line(), Moment(0), &now_at(0)));
    }
    let lookups = effects
        .iter()
        .filter(|effect| matches!(effect, Effect::LookUp { .. }))
        .count();
    let dropped = effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Fault(_)))
        .count();
    assert_eq!((lookups, dropped), (1, 1));
    let why = String::new();
    let next = gate.handle(Event::LookUpFailed { ticket: id(1), why }, Moment(1), &now_at(1));
    assert!(matches!(
        next[..],
        [Effect::Fault(_), Effect::Announce(_), Effect::LookUp { .. }]
    ));
}

#[test]
fn staff_are_asked_and_their_answer_counts_once() {
    let mut venue = Venue::new(Direction::Entry, r#""prompt":"check-id""#);
    venue.frame(&[&code(1)], 0);
    assert_eq!(venue.said[0].prompt, Some(Prompt::CheckId));
    assert_eq!((venue.said[0].verdict, venue.opened.len()), (Outcome::Ask, 0));
    venue.send(Event::Answered(Answer::Yes), 59_999);
    venue.send(Event::Answered(Answer::Yes), 59_999);
    assert_eq!((venue.said.len(), venue.opened.len()), (2, 1));
}

#[test]
fn an_answer_that_is_no_or_late_or_about_another_guest_opens_nothing() {
    let asked = || {
        let mut venue = Venue::new(Direction::Entry, r#""prompt":"confirm""#);
        venue.frame(&[&code(1)], 0);
        venue
    };
    let mut no = asked();
    no.send(Event::Answered(Answer::No), 10);
    no.send(Event::Answered(Answer::Yes), 20);
    let mut late = asked();
    late.send(Event::Answered(Answer::Yes), 60_000);
    let mut other = asked();
    other.send(Event::NewPerson, 10);
    other.send(Event::Answered(Answer::Yes), 20);
    for venue in [no, late, other] {
        assert_eq!((venue.opened.len(), venue.facts.len()), (0, 0));
    }
}

#[test]
fn the_rest_of_a_group_is_chosen_on_screen() {
    let mut venue = Venue::new(Direction::Entry, r#""group":"chosen""#);
    let group = issued(Claims {
        admits: 5,
        ..claims()
    });
    venue.frame(&[&group], 0);
    assert_eq!(venue.said[0].prompt, Some(Prompt::GroupSize { rest: 5 }));
    venue.send(Event::Answered(Answer::Persons(3)), 10);
    assert_eq!(
        (venue.said[1].persons, venue.facts[0].draft.persons),
        (Some(3), 3)
    );
    venue.frame(&[], 3000);
    venue.frame(&[&group], 6000);
    assert_eq!(venue.said[2].prompt, Some(Prompt::GroupSize { rest: 2 }));
}

#[test]
fn an_announcement_has_the_names_that_are_printed() {
    let mut venue = Venue::new(Direction::Entry, "");
    venue.line("poster", 0);
    let json = serde_json::to_value(&venue.said[0]).expect("JSON");
    let expected = serde_json::json!({
        "text": "poster", "ticket": null, "kind": "entry", "verdict": "deny", "reason": "MALFORMED", "fact": null,
        "entry": null, "persons": null, "prompt": null, "flags": [], "gate": "gate-a",
    });
    assert_eq!(json, expected);
}

#[test]
fn a_guest_of_another_gate_is_told_which_while_gates_are_apart() {
    let mut config = config(Direction::Entry, "");
    let north: crate::domain::ids::GateId = "north".parse().expect("a name");
    config.rules.homes = vec![Home {
        types: None,
        hash: None,
        gates: vec![north.clone()],
        elsewhere: Elsewhere::Refuse,
    }];
    let mut venue = Venue::with(config);
    venue.line(&code(1), 0);
    venue.send(Event::Reach(Reach::Together), 2000);
    venue.line(&code(1), 3000);
    venue.send(Event::Reach(Reach::Apart), 4000);
    venue.line(&code(2), 5000);
    assert_eq!(
        venue.words(),
        [
            (Some(1), "NOT_HOME_GATE"),
            (Some(1), ""),
            (Some(2), "NOT_HOME_GATE")
        ]
    );
    assert_eq!(venue.said[0].homes, [north]);
    assert_eq!(venue.said[1].homes, []);
}

#[test]
fn staff_see_that_a_ticket_has_an_open_case() {
    let mut venue = Venue::new(Direction::Entry, "");
    venue.conflict = true;
    venue.line(&code(1), 0);
    assert_eq!(venue.said[0].flags, [Flag::Conflict]);
    assert_eq!(venue.facts[0].draft.flags, [Flag::Conflict]);
}

#[test]
fn a_gate_that_was_told_to_forget_its_event_admits_nobody_and_says_so() {
    let mut venue = Venue::new(Direction::Entry, "");
    venue.line(&code(1), 0);
    let closed = Config {
        closed: true,
        trust: Trust::default(),
        ..config(Direction::Entry, "")
    };
    venue.send(Event::Configured(Box::new(closed.clone())), 1000);
    assert_eq!(venue.faults, 1);
    venue.send(Event::Configured(Box::new(closed)), 1500);
    assert_eq!(venue.faults, 1, "said once");
    venue.line(&code(2), 10_000);
    venue.frame(&["no ticket"], 20_000);
    assert_eq!(
        venue.words(),
        [(Some(1), ""), (None, "OUT_OF_ORDER"), (None, "OUT_OF_ORDER")]
    );
    assert_eq!(venue.opened.len(), 1);
}
