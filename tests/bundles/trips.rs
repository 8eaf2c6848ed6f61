//! Whole trips of a stick.

use wicket::domain::admission::{Listing, Status};
use wicket::domain::ids::TicketId;
use wicket::ledger::Ledger;

use super::stick::Venue;
use crate::sync::EVENT;

#[test]
fn a_stick_brings_the_list_takes_check_ins_and_comes_back_with_receipt_and_news() {
    let mut venue = Venue::new(1_200, 1);
    let list = venue.server_exports(&[]);
    let said = venue.imports(0, &list);
    assert!(said.contains("1200 tickets"), "{said}");
    assert_eq!(venue.status(0).tickets, 1_200);

    for ticket in 1..=7_u64 {
        venue.gates[0].enter(&ticket.to_be_bytes());
    }
    let check_ins = venue.exports(0);
    assert_eq!(venue.status(0).unacknowledged, 7, "no export acknowledges");
    let revoked = venue.server.tickets()[3].clone();
    let revoked_hex: String = revoked.iter().map(|byte| format!("{byte:02x}")).collect();
    venue
        .server
        .admin(&["ticket", "revoke", "--event", EVENT, "--ticket", &revoked_hex]);
    let (said, receipt) = venue.server_imports(&check_ins);
    assert!(said.contains("1 segments of check-ins stored"), "{said}");
    assert_eq!(venue.server.attendance()["facts"], 7);

    let said = venue.imports(0, &receipt);
    assert!(
        said.contains("holds 7 more") && said.contains("0 still wait"),
        "{said}"
    );
    let status = venue.status(0);
    assert_eq!(
        (status.unacknowledged, status.own_facts, status.tickets),
        (0, 7, 1_200)
    );
    let known = venue.gates[0]
        .ledger
        .look_up(&TicketId::new(&revoked).unwrap())
        .unwrap();
    assert!(matches!(known.listing, Listing::Listed(row) if row.status == Status::Revoked));
}

#[test]
fn what_is_carried_again_was_held_already() {
    let mut venue = Venue::with_lists(5, 1);
    venue.gates[0].enter(&[1; 8]);
    let file = venue.exports(0);
    let (_, receipt) = venue.server_imports(&file);
    let (said, _) = venue.server_imports(&file);
    assert!(said.contains("everything in it was held already"), "{said}");
    assert_eq!(venue.server.attendance()["facts"], 1);
    venue.imports(0, &receipt);
    let said = venue.imports(0, &receipt);
    assert!(said.contains("everything in it was held already"), "{said}");
    // Nothing waits any more, so the next export is empty, and harmless.
    let file = venue.exports(0);
    let (said, _) = venue.server_imports(&file);
    assert!(said.contains("everything in it was held already"), "{said}");
}

#[test]
fn a_list_older_than_the_gates_own_changes_nothing() {
    let mut venue = Venue::with_lists(5, 1);
    let older = venue.server_exports(&[]);
    venue.server.add_tickets(3);
    let newer = venue.server_exports(&[]);
    venue.imports(0, &newer);
    assert_eq!(venue.status(0).tickets, 8);
    let said = venue.imports(0, &older);
    assert!(said.contains("everything in it was held already"), "{said}");
    assert_eq!(venue.status(0).tickets, 8);
}

#[test]
fn a_neighbour_takes_facts_and_carries_them_to_the_server_and_the_receipt_back() {
    let mut venue = Venue::with_lists(5, 2);
    venue.gates[0].enter(&[1; 8]);
    let file = venue.exports(0);
    let said = venue.imports(1, &file);
    assert!(said.contains("1 check-ins of other gates"), "{said}");
    let known = venue.gates[1]
        .ledger
        .look_up(&TicketId::new(&[1; 8]).unwrap())
        .unwrap();
    assert_eq!(
        known.facts.len(),
        1,
        "a ticket admitted at one gate is known at the other"
    );

    venue.gates[1].enter(&[2; 8]);
    let both = venue.exports(1);
    let (said, receipt) = venue.server_imports(&both);
    assert!(said.contains("2 segments of check-ins stored"), "{said}");
    assert_eq!(venue.server.attendance()["facts"], 2);
    venue.imports(1, &receipt);
    assert_eq!(venue.status(1).unacknowledged, 0);
    // The receipt is sealed for the one who brought the bundle; what the other waits for comes with the next list.
    assert_eq!(venue.import(0, &receipt).status.code(), Some(1));
    let list = venue.server_exports(&[]);
    venue.imports(0, &list);
    let status = venue.status(0);
    assert_eq!((status.unacknowledged, status.others_facts), (0, 1));
}

