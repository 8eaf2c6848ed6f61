//! Snapshots and the change log, read page by page while the list changes.

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use tempfile::TempDir;
use wicket::domain::admission::{Status, TicketRow};
use wicket::domain::ids::{EventId, TicketId};
use wicket::domain::ticket::jwk::PrivateJwk;
use wicket::domain::time::{UnixMillis, UnixSeconds};
use wicket::server::db::{Db, LogRead, NewEvent, Snapshot};
use wicket::wire::limits::{PAGE_BYTES_FULL, SNAPSHOT_TICKETS_BYTES_MAX, SNAPSHOT_TICKETS_MAX};
use wicket::wire::{Change, Cursor, LogPage, SnapshotPage};

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

fn page(db: &mut Db, after: &Cursor) -> LogPage {
    match db.log_page(&event(), after, UnixSeconds(1)).unwrap() {
        LogRead::Page(page) => page,
        LogRead::DoesNotFit => panic!("the cursor does not fit"),
    }
}

/// What a gate would hold: each ticket's status, and the changes of other kinds.
#[derive(Debug, Default, PartialEq)]
struct Held {
    statuses: BTreeMap<TicketId, Status>,
    others: Vec<Change>,
}

impl Held {
    fn take(&mut self, page: &SnapshotPage) {
        for row in page.tickets().unwrap() {
            let before = self.statuses.insert(row.ticket, row.status);
            assert_eq!(before, None, "no two pages bring a ticket");
        }
        self.others.extend(page.changes.clone());
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Ticket(row) => {
                self.statuses.insert(row.ticket, row.status);
            }
            other => self.others.push(other.clone()),
        }
    }
}

/// Every page of a snapshot.
fn pages(db: &mut Db, snapshot: &Snapshot) -> Vec<SnapshotPage> {
    let pages: Vec<SnapshotPage> = (0..snapshot.pages())
        .map(|number| db.snapshot_page(snapshot, number).unwrap().unwrap())
        .collect();
    assert_eq!(db.snapshot_page(snapshot, snapshot.pages()).unwrap(), None);
    for (number, page) in (0..).zip(&pages) {
        assert_eq!(
            (page.page, page.pages, &page.to),
            (number, snapshot.pages(), &snapshot.to)
        );
    }
    pages
}

/// Takes a snapshot whole; where it ends.
fn begin(db: &mut Db, held: &mut Held) -> Cursor {
    let snapshot = db.snapshot(&event(), UnixSeconds(1)).unwrap();
    pages(db, &snapshot).iter().for_each(|page| held.take(page));
    snapshot.to
}

/// Follows the log to its head from a cursor on.
fn follow(db: &mut Db, mut after: Cursor, held: &mut Held) -> Cursor {
    loop {
        let page = page(db, &after);
        page.changes.iter().for_each(|(_, change)| held.change(change));
        if page.to.sequence == page.head {
            return page.to;
        }
        after = page.to;
    }
}

#[test]
pub(super) fn a_reader_that_pauses_while_the_log_changes_ends_where_a_new_one_does() {
    let folder = TempDir::new().unwrap();
    let mut db = database(&folder);
    let mut paused = Held::default();
    let start = begin(&mut db, &mut paused);
    let rows: Vec<TicketRow> = (0..1_800).map(row).collect();
    db.add_tickets(&event(), &rows, NOW).unwrap();
    let first = page(&mut db, &start);
    assert_eq!((first.from, first.to.sequence, first.head), (2, 1_002, 1_802));
    first.changes.iter().for_each(|(_, change)| paused.change(change));

    // One that was read, and one that was not, change places in the log.
    for number in [5, 1_500] {
        db.set_ticket_status(&event(), &rows[number].ticket, Status::Revoked, NOW)
            .unwrap();
    }
    db.add_tickets(&event(), &[row(9_999)], NOW).unwrap();
    let mut fresh = Held::default();
    let end = follow(&mut db, first.to, &mut paused);
    assert_eq!(begin(&mut db, &mut fresh), end);
    assert_eq!(paused, fresh);
    assert_eq!(fresh.statuses.len(), 1_801);
    let revoked = |status: &&Status| **status == Status::Revoked;
    assert_eq!(fresh.statuses.values().filter(revoked).count(), 2);
    assert_eq!(page(&mut db, &end).changes, []);
}

