//! While the relay is in touch with the server.

use wicket::domain::admission::{Listing, Status};
use wicket::domain::ids::TicketId;
use wicket::ledger::Ledger;

use super::super::live::{Companion, Told, took_segments};
use super::super::raw::{Device, send};
use super::super::{EVENT, Gate, Server};
use super::Relay;
use crate::cli::wicket;

#[test]
fn a_check_in_goes_up_through_a_relay_and_the_servers_word_comes_back() {
    let server = Server::with_tickets(3);
    let relay = Relay::of(&server);
    let mut gate = relay.gate(&server, "pi-1");
    relay_knows(&relay, "pi-1");
    let companion = Companion::of(&gate);
    assert_eq!(companion.next(), Told::Connected);
    assert_eq!(gate.ledger.status().unwrap().tickets, 3);
    gate.enter(&[1; 8]);
    // The receipt comes after it was sent, and before the log brings it back.
    companion.until(took_segments);
    assert_eq!(gate.unsent(), 0);
    assert_eq!(server.attendance()["facts"], 1);
    companion.stop().unwrap();
    let summary = gate.sync().unwrap();
    assert!(summary.sighting.is_some(), "the relay passes the time on");
    assert_eq!(summary.down.old_s, None);
}

/// Waits until the relay has the page with a device's key.
fn relay_knows(relay: &Relay, device: &str) {
    let mut device = Device::new(device);
    loop {
        let authorization = device.sign("GET", "/sync/v1/snapshot", b"");
        let answer = send(&relay.address, "GET", "/sync/v1/snapshot", &[authorization], b"");
        if answer.status == 200 {
            return;
        }
        assert_eq!(answer.code(), "unknown-device");
    }
}

#[test]
fn a_revoked_ticket_is_known_behind_a_relay_without_asking() {
    let server = Server::with_tickets(1);
    let relay = Relay::of(&server);
    let mut gate = relay.gate(&server, "pi-1");
    relay_knows(&relay, "pi-1");
    let companion = Companion::of(&gate);
    assert_eq!(companion.next(), Told::Connected);
    let ticket = TicketId::new(&server.tickets()[0]).unwrap();
    let id = ticket.to_string();
    server.admin(&["ticket", "revoke", "--event", EVENT, "--ticket", &id]);
    companion.until(|told| matches!(told, Told::Took { tickets: 1, .. }));
    let known = gate.ledger.look_up(&ticket).unwrap();
    assert!(matches!(known.listing, Listing::Listed(row) if row.status == Status::Revoked));
    companion.stop().unwrap();
}

#[test]
fn a_gate_enrols_through_a_relay_and_is_known_there_at_once() {
    let server = Server::with_tickets(2);
    let relay = Relay::of(&server);
    let mut gate = Gate::new();
    let mut code = server.code("pi-1");
    // From where the gate stands nobody answers there.
    code.url = "http://127.0.0.1:1".to_owned();
    let enrolled = gate.run(&["enrol", &code.to_text(), "--via", &relay.url()]);
    assert!(enrolled.status.success(), "{enrolled:?}");
    gate.enter(&[1; 8]);
    let synced = gate.run(&["sync"]);
    assert!(synced.status.success(), "{synced:?}");
    assert_eq!(gate.ledger.status().unwrap().tickets, 2);
    let alone = gate.run(&["sync", "--via", "none"]);
    assert_eq!(alone.status.code(), Some(1), "{alone:?}");
}

#[test]
fn strangers_and_repeated_requests_are_refused() {
    let server = Server::with_tickets(0);
    let relay = Relay::of(&server);
    let _gate = relay.gate(&server, "pi-1");
    relay_knows(&relay, "pi-1");
    let ask = |headers: &[String]| send(&relay.address, "GET", "/sync/v1/snapshot", headers, b"");
    assert_eq!(ask(&[]).code(), "unsigned");
    let mut stranger = Device::new("pi-9");
    assert_eq!(
        ask(&[stranger.sign("GET", "/sync/v1/snapshot", b"")]).code(),
        "unknown-device"
    );
    let once = Device::new("pi-1").sign("GET", "/sync/v1/snapshot", b"");
    assert_eq!(ask(std::slice::from_ref(&once)).status, 200);
    assert_eq!(ask(&[once]).code(), "replayed");
}

#[test]
fn a_heartbeat_comes_by_way_of_the_relay() {
    let server = Server::with_tickets(0);
    let relay = Relay::of(&server);
    let gate = relay.gate(&server, "pi-1");
    relay_knows(&relay, "pi-1");
    assert!(gate.run(&["sync"]).status.success());
    loop {
        let fleet = server.try_admin(&["fleet", "--event", EVENT, "--json"]);
        let fleet: serde_json::Value = serde_json::from_slice(&fleet.stdout).unwrap();
        let path = &fleet["gates"][0]["path"];
        if !path.is_null() {
            assert_eq!(path["relay"], "relay-1");
            return;
        }
    }
}

#[test]
fn many_small_pages_are_fetched_again_as_few() {
    let server = Server::with_tickets(40);
    let relay = Relay::of(&server);
    let mut gate = relay.gate(&server, "pi-1");
    relay_knows(&relay, "pi-1");
    gate.sync().unwrap();
    let watched = relay.gate(&server, "pi-2");
    relay_knows(&relay, "pi-2");
    let companion = Companion::of(&watched);
    assert_eq!(companion.next(), Told::Connected);
    for ticket in server.tickets() {
        let id = TicketId::new(&ticket).unwrap().to_string();
        server.admin(&["ticket", "revoke", "--event", EVENT, "--ticket", &id]);
        companion.until(|told| matches!(told, Told::Took { tickets: 1.., .. }));
    }
    companion.stop().unwrap();
    let pages: u32 = relay
        .database()
        .query_row("SELECT count(*) FROM relay_pages", [], |row| row.get(0))
        .unwrap();
    assert!(pages < 32, "{pages} pages");
    let down = gate.sync().unwrap().down;
    assert_eq!(gate.ledger.status().unwrap().withdrawn, 40);
    assert!(down.pages <= u64::from(pages) + 1, "{down:?}");
}

#[test]
fn a_gates_folder_is_no_relays_and_the_other_way_round() {
    let server = Server::with_tickets(0);
    let gate = server.gate("pi-1");
    let said = |output: std::process::Output| {
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said(gate.run(&["serve", "--upstream"])).contains("--relay"));
    let mut relay = Relay::of(&server);
    relay.kill();
    let scan = wicket()
        .args(["scan", "--data"])
        .arg(relay.folder.path())
        .output()
        .unwrap();
    assert!(said(scan).contains("is a relay's"));
}
