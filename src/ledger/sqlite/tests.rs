//! What only a store on a disk can do: come back, be damaged, be full, be shared.
//!
//! Tests may run as root, for whom modes do not bind: a folder that cannot be used is a file here, and a file that
//! cannot be written is opened through SQLite's own `query_only`.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::super::contract::samples::{
    complete_list, complete_list_at, cursor, entry, facts_of, merge, page, row, segment, snapshot, stream,
    take, ticket,
};
use super::*;
use crate::domain::ids::TicketId;
use crate::ledger::WIPE_ORDER_SETTING;

const PAGE: u64 = 4096;

fn open(folder: &Path, stream_number: u8) -> Result<SqliteLedger, LedgerError> {
    SqliteLedger::open(folder, stream(stream_number), &Opening::default())
}

fn attach(folder: &Path) -> SqliteLedger {
    SqliteLedger::attach(folder, &Opening::default()).unwrap()
}

fn message(error: &LedgerError) -> String {
    error.to_string()
}

#[test]
fn a_reopened_store_holds_everything() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = open(folder.path(), 1).unwrap();
    complete_list(&mut ledger, [row(1)]);
    let mut facts = vec![ledger.record(&entry(1, 10)).unwrap()];
    merge(&mut ledger, &[segment(3, 1, vec![entry(1, 11)])]);
    ledger.set_setting("server", b"url").unwrap();
    let (cursor, status) = (ledger.cursor().unwrap(), ledger.status().unwrap());
    drop(ledger);

    let mut ledger = open(folder.path(), 2).unwrap();
    assert_eq!(ledger.cursor().unwrap(), cursor);
    assert_eq!(ledger.status().unwrap(), status);
    assert_eq!(ledger.setting("server").unwrap().as_deref(), Some(&b"url"[..]));
    facts.extend(segment(3, 1, vec![entry(1, 11)]).1.facts());
    facts.push(ledger.record(&entry(1, 12)).unwrap());
    assert_eq!(facts.last().unwrap().id.stream, stream(2));
    assert_eq!(facts_of(&mut ledger, 1), facts);
    assert_eq!(ledger.earlier_streams().unwrap(), [stream(1)]);
    // The stream of the process before is still sent, and first.
    assert_eq!(ledger.unsealed(10).unwrap().unwrap().stream, stream(1));
    ledger.check().unwrap();
}

#[test]
fn a_list_half_built_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = open(folder.path(), 1).unwrap();
    take(&mut ledger, &snapshot(4, (0, 2), &[row(1)], Vec::new())).unwrap();
    drop(ledger);
    let mut ledger = open(folder.path(), 2).unwrap();
    assert_eq!(ledger.building().unwrap().map(|building| building.next), Some(1));
    take(&mut ledger, &snapshot(4, (1, 2), &[row(2)], Vec::new())).unwrap();
    assert_eq!(ledger.status().unwrap().tickets, 2);
}

#[test]
fn a_stream_that_comes_again_goes_on_after_its_last_fact() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path(), 1).unwrap().record(&entry(1, 10)).unwrap();
    let recorded = open(folder.path(), 1).unwrap().record(&entry(1, 11)).unwrap();
    assert_eq!(recorded.id.sequence, Sequence(2));
}

#[test]
fn durability_rests_on_settings_that_are_really_set() {
    let folder = tempfile::tempdir().unwrap();
    let pragma = |ledger: &SqliteLedger, name: &str| {
        let read = |row: &rusqlite::Row<'_>| row.get::<_, rusqlite::types::Value>(0);
        ledger
            .store
            .connection
            .pragma_query_value(None, name, read)
            .unwrap()
    };
    let ledger = open(folder.path(), 1).unwrap();
    assert_eq!(pragma(&ledger, "journal_mode"), "wal".to_owned().into());
    for (name, value) in [
        ("synchronous", 2_i64),
        ("foreign_keys", 1),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
    ] {
        assert_eq!(pragma(&ledger, name), value.into(), "{name}");
    }
    let normal = Opening {
        synchronous: Synchronous::Normal,
        ..Opening::default()
    };
    let beside = SqliteLedger::attach(folder.path(), &normal).unwrap();
    assert_eq!(pragma(&beside, "synchronous"), 1_i64.into());
}