#[test]
fn a_snapshot_stays_what_it_was_while_the_log_goes_on() {
    let folder = TempDir::new().unwrap();
    let mut db = database(&folder);
    let rows: Vec<TicketRow> = (0..10).map(row).collect();
    db.add_tickets(&event(), &rows, NOW).unwrap();
    let mut reader = db.reader().unwrap();
    let snapshot = reader.snapshot(&event(), UnixSeconds(7)).unwrap();
    assert_eq!(
        (snapshot.tickets, snapshot.to.sequence, snapshot.as_of),
        (10, 12, UnixSeconds(7))
    );
    let before = pages(&mut reader, &snapshot);

    db.set_ticket_status(&event(), &rows[3].ticket, Status::Revoked, NOW)
        .unwrap();
    db.add_tickets(&event(), &[row(99)], NOW).unwrap();
    assert_eq!(pages(&mut reader, &snapshot), before);
    let mut held = Held::default();
    before.iter().for_each(|page| held.take(page));
    assert!(matches!(
        held.others[..],
        [Change::Rulebook(_), Change::Keyring(_)]
    ));
    let end = follow(&mut db, snapshot.to, &mut held);
    assert_eq!((end.sequence, held.statuses.len()), (14, 11));
    assert_eq!(held.statuses[&rows[3].ticket], Status::Revoked);
    assert_eq!(reader.log_head(&event()).unwrap(), end);
}

#[test]
fn a_large_list_takes_pages_within_their_limits() {
    let folder = TempDir::new().unwrap();
    let mut db = database(&folder);
    // Each is valid at a time of its own, which packs badly, and has a long id.
    let apart = |number: u64| TicketRow {
        ticket: TicketId::new(&[number.to_be_bytes(), [7; 8]].concat()).unwrap(),
        valid_until: UnixSeconds(1_900_000_000 + number),
        ..row(number)
    };
    let count = SNAPSHOT_TICKETS_MAX as u64 + 1;
    let rows: Vec<TicketRow> = (0..count).map(apart).collect();
    db.add_tickets(&event(), &rows, NOW).unwrap();
    let snapshot = db.snapshot(&event(), UnixSeconds(1)).unwrap();
    let mut held = Held::default();
    let pages = pages(&mut db, &snapshot);
    for page in &pages {
        assert!(
            page.tickets.len() <= SNAPSHOT_TICKETS_BYTES_MAX,
            "{}",
            page.tickets.len()
        );
        held.take(page);
    }
    assert_eq!(held.statuses.len() as u64, count);
    assert!(pages.len() > 2, "{} pages", pages.len());
    let bytes: usize = pages.iter().map(|page| page.tickets.len()).sum();
    assert!((bytes..bytes + PAGE_BYTES_FULL).contains(&snapshot.bytes()));
}

#[test]
pub(super) fn a_cursor_fits_only_the_log_and_the_changes_that_it_came_from() {
    let folder = TempDir::new().unwrap();
    let mut db = database(&folder);
    db.add_tickets(&event(), &[row(1), row(2)], NOW).unwrap();
    let stands = begin(&mut db, &mut Held::default());
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
        let read = db.log_page(&event(), &cursor, UnixSeconds(1)).unwrap();
        assert_eq!(read, LogRead::DoesNotFit, "{cursor:?}");
    }
}

#[test]
pub(super) fn tickets_are_added_all_or_none() {
    let folder = TempDir::new().unwrap();
    let mut db = database(&folder);
    db.add_tickets(&event(), &[row(1)], NOW).unwrap();
    assert!(db.add_tickets(&event(), &[row(2), row(1)], NOW).is_err());
    let mut held = Held::default();
    begin(&mut db, &mut held);
    assert_eq!(held.statuses.len(), 1);
}
