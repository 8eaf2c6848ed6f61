//! Durable before green: no order of events opens a gate before the ledger's word on the very fact.

use super::*;
use crate::domain::gate::{Answer, Desk};

/// What was handed to the ledger and not answered.
#[derive(Clone)]
struct Explored {
    gate: Gate,
    text: String,
    awaited: Option<Draft>,
    opened: usize,
}

/// Events that may come at any time, by number; those that answer are made from what the gate wanted last.
const EVENTS: usize = 16;

fn event(number: usize, explored: &Explored) -> Option<Event> {
    let draft = || explored.awaited.clone();
    let why = || "why".to_owned();
    let text = explored.text.clone();
    let about = FactRef {
        stream: OWN,
        sequence: Sequence(1),
    };
    Some(match number {
        0 => Event::Frame { codes: vec![text] },
        1 => Event::Line { text },
        2 => Event::NewPerson,
        3 => known(1),
        4 => known(2),
        5 => Event::LookUpFailed {
            ticket: id(1),
            why: why(),
        },
        6 => Event::Recorded(Box::new(recorded(draft()?, 1))),
        7 => Event::Recorded(Box::new(recorded(
            Draft {
                persons: 9,
                ..draft()?
            },
            1,
        ))),
        8 => Event::RecordFailed {
            draft: Box::new(draft()?),
            why: why(),
        },
        9 => Event::Passed(about),
        10 => Event::Released(about),
        11 => Event::Answered(Answer::Yes),
        12 => Event::Configured(Box::new(explored.gate.config().clone())),
        13 => Event::Desk(Desk::Override {
            ticket: id(1),
            operator: "supervisor-1".parse().expect("a name"),
            grounds: None,
        }),
        14 => Event::Desk(Desk::Undo { operator: None }),
        _ => Event::Tick,
    })
}

fn known(ticket: u8) -> Event {
    Event::Known {
        ticket: id(ticket),
        known: Box::new(Known {
            listing: Listing::NoList,
            facts: Vec::new(),
            conflict: false,
        }),
        occupancy: None,
        list_version: 1,
    }
}

/// Sends an event and holds what comes of it against the rule.
fn step(explored: &Explored, event: Event) -> Explored {
    let mut next = explored.clone();
    let is_awaited = |draft: &Draft| explored.awaited.as_ref() == Some(draft);
    let may_open = match &event {
        Event::Recorded(fact) => {
            is_awaited(&fact.draft) && matches!(fact.draft.kind, Kind::Entry | Kind::Override | Kind::Exit)
        }
        Event::RecordFailed { draft, .. } => is_awaited(draft) && draft.kind == Kind::Exit,
        _ => false,
    };
    if matches!(&event, Event::Recorded(fact) if is_awaited(&fact.draft))
        || matches!(&event, Event::RecordFailed { .. })
    {
        next.awaited = None;
    }
    let effects = next.gate.handle(event.clone(), Moment(0), &now_at(0));
    for effect in effects {
        match effect {
            Effect::Open(_) => {
                assert!(may_open, "opened on {event:?}");
                next.opened += 1;
            }
            Effect::Record(draft) => next.awaited = Some(*draft),
            Effect::Announce(said) => {
                let admitted = said.verdict == crate::domain::gate::Outcome::Admit;
                let moves = said.kind != Direction::Check;
                assert!(!(admitted && moves) || may_open, "green on {event:?}");
            }
            _ => {}
        }
    }
    next
}

fn explore(explored: &Explored, depth: usize) -> usize {
    if depth == 0 {
        return explored.opened;
    }
    let events = (0..EVENTS).filter_map(|number| event(number, explored));
    events
        .map(|event| explore(&step(explored, event), depth - 1))
        .sum()
}

#[test]
fn no_sequence_of_events_opens_before_its_fact_is_recorded() {
    for direction in [Direction::Entry, Direction::Exit, Direction::Check] {
        for passage in [Passage::Unseen, Passage::Sensor] {
            let mut config = config(direction, r#""prompt":"none""#);
            config.passage = passage;
            let start = Explored {
                gate: Gate::new(config),
                text: code(1),
                awaited: None,
                opened: 0,
            };
            let opened = explore(&start, 4);
            assert_eq!(
                opened > 0,
                direction != Direction::Check,
                "the search reaches openings"
            );
        }
    }
}

#[test]
fn an_entry_opens_when_it_is_recorded_and_not_before() {
    let mut gate = Gate::new(config(Direction::Entry, ""));
    let now = now_at(0);
    let frame = Event::Frame { codes: vec![code(1)] };
    let effects = gate.handle(frame, Moment(0), &now);
    assert!(matches!(effects[..], [Effect::LookUp { ticket, count: None }] if ticket == id(1)));
    let effects = gate.handle(known(1), Moment(1), &now);
    let [Effect::Record(draft)] = &effects[..] else {
        panic!("{effects:?}");
    };
    let fact = recorded((**draft).clone(), 1);
    let effects = gate.handle(Event::Recorded(Box::new(fact.clone())), Moment(2), &now);
    let [Effect::Open(opening), Effect::Announce(said)] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(
        (opening.about(), opening.persons(), opening.is_exit()),
        (Some(fact.id), 1, false)
    );
    assert_eq!((said.entry, said.persons, said.reason), (Some(1), Some(1), None));
    let again = gate.handle(Event::Recorded(Box::new(fact)), Moment(3), &now);
    assert_eq!(again, [], "a word that comes twice opens once");
}

#[test]
fn a_store_that_fails_lets_nobody_in_and_everybody_out() {
    for (direction, reads, writes, opens, reason) in [
        (Direction::Entry, true, false, false, "STORE_FAILED"),
        (Direction::Entry, false, true, false, "STORE_FAILED"),
        (Direction::Exit, true, false, true, "NOT_INSIDE"),
        (Direction::Exit, false, true, true, "STORE_FAILED"),
        (Direction::Exit, false, false, true, "STORE_FAILED"),
        (Direction::Check, false, true, false, "STORE_FAILED"),
    ] {
        let mut venue = Venue::new(direction, "");
        (venue.reads, venue.writes) = (reads, writes);
        venue.frame(&[&code(1)], 0);
        assert_eq!(
            venue.opened.len(),
            usize::from(opens),
            "{direction:?} {reads} {writes}"
        );
        assert_eq!(venue.words(), [(Some(1), reason)]);
        assert_eq!(
            venue.faults,
            usize::from(!reads) + usize::from(!writes && reads) + usize::from(!reads && !writes)
        );
    }
}

#[test]
fn a_guest_who_was_inside_leaves_though_the_exit_cannot_be_recorded() {
    let mut venue = Venue::new(Direction::Entry, "");
    venue.frame(&[&code(1)], 0);
    let mut exit = Venue::new(Direction::Exit, "");
    (exit.facts, exit.writes) = (venue.facts, false);
    exit.frame(&[&code(1)], 60_000);
    assert_eq!(
        (exit.words(), exit.opened.len()),
        (vec![(Some(1), "STORE_FAILED")], 1)
    );
    assert_eq!(exit.opened[0].about(), None);
}