#[test]
fn the_folder_is_for_the_gates_user_alone() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("a/b");
    drop(open(&folder, 1).unwrap());
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn only_one_gate_runs_on_a_folder_and_any_number_sync_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut gate = open(folder.path(), 1).unwrap();
    let second = open(folder.path(), 2).unwrap_err();
    assert!(matches!(second, LedgerError::InUse { .. }), "{second:?}");
    assert!(message(&second).contains("--data"), "{second}");

    let mut sync = attach(folder.path());
    complete_list(&mut sync, [row(1)]);
    merge(&mut sync, &[segment(3, 1, vec![entry(1, 10)])]);
    let recorded = gate.record(&entry(1, 11)).unwrap();
    assert_eq!(facts_of(&mut gate, 1).len(), 2);
    assert_eq!(facts_of(&mut sync, 1).last(), Some(&recorded));
    assert!(matches!(sync.record(&entry(1, 12)), Err(LedgerError::NoStream)));

    drop(gate);
    drop(open(folder.path(), 2).unwrap());
}

#[test]
fn facts_merged_beside_the_gate_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (mut gate, mut sync) = (open(folder.path(), 1).unwrap(), attach(folder.path()));
    let inside = |ledger: &mut SqliteLedger| {
        ledger
            .occupancy(&"venue".parse().unwrap(), UnixMillis(0))
            .unwrap()
    };
    complete_list(&mut sync, [row(1)]);
    gate.record(&entry(1, 10)).unwrap();
    assert_eq!(inside(&mut gate), 1);
    merge(&mut sync, &[segment(3, 1, vec![entry(2, 10), entry(3, 10)])]);
    assert_eq!((inside(&mut gate), inside(&mut sync)), (3, 3));
    gate.record(&entry(4, 10)).unwrap();
    assert_eq!((inside(&mut gate), inside(&mut sync)), (4, 4));
}

#[test]
fn a_damaged_header_is_told_and_nothing_is_deleted() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path(), 1).unwrap());
    overwrite(&folder.path().join("gate.db"), 0, b"not a database");
    let before = fs::read(folder.path().join("gate.db")).unwrap();
    let error = open(folder.path(), 2).unwrap_err();
    assert!(matches!(error, LedgerError::Corrupt(_)), "{error:?}");
    assert!(message(&error).contains(".recover"), "{error}");
    assert_eq!(fs::read(folder.path().join("gate.db")).unwrap(), before);
}

#[test]
fn a_damaged_page_is_an_error_and_never_a_wrong_answer() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = open(folder.path(), 1).unwrap();
    let ids = |number: u16| TicketId::new(&[&[0; 6][..], &number.to_be_bytes()[..]].concat()).unwrap();
    let rows = (0..2000).map(|number| crate::domain::admission::TicketRow {
        ticket: ids(number),
        ..row(1)
    });
    complete_list(&mut ledger, rows);
    drop(ledger);

    let path = folder.path().join("gate.db");
    let pages = fs::metadata(&path).unwrap().len() / PAGE;
    assert!(pages > 20, "{pages} pages hold the tickets");
    // The tables' roots come first, the tickets last.
    overwrite(&path, (pages - 5) * PAGE, &[0xAA; PAGE as usize]);

    let mut ledger = open(folder.path(), 2).unwrap();
    assert!(matches!(ledger.check(), Err(LedgerError::Corrupt(_))));
    let mut damaged = 0;
    for number in 0..2000 {
        match ledger.look_up(&ids(number)) {
            Ok(known) => assert!(matches!(known.listing, Listing::Listed(row) if row.ticket == ids(number))),
            Err(LedgerError::Corrupt(_)) => damaged += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    assert!((1..2000).contains(&damaged), "{damaged} tickets on the page");
}

#[test]
fn a_newer_database_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(folder.path(), 1).unwrap();
    ledger
        .store
        .connection
        .pragma_update(None, "user_version", 99)
        .unwrap();
    drop(ledger);
    let error = open(folder.path(), 2).unwrap_err();
    assert!(matches!(error, LedgerError::Newer(_)), "{error:?}");
    assert!(
        message(&error).contains("newer wicket; install that version"),
        "{error}"
    );
}

