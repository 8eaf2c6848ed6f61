use std::collections::BTreeSet;

use wicket::domain::admission::{Status, TicketRow};
use wicket::domain::ids::TicketId;
use wicket::wire::Change;
use wicket::wire::limits::SNAPSHOT_TICKETS_MAX;

use super::{Backend, NOW, event, row, ticket};

pub(super) fn a_snapshot_is_the_list_whole(backend: Backend) {
    let mut store = backend.open();
    store.add_tickets(&[2, 1]);
    store.enrol("pi-1");
    store.upload("pi-1", 1, None, &[1]);
    let snapshot = store.db.snapshot(&event(), NOW.seconds()).unwrap();
    assert_eq!((snapshot.tickets, snapshot.pages()), (2, 1));
    let page = store.db.snapshot_page(&snapshot, 0).unwrap().unwrap();
    let ids: Vec<TicketId> = page.tickets().unwrap().iter().map(|row| row.ticket).collect();
    assert_eq!(ids, [ticket(1), ticket(2)]);
    let kinds: Vec<&str> = page.changes.iter().map(kind).collect();
    assert_eq!(kinds, ["rulebook", "keyring", "device", "segment"]);
    assert_eq!(store.db.snapshot_page(&snapshot, 1).unwrap(), None);
}

fn kind(change: &Change) -> &'static str {
    match change {
        Change::Rulebook(_) => "rulebook",
        Change::Keyring(_) => "keyring",
        Change::Device(_) => "device",
        Change::Segment(_) => "segment",
        _ => "other",
    }
}

pub(super) fn a_page_is_the_same_whatever_changed_since(backend: Backend) {
    let mut store = backend.open();
    store.add_tickets(&[1]);
    let snapshot = store.db.snapshot(&event(), NOW.seconds()).unwrap();
    let before = store.db.snapshot_page(&snapshot, 0).unwrap();
    store.add_tickets(&[2]);
    store
        .db
        .set_ticket_status(&event(), &ticket(1), Status::Revoked, NOW)
        .unwrap();
    assert_eq!(store.db.snapshot_page(&snapshot, 0).unwrap(), before);
}

/// By one database: the statements are the same, and so many tickets take PostgreSQL's long.
#[test]
fn a_snapshot_of_many_pages_has_every_ticket_once() {
    let mut store = Backend::Memory.open();
    let count = SNAPSHOT_TICKETS_MAX as u64 + 1;
    let rows: Vec<TicketRow> = (1..=count)
        .map(|number| TicketRow {
            ticket: TicketId::new(&number.to_be_bytes()).unwrap(),
            ..row(0)
        })
        .collect();
    store.db.add_tickets(&event(), &rows, NOW).unwrap();
    let snapshot = store.db.snapshot(&event(), NOW.seconds()).unwrap();
    assert_eq!((snapshot.tickets, snapshot.pages()), (count, 2));
    let mut seen = BTreeSet::new();
    for number in 0..2 {
        let page = store.db.snapshot_page(&snapshot, number).unwrap().unwrap();
        seen.extend(page.tickets().unwrap().iter().map(|row| row.ticket));
    }
    assert_eq!(seen.len() as u64, count);
}

/// What one process read, the others hand out page by page, until two newer ones are there.
#[test]
fn a_snapshot_that_one_process_read_is_anothers_too() {
    let mut store = Backend::Postgres.open();
    let mut other = store.another();
    assert!(other.kept_snapshot(&event(), None).unwrap().is_none());
    let mut places = Vec::new();
    for id in 1..=3 {
        store.add_tickets(&[id]);
        let snapshot = store.db.snapshot(&event(), NOW.seconds()).unwrap();
        store.db.keep_snapshot(&snapshot).unwrap();
        let anothers = other
            .kept_snapshot(&event(), Some(&snapshot.to))
            .unwrap()
            .unwrap();
        assert_eq!(
            other.snapshot_page(&anothers, 0).unwrap(),
            store.db.snapshot_page(&snapshot, 0).unwrap()
        );
        places.push(snapshot.to);
    }
    assert_eq!(
        other.kept_snapshot(&event(), None).unwrap().unwrap().to,
        places[2]
    );
    assert!(other.kept_snapshot(&event(), Some(&places[1])).unwrap().is_some());
    assert!(other.kept_snapshot(&event(), Some(&places[0])).unwrap().is_none());
}
