//! Labels from the organiser to the gates.

use std::fs;

use wicket::domain::ids::TicketId;
use wicket::domain::label::{Label, Sought};
use wicket::ledger::{Ledger, Opening, SqliteLedger};

use super::venue::Venue;
use super::{EVENT, Server};

const TICKET: &str = "3f07a1b2c4d5e6f7";

fn labelled(server: &Server, lines: &str) {
    let file = server.path().join("labels.csv");
    fs::write(&file, lines).unwrap();
    server.admin(&["ticket", "label", "--event", EVENT, file.to_str().unwrap()]);
}

fn server() -> Server {
    let server = Server::with_tickets(3);
    let add = [
        "ticket",
        "add",
        "--event",
        EVENT,
        "--type",
        "adult",
        "--until",
        "1900000000",
        "--ticket",
        TICKET,
    ];
    server.admin(&add);
    server
}

/// What a gate holds of the ticket.
fn label(gate: &Venue) -> Option<Label> {
    let ticket: TicketId = TICKET.parse().unwrap();
    open(gate).label(&ticket).unwrap()
}

fn open(gate: &Venue) -> SqliteLedger {
    SqliteLedger::attach(gate.folder.path(), &Opening::default()).unwrap()
}

fn said(order: &str, name: &str) -> Option<Label> {
    Some(Label {
        ticket: TICKET.parse().unwrap(),
        order: order.parse().ok(),
        name: name.parse().ok(),
    })
}

#[test]
fn gates_get_order_numbers_and_names_only_as_long_as_the_event_says_so() {
    let server = server();
    labelled(&server, &format!("ticket,order,name\n{TICKET},A-1023,张伟\n"));
    // One gate takes the list whole, and follows the log from then on.
    let gate = Venue::new(&server, "pi-1");
    assert_eq!(label(&gate), said("A-1023", ""));
    server.admin(&["event", "names", EVENT, "on"]);
    gate.synced();
    assert_eq!(label(&gate), said("A-1023", "张伟"));
    let found = open(&gate).labelled(&Sought::of("张").unwrap(), 9).unwrap();
    assert_eq!(found, [said("A-1023", "张伟").unwrap()]);
    // Another one takes all of it whole.
    assert_eq!(label(&Venue::new(&server, "pi-2")), said("A-1023", "张伟"));
    server.admin(&["event", "names", EVENT, "off"]);
    gate.synced();
    assert_eq!(label(&gate), said("A-1023", ""));
    labelled(&server, &format!("ticket,name\n{TICKET},李娜\n"));
    gate.synced();
    assert_eq!(label(&gate), None);
}

#[test]
fn tickets_are_labelled_as_they_are_added() {
    let server = server();
    let add = [
        "ticket",
        "add",
        "--event",
        EVENT,
        "--type",
        "adult",
        "--until",
        "1900000000",
        "--count",
        "2",
        "--order",
        "B-7",
        "--name",
        "Li Wei",
    ];
    server.admin(&add);
    server.admin(&["event", "names", EVENT, "on"]);
    let gate = Venue::new(&server, "pi-1");
    let found = open(&gate).labelled(&Sought::of("b-7").unwrap(), 9).unwrap();
    let names: Vec<_> = found
        .iter()
        .map(|label| label.name.as_ref().unwrap().as_str())
        .collect();
    assert_eq!(names, ["Li Wei", "Li Wei"]);
}
