//! A gate whose hardware sees guests pass.

use super::*;

fn turnstile(adult: &str) -> Venue {
    let mut config = config(Direction::Entry, adult);
    config.passage = Passage::Sensor;
    Venue::with(config)
}

fn first(venue: &Venue) -> FactRef {
    venue.opened[0].about().expect("a fact")
}

#[test]
fn who_passed_is_recorded_and_who_did_not_may_come_again() {
    let mut venue = turnstile("");
    venue.frame(&[&code(1)], 0);
    let about = first(&venue);
    venue.send(Event::Passed(about), 500);
    assert_eq!(venue.kinds(), [Kind::Entry, Kind::Passed(about)]);
    let mut venue = turnstile("");
    venue.frame(&[&code(1)], 0);
    venue.send(Event::Released(about), 500);
    assert_eq!(venue.kinds(), [Kind::Entry, Kind::Released(about)]);
    venue.frame(&[&code(1)], 5000);
    assert_eq!(venue.words(), [(Some(1), ""), (Some(1), "")]);
    assert_eq!(venue.said[1].entry, Some(1));
}

#[test]
fn without_passage_the_entry_is_given_back_after_ten_seconds() {
    let mut venue = turnstile("");
    venue.frame(&[&code(1)], 0);
    let about = first(&venue);
    venue.send(Event::Tick, 9_999);
    assert_eq!(venue.kinds(), [Kind::Entry]);
    assert_eq!(venue.gate.wakes_at(), Some(Moment(10_000)));
    venue.send(Event::Tick, 10_000);
    assert_eq!(venue.kinds(), [Kind::Entry, Kind::Released(about)]);
    assert!(venue.facts[1].draft.order > venue.facts[0].draft.order);
}

#[test]
fn the_rest_of_a_group_is_given_back() {
    let mut venue = turnstile(r#""group":"chosen""#);
    let group = issued(Claims {
        admits: 3,
        ..claims()
    });
    venue.frame(&[&group], 0);
    venue.send(Event::Answered(crate::domain::gate::Answer::Persons(3)), 0);
    let about = first(&venue);
    venue.send(Event::Passed(about), 100);
    assert_eq!(venue.facts.len(), 1);
    venue.send(Event::Released(about), 200);
    assert_eq!(
        (venue.facts[1].draft.kind, venue.facts[1].draft.persons),
        (Kind::Released(about), 2)
    );
}

#[test]
fn the_next_ticket_waits_for_the_passage() {
    let mut venue = turnstile("");
    venue.frame(&[&code(1)], 0);
    let about = first(&venue);
    venue.frame(&[&code(2)], 3000);
    venue.line(&code(3), 3000);
    assert_eq!(venue.said.len(), 1);
    let other = FactRef {
        sequence: Sequence(77),
        ..about
    };
    venue.send(Event::Passed(other), 3500);
    assert_eq!(venue.said.len(), 1, "another passage");
    venue.send(Event::Passed(about), 4000);
    assert_eq!(venue.words()[1..], [(Some(3), "")], "the line that waited");
}

#[test]
fn a_line_that_waits_for_the_passage_is_not_judged_when_the_process_ends() {
    let mut venue = turnstile("");
    venue.frame(&[&code(1)], 0);
    venue.line("poster", 3000);
    // The passage is over at the same moment, so that the line would have its turn.
    venue.send(Event::Closing, 10_000);
    assert_eq!((venue.said.len(), venue.denials.len()), (1, 0));
}

#[test]
fn an_entry_that_a_restart_interrupted_is_resumed_and_not_counted_again() {
    let mut before = turnstile("");
    before.frame(&[&code(1)], 0);
    let mut config = before.gate.config().clone();
    config.earlier_streams = vec![OWN];
    let mut venue = Venue::with(config);
    venue.facts = before.facts;
    venue.frame(&[&code(1)], 60_000);
    assert_eq!(
        venue.said[0].prompt,
        Some(crate::domain::verdict::Prompt::Interrupted)
    );
    venue.send(Event::Answered(crate::domain::gate::Answer::Yes), 61_000);
    let entry = venue.facts[0].id;
    assert_eq!(venue.kinds(), [Kind::Entry, Kind::Passed(entry)]);
    assert_eq!((first(&venue), venue.said[1].entry), (entry, Some(1)));
}
