use wicket::domain::admission::Listing;
use wicket::domain::ids::TicketId;
use wicket::ledger::Ledger;
use wicket::wire::DeviceStatus;

use super::gate::{Gate, Told, active, row};

const ALL: &[&str] = &["east", "north", "south"];

#[test]
fn a_ticket_that_one_gate_admitted_is_known_at_the_next() {
    let (mut east, mut north) = (Gate::new("east", ALL), Gate::new("north", ALL));
    let address = east.meet(&[]);
    north.meet(&[address]);
    east.wait_to_meet("north");
    north.wait_to_meet("east");
    east.record(1);
    north.wait_for_segments(1);
    let known = north.ledger.look_up(&TicketId::new(&[1; 8]).unwrap()).unwrap();
    assert_eq!(known.facts.len(), 1);
    assert!(
        matches!(known.listing, Listing::Unlisted { .. }),
        "{:?}",
        known.listing
    );
    north.record(2);
    east.wait_for_segments(1);
    assert!(east.holds(2));
    assert_eq!((east.peers(), north.peers()), (1, 1));
}

#[test]
fn what_was_recorded_while_the_gates_were_apart_is_made_up_for_when_they_meet_again() {
    let (mut east, mut north) = (Gate::new("east", ALL), Gate::new("north", ALL));
    let address = east.meet(&[]);
    for round in 0..3 {
        north.meet(&[address]);
        north.wait_to_meet("east");
        north.wait_for_segments(usize::from(round > 0));
        north.record(100 + round);
        east.wait_for_segments(1);
        assert!(east.holds(100 + round) && (round == 0 || north.holds(round)));
        north.leave();
        east.wait("part", |told| matches!(told, Told::Parted(..)));
        east.record(round + 1);
    }
}

#[test]
fn three_gates_come_to_hold_the_same_though_two_of_them_never_speak() {
    let [mut east, mut north, mut south] = ["east", "north", "south"].map(|name| Gate::new(name, ALL));
    for (gate, of) in [(&mut east, 1), (&mut north, 2), (&mut south, 3)] {
        gate.record(of);
    }
    let north_at = north.meet(&[]);
    east.meet(&[north_at]);
    south.meet(&[north_at]);
    east.wait_for_segments(2);
    south.wait_for_segments(2);
    north.wait_for_segments(2);
    for gate in [&mut east, &mut north, &mut south] {
        assert!((1..=3).all(|of| gate.holds(of)), "{}", gate.name);
    }
}

#[test]
fn a_stranger_is_refused_whoever_calls() {
    let mut east = Gate::new("east", &["east", "north"]);
    let mut stranger = Gate::new("south", ALL);
    east.record(1);
    let address = east.meet(&[]);
    stranger.meet(&[address]);
    let is_refused = |told: &Told| matches!(told, Told::Refused(why) if why.contains("no active device"));
    east.wait("refuse a stranger that calls", is_refused);
    stranger.wait("be refused", |told| {
        matches!(told, Told::Refused(_) | Told::Parted(..))
    });
    assert!(!stranger.holds(1));
    assert_eq!(east.peers(), 0);

    let mut north = Gate::new("north", &["east", "north"]);
    stranger.leave();
    let called = stranger.meet(&[]);
    north.meet(&[called]);
    north.wait("refuse a stranger that is called", is_refused);
    assert_eq!(north.peers(), 0);
}

#[test]
fn a_device_that_is_revoked_is_cut_off_at_once_and_stays_out() {
    let (mut east, mut north) = (Gate::new("east", ALL), Gate::new("north", ALL));
    let address = east.meet(&[]);
    north.meet(&[address]);
    east.wait_to_meet("north");
    east.change_list(vec![row("north", DeviceStatus::Revoked)]);
    let parted = east.wait("part", |told| matches!(told, Told::Parted(..)));
    assert_eq!(
        parted,
        Told::Parted("north".to_owned(), "its device is not active any more".to_owned())
    );
    east.record(1);
    east.wait(
        "refuse it again",
        |told| matches!(told, Told::Refused(why) if why.contains("no active device")),
    );
    assert!(!north.holds(1));
}

#[test]
fn a_device_that_the_list_comes_to_name_is_let_in() {
    let mut east = Gate::new("east", &["east"]);
    let mut north = Gate::new("north", ALL);
    let address = east.meet(&[]);
    north.meet(&[address]);
    east.wait("refuse", |told| matches!(told, Told::Refused(_)));
    north.record(1);
    east.change_list(active(&["north"]));
    east.wait_to_meet("north");
    east.wait_for_segments(1);
    assert!(east.holds(1));
}
