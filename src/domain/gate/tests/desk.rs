//! What staff do by hand.

use super::*;
use crate::domain::admission::{Status, TicketRow};
use crate::domain::checkin::Grounds;
use crate::domain::gate::{Desk, Outcome};
use crate::domain::ids::OperatorId;
use crate::domain::verdict::Flag;

fn supervisor() -> OperatorId {
    "supervisor-1".parse().expect("a name")
}

fn listed(ticket: u8, status: Status) -> Listing {
    let claims = claims();
    Listing::Listed(TicketRow {
        ticket: id(ticket),
        ticket_type: claims.ticket_type,
        status,
        admits: 1,
        valid_from: None,
        valid_until: claims.valid_until,
        replaces: None,
    })
}

fn check_in(ticket: u8) -> Event {
    Event::Desk(Desk::CheckIn {
        ticket: id(ticket),
        operator: supervisor(),
    })
}

fn grounds() -> Grounds {
    "scan-error".parse().unwrap()
}

fn override_of(ticket: u8) -> Event {
    Event::Desk(Desk::Override {
        ticket: id(ticket),
        operator: supervisor(),
        grounds: Some(grounds()),
    })
}

fn undo() -> Event {
    Event::Desk(Desk::Undo {
        operator: Some(supervisor()),
    })
}

#[test]
fn a_listed_ticket_is_checked_in_by_hand_once_and_who_did_it_is_recorded() {
    let mut venue = Venue::new(Direction::Entry, "");
    venue.listing = listed(1, Status::Valid);
    venue.send(check_in(1), 0);
    assert_eq!(venue.words(), [(Some(1), "")]);
    assert_eq!(venue.kinds(), [Kind::Entry]);
    assert_eq!(venue.facts[0].draft.operator, Some(supervisor()));
    assert_eq!(venue.opened.len(), 1);
    venue.send(check_in(1), 30_000);
    assert_eq!(venue.words()[1], (Some(1), "ALREADY_USED"));
    assert_eq!(venue.opened.len(), 1);
}

#[test]
fn by_hand_nobody_enters_whom_no_list_names() {
    for listing in [
        Listing::NoList,
        Listing::Incomplete,
        Listing::Unlisted { as_of: NOON },
        listed(1, Status::Revoked),
    ] {
        let mut venue = Venue::new(Direction::Entry, "");
        venue.listing = listing.clone();
        venue.send(check_in(1), 0);
        assert_eq!(venue.said[0].verdict, Outcome::Deny, "{listing:?}");
        assert!(venue.opened.is_empty() && venue.facts.is_empty(), "{listing:?}");
    }
}

#[test]
fn a_ticket_checked_in_by_hand_is_not_judged_again_by_the_camera_that_sees_it() {
    let mut venue = Venue::new(Direction::Entry, "");
    venue.listing = listed(1, Status::Valid);
    venue.send(check_in(1), 0);
    venue.frame(&[&code(1)], 500);
    assert_eq!(venue.words(), [(Some(1), "")]);
}

#[test]
fn a_refusal_is_overridden_with_its_reason_once() {
    let mut venue = Venue::new(Direction::Entry, "");
    venue.listing = listed(1, Status::Blocked);
    venue.line(&code(1), 0);
    assert_eq!(venue.words(), [(Some(1), "BLOCKED")]);
    venue.send(override_of(1), 60_000);
    assert_eq!(venue.kinds(), [Kind::Override]);
    let draft = &venue.facts[0].draft;
    assert_eq!(
        (draft.reason, &draft.operator),
        (Some(Reason::Blocked), &Some(supervisor()))
    );
    assert_eq!(draft.flags, [Flag::Overridden]);
    assert_eq!(draft.grounds, Some(grounds()));
    let said = &venue.said[1];
    assert_eq!(
        (said.verdict, said.reason),
        (Outcome::Admit, Some(Reason::Blocked))
    );
    assert_eq!(venue.opened.len(), 1);
    venue.send(override_of(1), 61_000);
    assert_eq!(venue.answers, [DeskAnswer::NothingToOverride]);
    assert_eq!(venue.opened.len(), 1);
}

#[test]
fn only_the_refusal_that_is_meant_is_overridden_and_only_for_two_minutes() {
    for (ticket, at, overridden) in [(1, 119_999, true), (1, 120_000, false), (2, 1000, false)] {
        let mut venue = Venue::new(Direction::Entry, "");
        venue.listing = listed(1, Status::Blocked);
        venue.line(&code(1), 0);
        venue.send(override_of(ticket), at);
        assert_eq!(venue.opened.len(), usize::from(overridden), "{ticket} at {at}");
        assert_eq!(venue.answers.is_empty(), overridden, "{ticket} at {at}");
    }
}

#[test]
fn an_override_that_cannot_be_recorded_opens_for_nobody() {
    let mut venue = Venue::new(Direction::Entry, "");
    venue.listing = listed(1, Status::Blocked);
    venue.line(&code(1), 0);
    venue.writes = false;
    venue.send(override_of(1), 1000);
    assert_eq!(venue.words()[1], (Some(1), "STORE_FAILED"));
    assert!(venue.opened.is_empty());
}

#[test]
fn the_last_admission_is_taken_back_once() {
    let mut venue = Venue::new(Direction::Entry, "");
    venue.line(&code(1), 0);
    venue.send(undo(), 5000);
    let entry = venue.facts[0].id;
    assert_eq!(venue.kinds(), [Kind::Entry, Kind::Released(entry)]);
    let undone = DeskAnswer::Undone {
        ticket: id(1),
        persons: 1,
    };
    assert_eq!(venue.answers, [undone]);
    venue.send(undo(), 6000);
    assert_eq!(venue.answers, [undone, DeskAnswer::NothingToUndo]);
    venue.line(&code(1), 30_000);
    assert_eq!(venue.words(), [(Some(1), ""), (Some(1), "")], "may come again");
}

#[test]
fn an_undo_that_cannot_be_recorded_may_be_tried_again() {
    let mut venue = Venue::new(Direction::Entry, "");
    venue.line(&code(1), 0);
    venue.writes = false;
    venue.send(undo(), 1000);
    assert_eq!((venue.faults, venue.answers.len()), (1, 0));
    venue.writes = true;
    venue.send(undo(), 2000);
    assert!(matches!(
        venue.answers[..],
        [DeskAnswer::Undone { persons: 1, .. }]
    ));
}

#[test]
fn at_a_turnstile_an_undo_ends_the_passage_and_what_was_released_is_not_undone_again() {
    let mut config = config(Direction::Entry, "");
    config.passage = Passage::Sensor;
    let mut venue = Venue::with(config);
    venue.line(&code(1), 0);
    let about = venue.opened[0].about().expect("a fact");
    venue.send(check_in(2), 500);
    assert_eq!(venue.answers, [DeskAnswer::Busy]);
    venue.send(undo(), 1000);
    assert_eq!(venue.kinds(), [Kind::Entry, Kind::Released(about)]);
    venue.line(&code(2), 2000);
    let about = venue.opened[1].about().expect("a fact");
    venue.send(Event::Released(about), 3000);
    venue.send(undo(), 4000);
    assert_eq!(venue.answers.last(), Some(&DeskAnswer::NothingToUndo));
}

#[test]
fn a_closed_gate_checks_nobody_in_by_hand() {
    let mut config = config(Direction::Entry, "");
    config.closed = true;
    let mut venue = Venue::with(config);
    venue.listing = listed(1, Status::Valid);
    venue.send(check_in(1), 0);
    assert_eq!(venue.said[0].reason, Some(Reason::OutOfOrder));
    assert!(venue.opened.is_empty());
}
