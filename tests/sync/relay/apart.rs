//! While the server is away.

use wicket::ledger::Ledger;
use wicket::sync::SyncError;

use super::super::live::{Companion, Told};
use super::super::{EVENT, Gate, Server};
use super::{Relay, known};

/// A server that was there when two gates and their relay took the list, and went away.
fn apart() -> (Server, Relay, Gate, Gate) {
    let mut server = Server::with_tickets(3);
    let (one, other) = (server.gate("pi-1"), server.gate("pi-2"));
    let relay = Relay::of(&server);
    let (mut one, mut other) = (one, other);
    for gate in [&mut one, &mut other] {
        relay.take_in(gate);
        gate.sync().unwrap();
    }
    server.kill();
    relay.until("apart from the origin");
    (server, relay, one, other)
}

#[test]
fn gates_see_each_others_check_ins_as_they_happen_and_nothing_is_acknowledged() {
    let (mut server, relay, mut one, mut other) = apart();
    let (at_one, at_other) = (Companion::of(&one), Companion::of(&other));
    assert_eq!(
        (at_one.next(), at_other.next()),
        (Told::Connected, Told::Connected)
    );
    one.enter(&[7; 8]);
    at_other.until(|told| *told == Told::TookBeside(1));
    assert_eq!(known(&mut other, &[7; 8]), 1);
    other.enter(&[8; 8]);
    at_one.until(|told| *told == Told::TookBeside(1));
    assert_eq!(known(&mut one, &[8; 8]), 1);
    at_one.stop().unwrap();
    at_other.stop().unwrap();
    assert_eq!((one.unsent(), other.unsent()), (1, 1));

    server.start();
    relay.in_touch();
    assert_eq!(server.attendance()["facts"], 2);
    one.sync().unwrap();
    other.sync().unwrap();
    assert_eq!((one.unsent(), other.unsent()), (0, 0));
}

#[test]
fn a_sync_says_that_there_is_no_time_and_that_check_ins_wait() {
    let (_server, _relay, mut one, mut other) = apart();
    one.enter(&[1; 8]);
    let summary = one.sync().unwrap();
    assert_eq!(
        (summary.sighting, summary.up.facts, summary.up.waiting),
        (None, 1, 1)
    );
    assert_eq!(other.sync().unwrap().up.taken, 1);
    let output = other.run(&["sync"]);
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("the relay cannot ask the server now"), "{said}");
}

#[test]
fn a_relay_that_is_killed_holds_all_that_it_called_stored() {
    let (mut server, mut relay, mut one, mut other) = apart();
    for round in 1..=3_u8 {
        one.enter(&[round; 8]);
        one.sync().unwrap();
        relay.kill();
        relay.start();
        other.sync().unwrap();
        assert_eq!(known(&mut other, &[round; 8]), 1);
    }
    relay.kill();
    server.start();
    relay.start();
    relay.in_touch();
    assert_eq!(server.attendance()["facts"], 3);
    one.sync().unwrap();
    assert_eq!(one.unsent(), 0);
}

#[test]
fn a_gate_that_is_new_takes_the_list_from_the_relay_alone() {
    let mut server = Server::with_tickets(3);
    let mut gate = server.gate("pi-1");
    let mut relay = Relay::of(&server);
    relay.take_in(&mut gate);
    server.kill();
    relay.kill();
    relay.start();
    gate.enter(&[1; 8]);
    let summary = gate.sync().unwrap();
    assert_eq!((summary.down.tickets, summary.up.waiting), (3, 1));
}

#[test]
fn a_gate_whose_list_is_newer_than_the_relays_keeps_it() {
    let (mut server, mut relay, mut one, _) = apart();
    relay.kill();
    server.start();
    server.add_tickets(2);
    wicket::sync::set_via(&mut one.ledger, None).unwrap();
    one.sync().unwrap();
    server.kill();
    relay.start();
    relay.take_in(&mut one);
    assert_eq!(one.sync().unwrap().down.pages, 0);
    assert_eq!(one.ledger.status().unwrap().tickets, 5);
}

#[test]
fn a_revoked_device_is_told_by_the_relay_and_what_it_holds_is_rescued() {
    let mut server = Server::with_tickets(3);
    let mut gate = server.gate("pi-1");
    let mut relay = Relay::of(&server);
    relay.take_in(&mut gate);
    gate.sync().unwrap();
    relay.kill();
    server.admin(&["device", "revoke", "pi-1", "--event", EVENT]);
    relay.start();
    relay.in_touch();
    server.kill();
    gate.enter(&[1; 8]);
    let told = gate.sync();
    assert!(matches!(told, Err(SyncError::Wiped { unsent: 1 })), "{told:?}");
    assert_eq!(gate.ledger.status().unwrap().tickets, 0);
    server.start();
    relay.in_touch();
    assert_eq!(server.attendance()["facts"], 0);
    assert_eq!(server.attendance()["set_aside"]["device-not-believed"], 1);
}