#[test]
fn a_folder_that_is_a_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"").unwrap();
    for path in [file.clone(), file.join("below")] {
        let error = open(&path, 1).unwrap_err();
        assert!(matches!(error, LedgerError::Folder { .. }), "{error:?}");
        assert!(message(&error).contains(path.to_str().unwrap()), "{error}");
    }
}

#[test]
fn a_database_that_cannot_be_opened_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("gate.db")).unwrap();
    let error = open(folder.path(), 1).unwrap_err();
    assert!(matches!(error, LedgerError::ReadOnly(_)), "{error:?}");
    assert!(message(&error).contains("mounted read-only"), "{error}");
}

#[test]
fn a_store_that_became_read_only_records_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = open(folder.path(), 1).unwrap();
    ledger
        .store
        .connection
        .pragma_update(None, "query_only", true)
        .unwrap();
    let error = ledger.record(&entry(1, 10)).unwrap_err();
    assert!(matches!(error, LedgerError::ReadOnly(_)), "{error:?}");
    ledger
        .store
        .connection
        .pragma_update(None, "query_only", false)
        .unwrap();
    assert_eq!(ledger.record(&entry(1, 11)).unwrap().id.sequence, Sequence::FIRST);
}

#[test]
fn a_full_disk_is_told_and_the_store_goes_on_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = open(folder.path(), 1).unwrap();
    let limit = |ledger: &SqliteLedger, pages: u32| {
        ledger
            .store
            .connection
            .pragma_update(None, "max_page_count", pages)
            .unwrap();
    };
    limit(&ledger, 1);
    let mut recorded = 0;
    let error = loop {
        match ledger.record(&entry(1, 10 + recorded)) {
            Ok(_) => recorded += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, LedgerError::Full(_)), "{error:?}");
    assert!(message(&error).contains("free some space"), "{error}");
    assert_eq!(facts_of(&mut ledger, 1).len() as u64, recorded);
    limit(&ledger, 1_000_000);
    let next = ledger.record(&entry(1, 1000)).unwrap();
    assert_eq!(next.id.sequence, Sequence(recorded + 1), "no gap is left");
    ledger.check().unwrap();
}

#[test]
fn a_scan_gives_up_on_a_lock_that_never_ends() {
    let folder = tempfile::tempdir().unwrap();
    let mut gate = open(folder.path(), 1).unwrap();
    let other = attach(folder.path());
    other.store.connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = gate.record(&entry(1, 10)).unwrap_err();
    assert!(matches!(error, LedgerError::Busy(_)), "{error:?}");
    other.store.connection.execute_batch("COMMIT").unwrap();
    gate.record(&entry(1, 11)).unwrap();
}

/// Rows of tickets on all lists.
fn rows_held(ledger: &SqliteLedger) -> i64 {
    ledger
        .store
        .connection
        .query_row("SELECT COUNT(*) FROM ticket", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn an_old_list_is_cleared_in_short_transactions() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = open(folder.path(), 1).unwrap();
    let ids = |number: u16| TicketId::new(&[&[0; 6][..], &number.to_be_bytes()[..]].concat()).unwrap();
    let many = (0..5_000).map(|number| crate::domain::admission::TicketRow {
        ticket: ids(number),
        ..row(1)
    });
    complete_list(&mut ledger, many);
    assert!(!ledger.clear_dropped().unwrap());
    complete_list_at(&mut ledger, 2, (1..=3).map(row));
    let mut left = vec![rows_held(&ledger)];
    while ledger.clear_dropped().unwrap() {
        left.push(rows_held(&ledger));
    }
    left.push(rows_held(&ledger));
    assert_eq!(left, [5_003, 3_003, 1_003, 3]);
    assert_eq!(ledger.status().unwrap().tickets, 3);
}

#[test]
fn a_page_that_was_cut_off_is_taken_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = open(folder.path(), 1).unwrap();
    let first = snapshot(4, (0, 2), &[row(1), row(2)], Vec::new());
    // As after a cut: the list is begun, one row is in, the page is not.
    take(&mut ledger, &first).unwrap();
    ledger
        .store
        .connection
        .execute_batch("UPDATE list SET next = 0; DELETE FROM ticket WHERE id = x'0202020202020202'")
        .unwrap();
    take(&mut ledger, &first).unwrap();
    take(&mut ledger, &snapshot(4, (1, 2), &[row(3)], Vec::new())).unwrap();
    assert_eq!(ledger.status().unwrap().tickets, 3);
    assert_eq!(rows_held(&ledger), 3);
}

