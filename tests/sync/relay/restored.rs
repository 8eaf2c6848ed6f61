//! Data put back from an older copy, at the relay and at the server.

use wicket::ledger::Ledger;

use super::super::Server;
use super::super::backup::{backup, restore};
use super::{Relay, known};

#[test]
fn a_relay_restored_from_an_older_copy_is_given_what_it_lost() {
    let mut server = Server::with_tickets(1);
    let (mut one, mut other) = (server.gate("pi-1"), server.gate("pi-2"));
    let mut relay = Relay::of(&server);
    relay.take_in(&mut one);
    relay.take_in(&mut other);
    one.sync().unwrap();
    server.kill();
    let copy = relay.copy();
    relay.start();
    one.enter(&[1; 8]);
    one.sync().unwrap();
    relay.kill();
    relay.put_back(&copy);
    relay.start();
    one.sync().unwrap();
    other.sync().unwrap();
    assert_eq!(known(&mut other, &[1; 8]), 1);
    assert_eq!(one.unsent(), 1);
    server.start();
    relay.in_touch();
    assert_eq!(server.attendance()["facts"], 1);
}

#[test]
fn a_server_restored_from_a_backup_is_given_back_what_it_lost_by_the_relay() {
    let mut server = Server::with_tickets(3);
    let mut gate = server.gate("pi-1");
    let mut relay = Relay::of(&server);
    relay.take_in(&mut gate);
    gate.sync().unwrap();
    let copy = backup(&mut server);
    relay.in_touch();
    gate.enter(&[1; 8]);
    gate.sync().unwrap();
    // Until it has been handed over: with the next time in touch it surely is.
    relay.kill();
    relay.start();
    relay.in_touch();
    gate.sync().unwrap();
    assert_eq!(
        (gate.unsent(), server.attendance()["facts"].as_u64()),
        (0, Some(1))
    );

    restore(&mut server, &copy);
    server.admin(&["restored"]);
    server.add_tickets(2);
    assert_eq!(server.attendance()["facts"], 0);
    server.start();
    relay.in_touch();
    assert_eq!(server.attendance()["facts"], 1);
    let summary = gate.sync().unwrap();
    assert!(summary.down.anew, "the log is another one");
    assert_eq!((gate.unsent(), gate.ledger.status().unwrap().tickets), (0, 5));
    assert!(!gate.sync().unwrap().down.anew);
}