#[test]
fn a_network_that_comes_back_goes_on_where_the_stick_ended() {
    let mut venue = Venue::with_lists(5, 1);
    venue.gates[0].enter(&[1; 8]);
    let file = venue.exports(0);
    venue.server_imports(&file);
    venue.gates[0].enter(&[2; 8]);
    venue.server.add_tickets(1);
    venue.server.start();
    let summary = venue.gates[0].sync().unwrap();
    assert!(!summary.down.anew);
    assert_eq!((summary.down.tickets, summary.up.waiting), (1, 0));
    assert_eq!(venue.server.attendance()["facts"], 2);
}

#[test]
fn a_restored_server_gets_by_stick_what_it_lost() {
    let mut venue = Venue::with_lists(2, 1);
    let copy = std::fs::read(venue.server.file()).unwrap();
    venue.gates[0].enter(&[1; 8]);
    let file = venue.exports(0);
    let (_, receipt) = venue.server_imports(&file);
    venue.imports(0, &receipt);
    assert_eq!(venue.status(0).unacknowledged, 0);

    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{ending}", venue.server.file().display()));
    }
    std::fs::write(venue.server.file(), copy).unwrap();
    venue.server.admin(&["restored"]);
    assert_eq!(venue.server.attendance()["facts"], 0);
    let list = venue.server_exports(&[]);
    venue.imports(0, &list);
    assert_eq!(
        venue.status(0).unacknowledged,
        1,
        "the new receipt takes the old one back"
    );
    let file = venue.exports(0);
    let (_, receipt) = venue.server_imports(&file);
    venue.imports(0, &receipt);
    assert_eq!((venue.status(0).unacknowledged, venue.status(0).tickets), (0, 2));
    assert_eq!(venue.server.attendance()["facts"], 1);
}

#[test]
fn a_list_that_begins_beyond_a_gates_own_is_left_out_and_said_so() {
    let mut venue = Venue::new(3, 2);
    let list = venue.server_exports(&["--device", "pi-1"]);
    venue.imports(0, &list);
    venue.server.add_tickets(1);
    let file = venue.exports(0);
    let (_, receipt) = venue.server_imports(&file);
    let refused = venue.import(1, &receipt);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(said.contains("sealed for others"), "{said}");
    assert_eq!(venue.status(1).cursor, None);
}

#[test]
fn a_revoked_gate_forgets_the_event_by_stick_and_hands_over_its_check_ins() {
    let mut venue = Venue::with_lists(3, 2);
    venue.gates[0].enter(&[1; 8]);
    let before = venue.exports(0);
    venue
        .server
        .admin(&["device", "revoke", "pi-1", "--event", EVENT]);
    let news = venue.server_exports(&["--device", "pi-2"]);
    venue.imports(1, &news);
    // A neighbour that knows of it takes nothing from it.
    let refused = venue.import(1, &before);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(said.contains("pi-1") && said.contains("revoked"), "{said}");

    let order = venue.server_exports(&["--device", "pi-1"]);
    let said = venue.imports(0, &order);
    assert!(said.contains("forget the event"), "{said}");
    let status = venue.status(0);
    assert_eq!((status.tickets, status.cursor, status.own_facts), (0, None, 1));

    let rescue = venue.exports(0);
    let output = venue
        .server
        .try_admin(&["bundle", "import", rescue.to_str().unwrap()]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("1 set aside") && said.contains("pi-1 is revoked"),
        "{said}"
    );
    assert_eq!(venue.server.attendance()["facts"], 0);
}
