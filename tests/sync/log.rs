//! The change log read page by page while it changes.

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use tempfile::TempDir;
use wicket::domain::admission::{Status, TicketRow};
use wicket::domain::ids::{EventId, TicketId};
use wicket::domain::ticket::jwk::PrivateJwk;
use wicket::domain::time::{UnixMillis, UnixSeconds};
use wicket::server::db::{Db, LogRead, NewEvent};
use wicket::wire::{Change, Cursor, LogPage};

use super::EVENT;

const NOW: UnixMillis = UnixMillis(1_795_000_000_000);

fn event() -> EventId {
    EVENT.parse().unwrap()
}

fn database(folder: &TempDir) -> Db {
    let mut db = Db::open(folder.path()).unwrap();
    let new = NewEvent {
        event: &event(),
        log: [3; 16],
        rulebook: r#"{"event":"spring-26"}"#,
        issuer: &PrivateJwk {
            kid: Some("issuer-1".into()),
            key: SigningKey::from_bytes(&[1; 32]),
        },
    };
    db.add_event(&new).unwrap();
    db
}

fn row(number: u64) -> TicketRow {
    TicketRow {
        ticket: TicketId::new(&number.to_be_bytes()).unwrap(),
        ticket_type: "adult".parse().unwrap(),
        status: Status::Valid,
        admits: 1,
        valid_from: None,
        valid_until: UnixSeconds(1_900_000_000),
        replaces: None,
    }
}

fn page(db: &mut Db, after: Option<&Cursor>) -> LogPage {
    match db.log_page(&event(), after, UnixSeconds(1)).unwrap() {
        LogRead::Page(page) => page,
        LogRead::DoesNotFit => panic!("the cursor does not fit"),
    }
}

/// Follows the log to its head from a cursor on.
fn follow(db: &mut Db, mut after: Option<Cursor>, rows: &mut BTreeMap<TicketId, Status>) -> Cursor {
    loop {
        let page = page(db, after.as_ref());
        take(&page, rows);
        if page.to.sequence == page.head {
            return page.to;
        }
        after = Some(page.to);
    }
}

fn take(page: &LogPage, rows: &mut BTreeMap<TicketId, Status>) {
    for (_, change) in &page.changes {
        if let Change::Ticket(row) = change {
            rows.insert(row.ticket, row.status);
        }
    }
}

#[test]
fn a_reader_that_pauses_while_the_log_changes_ends_where_a_new_one_does() {
    let folder = TempDir::new().unwrap();
    let mut db = database(&folder);
    let rows: Vec<TicketRow> = (0..1_800).map(row).collect();
    db.add_tickets(&event(), &rows, NOW).unwrap();
    let mut paused = BTreeMap::new();
    let first = page(&mut db, None);
    assert_eq!((first.from, first.to.sequence, first.head), (0, 1_000, 1_802));
    take(&first, &mut paused);

    // One that was read, and one that was not, change places in the log.
    for number in [5, 1_500] {
        db.set_ticket_status(&event(), &rows[number].ticket, Status::Revoked, NOW)
            .unwrap();
    }
    db.add_tickets(&event(), &[row(9_999)], NOW).unwrap();
    let mut fresh = BTreeMap::new();
    let end = follow(&mut db, Some(first.to), &mut paused);
    assert_eq!(follow(&mut db, None, &mut fresh), end);
    assert_eq!(paused, fresh);
    assert_eq!(fresh.len(), 1_801);
    assert_eq!(
        fresh
            .values()
            .filter(|status| **status == Status::Revoked)
            .count(),
        2
    );
    assert_eq!(page(&mut db, Some(&end)).changes, []);
}

#[test]
fn a_cursor_fits_only_the_log_and_the_changes_that_it_came_from() {
    let folder = TempDir::new().unwrap();
    let mut db = database(&folder);
    db.add_tickets(&event(), &[row(1), row(2)], NOW).unwrap();
    let stands = follow(&mut db, None, &mut BTreeMap::new());
    let wrong = [
        Cursor {
            log: [9; 16].into(),
            ..stands.clone()
        },
        Cursor {
            chain: [9; 32].into(),
            ..stands.clone()
        },
        Cursor {
            sequence: stands.sequence - 1,
            ..stands.clone()
        },
        Cursor {
            sequence: stands.sequence + 1,
            ..stands.clone()
        },
        Cursor {
            sequence: u64::MAX,
            ..stands.clone()
        },
        Cursor {
            sequence: 0,
            ..stands
        },
    ];
    for cursor in wrong {
        let read = db.log_page(&event(), Some(&cursor), UnixSeconds(1)).unwrap();
        assert_eq!(read, LogRead::DoesNotFit, "{cursor:?}");
    }
}

#[test]
fn tickets_are_added_all_or_none() {
    let folder = TempDir::new().unwrap();
    let mut db = database(&folder);
    db.add_tickets(&event(), &[row(1)], NOW).unwrap();
    assert!(db.add_tickets(&event(), &[row(2), row(1)], NOW).is_err());
    let mut rows = BTreeMap::new();
    follow(&mut db, None, &mut rows);
    assert_eq!(rows.len(), 1);
}