#[test]
fn a_long_page_of_the_log_is_applied_in_parts_and_ends_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = open(folder.path(), 1).unwrap();
    complete_list(&mut ledger, []);
    let changes = (0..600).map(|number: u64| {
        let row = crate::domain::admission::TicketRow {
            ticket: TicketId::new(&number.to_be_bytes()).unwrap(),
            ..row(1)
        };
        (number + 2, crate::wire::Change::Ticket(row))
    });
    let long = LogPage {
        changes: changes.collect(),
        ..page(1, 601, 601, Vec::new())
    };
    ledger.apply(&long, &[]).unwrap();
    assert_eq!(ledger.status().unwrap().tickets, 600);
    assert_eq!(ledger.cursor().unwrap(), Some(cursor(601)));
}

#[test]
fn a_list_that_an_older_version_was_building_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = open(folder.path(), 1).unwrap();
    take(&mut ledger, &snapshot(4, (0, 2), &[row(1)], Vec::new())).unwrap();
    let back = "ALTER TABLE list DROP COLUMN next; ALTER TABLE list DROP COLUMN pages; \
         ALTER TABLE stream DROP COLUMN device; ALTER TABLE stream DROP COLUMN believed; \
         ALTER TABLE device DROP COLUMN believed; ALTER TABLE list DROP COLUMN control_keyring; \
         DROP TABLE used_control_code; DROP TABLE label; PRAGMA user_version = 3";
    ledger.store.connection.execute_batch(back).unwrap();
    drop(ledger);
    let mut ledger = open(folder.path(), 2).unwrap();
    assert_eq!(ledger.building().unwrap(), None);
    complete_list(&mut ledger, [row(2)]);
    assert_eq!(
        ledger.look_up(&ticket(1)).unwrap().listing,
        crate::domain::admission::Listing::Unlisted {
            as_of: crate::domain::time::UnixSeconds(1001),
        }
    );
}

#[test]
fn syncs_leave_the_log_short_and_a_gate_does_not_fold_it() {
    let folder = tempfile::tempdir().unwrap();
    let gate = open(folder.path(), 1).unwrap();
    let mut sync = attach(folder.path());
    let pages = |connection: &rusqlite::Connection| -> i64 {
        let noop = "PRAGMA wal_checkpoint(NOOP)";
        connection
            .query_row(noop, [], |row| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?))
            .unwrap()
    };
    complete_list(&mut sync, []);
    for number in 0..40_u8 {
        // A hundred pages each.
        sync.set_setting("large", &vec![number; 400_000]).unwrap();
        assert!(pages(&sync.store.connection) < 1_200, "{number}");
    }
    assert!(pages(&gate.store.connection) < 1_200);
}

fn overwrite(path: &Path, at: u64, bytes: &[u8]) {
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(bytes).unwrap();
}

#[test]
fn a_wipe_that_was_cut_off_goes_on_and_leaves_no_ticket_in_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let needle = [0xa5; 8];
    {
        let mut ledger = SqliteLedger::open(folder.path(), stream(1), &Opening::default()).unwrap();
        complete_list(&mut ledger, [row(0xa5), row(2)]);
        // As far as the first commit of a wipe.
        ledger.set_setting(WIPE_ORDER_SETTING, b"order").unwrap();
        ledger
            .store
            .connection
            .execute("UPDATE list SET state = 2", [])
            .unwrap();
    }
    let mut ledger = SqliteLedger::attach(folder.path(), &Opening::default()).unwrap();
    assert_eq!(ledger.status().unwrap().tickets, 0);
    let rows: i64 = ledger
        .store
        .connection
        .query_row(
            "SELECT (SELECT COUNT(*) FROM ticket) + (SELECT COUNT(*) FROM list) + (SELECT COUNT(*) FROM device)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(rows, 0);
    for name in ["gate.db", "gate.db-wal"] {
        let bytes = std::fs::read(folder.path().join(name)).unwrap();
        assert!(
            !bytes.windows(8).any(|window| window == needle),
            "{name} holds a ticket's id"
        );
    }
}
