//! Directions, refusals on their way to the ring, and what a count hangs on.

use super::*;
use crate::domain::gate::Outcome;
use crate::domain::rules::Rulebook;

#[test]
fn an_exit_opens_and_says_what_was_wrong() {
    let mut venue = Venue::new(Direction::Exit, "");
    venue.frame(&[&code(1)], 0);
    assert_eq!(
        (venue.words(), venue.opened.len()),
        (vec![(Some(1), "NOT_INSIDE")], 1)
    );
    assert_eq!(
        (venue.said[0].verdict, venue.kinds()),
        (Outcome::Admit, vec![Kind::Exit])
    );
    assert!(venue.opened[0].is_exit());
    venue.frame(&["poster"], 5000);
    assert_eq!(
        venue.words().last(),
        Some(&(None, "MALFORMED")),
        "no signature, no exit"
    );
    assert_eq!(venue.opened.len(), 1);
}

#[test]
fn a_look_moves_nobody_and_leaves_no_trace() {
    let mut venue = Venue::new(Direction::Check, "");
    venue.frame(&[&code(1)], 0);
    venue.frame(&["poster"], 5000);
    venue.send(Event::Closing, 5001);
    assert_eq!(
        (venue.said[0].verdict, venue.said[0].entry),
        (Outcome::Admit, Some(1))
    );
    assert!(venue.facts.is_empty() && venue.opened.is_empty() && venue.denials.is_empty());
}

#[test]
fn repeated_refusals_are_one_that_counts() {
    let mut venue = Venue::new(Direction::Entry, "");
    for at in [0, 3000, 9999] {
        venue.line("poster", at);
        venue.line("another", at);
    }
    assert_eq!(venue.denials, [], "held back while a repeat can follow");
    assert_eq!(venue.gate.wakes_at(), Some(Moment(10_000)));
    venue.send(Event::Tick, 10_000);
    assert_eq!(
        venue
            .denials
            .iter()
            .map(|denial| denial.times)
            .collect::<Vec<_>>(),
        [3, 3]
    );
    venue.line("poster", 10_001);
    venue.send(Event::Closing, 10_002);
    assert_eq!(venue.denials.last().map(|denial| denial.times), Some(1));
    assert_eq!(venue.gate.wakes_at(), None);
}

#[test]
fn a_refusal_names_its_ticket_only_where_the_signature_held() {
    let mut venue = Venue::new(Direction::Entry, "");
    let forger = SigningKey::from_bytes(&[99; 32]);
    let forged_code = issue(&claims(), "k", &forger).expect("a ticket");
    let expired = Claims {
        valid_until: NOON,
        ..claims()
    };
    let expired = issued(expired);
    venue.line(&forged_code, 0);
    venue.line(&expired, 0);
    venue.send(Event::Closing, 1);
    let denied: Vec<_> = venue
        .denials
        .iter()
        .map(|denial| (denial.ticket, denial.reason))
        .collect();
    assert_eq!(
        denied,
        [
            (None, Reason::BadSignature),
            (Some(claims().ticket), Reason::Expired)
        ]
    );
}

#[test]
fn persons_are_counted_only_where_a_zone_has_a_limit() {
    let count = |zone: &str, direction| {
        let mut config = config(direction, "");
        config.rules = Rulebook::from_json(&format!(r#"{{"event":"spring-26","zones":{{"venue":{zone}}}}}"#))
            .expect("rules");
        let mut gate = Gate::new(config);
        let effects = gate.handle(Event::Line { text: code(1) }, Moment(0), &now_at(0));
        match effects.into_iter().next() {
            Some(Effect::LookUp { count, .. }) => count.map(|count| count.since),
            other => panic!("{other:?}"),
        }
    };
    let day = NOON.minus(7 * 3600).millis();
    assert_eq!(count("{}", Direction::Entry), None);
    assert_eq!(count(r#"{"capacity":5}"#, Direction::Entry), Some(day));
    assert_eq!(count(r#"{"capacity":5}"#, Direction::Exit), None);
    let overnight = count(r#"{"capacity":5,"overnight":true}"#, Direction::Entry);
    assert_eq!(overnight.map(|since| since.0), Some(0));
}

#[test]
fn a_gate_that_was_turned_round_lets_out() {
    let mut venue = Venue::new(Direction::Entry, "");
    venue.line(&code(1), 0);
    let turned = config(Direction::Exit, "");
    venue.send(Event::Configured(Box::new(turned)), 10);
    venue.line(&code(1), 20);
    assert_eq!(venue.kinds(), [Kind::Entry, Kind::Exit]);
    assert_eq!(venue.words(), [(Some(1), ""), (Some(1), "")]);
}
