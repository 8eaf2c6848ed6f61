//! A gate whose power fails as it lets a guest through, and comes back.

use std::sync::Arc;

use wicket::domain::admission::Direction;
use wicket::domain::checkin::{Fact, Kind};
use wicket::domain::ids::TicketId;
use wicket::runner::LaneSetting;

use super::appliance::{Kiosk, ends_well};
use super::picture::Frame;
use super::venue::{Listed, Venue};
use super::watched::ADMIT;

/// Times that the power fails.
const CUTS: u64 = 3;

#[test]
fn a_kiosk_that_is_killed_stands_at_the_same_gate_in_the_same_direction_and_lost_no_check_in() {
    let kiosk = Kiosk::new();
    let exit_of_south = LaneSetting {
        gate: Some("south".parse().unwrap()),
        direction: Some(Direction::Exit),
    };
    exit_of_south.keep(&mut kiosk.venue.ledger()).unwrap();
    for guest in 0..=CUTS {
        let camera = kiosk.camera();
        let mut gate = kiosk.start();
        let claims = Venue::claims(Venue::ticket(Listed::Used, guest));
        camera.see(&Arc::new(Frame::of_code(&kiosk.venue.code(&claims))));
        kiosk.screen.wait_for(ADMIT);
        if guest == CUTS {
            assert!(ends_well(gate));
        } else {
            gate.0.kill().unwrap();
            gate.0.wait().unwrap();
            kiosk.screen.wait_for_end_of(ADMIT);
        }
        camera.end();
    }
    let facts = kiosk.venue.new_facts();
    let told: Vec<_> = facts.iter().map(said).collect();
    let mut left: Vec<_> = (0..=CUTS)
        .map(|guest| Venue::ticket(Listed::Used, guest))
        .collect();
    left.sort();
    let expected: Vec<_> = left
        .into_iter()
        .map(|ticket| (Kind::Exit, "south", Some(ticket)))
        .collect();
    assert_eq!(told, expected);
}

fn said(fact: &Fact) -> (Kind, &str, Option<TicketId>) {
    (fact.draft.kind, fact.draft.gate.as_str(), fact.draft.ticket)
}
