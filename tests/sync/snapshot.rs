//! Snapshots over the wire: in pages, gone on with, begun anew, and as people read them.

use serde_json::Value;
use wicket::domain::admission::{Status, TicketRow};
use wicket::domain::ids::{EventId, TicketId, hex};
use wicket::domain::time::UnixSeconds;
use wicket::ledger::Ledger;
use wicket::wire::limits::SNAPSHOT_TICKETS_MAX;
use wicket::wire::{Context, Cursor, LogPage, Signed, SnapshotPage, StartOver, from_cbor};

use super::raw::{Answer, Device, send, server_key};
use super::{EVENT, Gate, Server};

/// Tickets of a list that takes two pages.
const TWO_PAGES: u64 = SNAPSHOT_TICKETS_MAX as u64 + 1;

fn add_tickets(server: &Server, numbers: std::ops::Range<u64>) {
    let row = |number: u64| TicketRow {
        ticket: TicketId::new(&number.to_be_bytes()).unwrap(),
        ticket_type: "adult".parse().unwrap(),
        status: Status::Valid,
        admits: 1,
        valid_from: None,
        valid_until: UnixSeconds(1_900_000_000),
        replaces: None,
    };
    let event: EventId = EVENT.parse().unwrap();
    let rows: Vec<TicketRow> = numbers.map(row).collect();
    server
        .db()
        .add_tickets(&event, &rows, wicket::server::now())
        .unwrap();
}

fn get(server: &Server, device: &mut Device, path: &str, accept: &str) -> Answer {
    let headers = [device.sign("GET", path, b""), format!("accept: {accept}")];
    send(&server.address, "GET", path, &headers, b"")
}

/// A signed message in an answer.
fn opened<T: for<'b> minicbor::Decode<'b, ()>>(server: &Server, answer: &Answer, context: Context) -> T {
    let signed = Signed::from_bytes(&answer.body).unwrap();
    from_cbor(signed.open(context, &server_key(server)).unwrap()).unwrap()
}

fn first_page(server: &Server, device: &mut Device) -> SnapshotPage {
    let answer = get(server, device, "/sync/v1/snapshot", "application/cbor");
    assert_eq!(answer.status, 200, "{answer:?}");
    opened(server, &answer, Context::SnapshotPage)
}

fn place(at: &Cursor) -> String {
    format!(
        "log={}&chain={}",
        hex(at.log.as_slice()),
        hex(at.chain.as_slice())
    )
}

fn take(gate: &mut Gate, page: &SnapshotPage) {
    let tickets = page.tickets().unwrap();
    gate.ledger.apply_snapshot(page, &tickets, &[]).unwrap();
}

#[test]
fn a_list_that_was_half_taken_is_gone_on_with() {
    let server = Server::with_tickets(0);
    add_tickets(&server, 0..TWO_PAGES);
    let mut gate = server.gate("pi-1");
    let page = first_page(&server, &mut Device::new("pi-1"));
    assert_eq!((page.page, page.pages), (0, 2));
    take(&mut gate, &page);
    // Little has changed since, so the server has the snapshot still.
    add_tickets(&server, TWO_PAGES..TWO_PAGES + 5);
    let down = gate.sync().unwrap().down;
    assert_eq!((down.pages, down.tickets, down.anew), (2, 6, false));
    assert_eq!(gate.ledger.status().unwrap().tickets, TWO_PAGES + 5);
}

#[test]
fn a_list_that_the_server_has_no_more_is_begun_anew() {
    let mut server = Server::with_tickets(0);
    add_tickets(&server, 0..TWO_PAGES);
    let mut gate = server.gate("pi-1");
    let page = first_page(&server, &mut Device::new("pi-1"));
    take(&mut gate, &page);
    server.kill();
    add_tickets(&server, TWO_PAGES..TWO_PAGES + 1);
    server.start();
    let path = format!(
        "/sync/v1/snapshot?at={}&{}&page=1",
        page.to.sequence,
        place(&page.to)
    );
    let answer = get(&server, &mut Device::new("pi-1"), &path, "application/cbor");
    assert_eq!(answer.status, 409);
    let word: StartOver = opened(&server, &answer, Context::StartOver);
    assert_eq!((word.event.as_str(), &word.stands), (EVENT, &page.to));
    let down = gate.sync().unwrap().down;
    assert_eq!((down.pages, down.tickets), (3, TWO_PAGES + 1));
    assert_eq!(gate.ledger.status().unwrap().tickets, TWO_PAGES + 1);
}

#[test]
fn one_snapshot_serves_every_gate_until_too_much_has_changed() {
    let server = Server::with_tickets(0);
    add_tickets(&server, 0..10);
    let _gate = server.gate("pi-1");
    let mut device = Device::new("pi-1");
    let before = first_page(&server, &mut device);
    add_tickets(&server, 10..1_000);
    assert_eq!(first_page(&server, &mut device), before);
    // To a gate that stands beyond it, it is of no use.
    let path = format!("/sync/v1/snapshot?least={}", before.to.sequence + 1);
    let newer = get(&server, &mut device, &path, "application/cbor");
    let newer: SnapshotPage = opened(&server, &newer, Context::SnapshotPage);
    assert_eq!(newer.to.sequence, before.to.sequence + 990);
    add_tickets(&server, 1_000..2_100);
    let after = first_page(&server, &mut device);
    assert_eq!(after.tickets().unwrap().len(), 2_100);
    // Who began with the old one gets it to its end.
    let path = format!(
        "/sync/v1/snapshot?at={}&{}&page=0",
        before.to.sequence,
        place(&before.to)
    );
    let answer = get(&server, &mut device, &path, "application/cbor");
    assert_eq!(
        opened::<SnapshotPage>(&server, &answer, Context::SnapshotPage),
        before
    );
}

#[test]
fn people_read_lists_and_logs_as_json() {
    let server = Server::with_tickets(0);
    add_tickets(&server, 7..8);
    let mut gate = server.gate("pi-1");
    gate.enter(&7_u64.to_be_bytes());
    gate.sync().unwrap();
    let mut device = Device::new("pi-1");
    let list = get(&server, &mut device, "/sync/v1/snapshot", "application/json");
    assert!(
        list.head.contains("content-type: application/json"),
        "{}",
        list.head
    );
    let list: Value = serde_json::from_slice(&list.body).unwrap();
    assert_eq!((&list["page"], &list["pages"]), (&0.into(), &1.into()));
    assert_eq!(list["tickets"][0]["ticket"], "0000000000000007");
    assert_eq!(list["changes"][0]["rulebook"]["event"], EVENT);

    let to = &list["to"];
    let path = format!(
        "/sync/v1/log?after={}&log={}&chain={}",
        to["sequence"],
        to["log"].as_str().unwrap(),
        to["chain"].as_str().unwrap()
    );
    let log = get(&server, &mut device, &path, "application/json");
    let shown: Value = serde_json::from_slice(&log.body).unwrap();
    let signed: LogPage = opened(
        &server,
        &get(&server, &mut device, &path, "application/cbor"),
        Context::LogPage,
    );
    assert_eq!(shown["head"], signed.head);
    assert_eq!(shown["changes"].as_array().unwrap().len(), signed.changes.len());
    let facts = &shown["changes"][0]["change"]["segment"]["facts"];
    assert_eq!(facts[0]["ticket"], "0000000000000007", "{shown}");
}
