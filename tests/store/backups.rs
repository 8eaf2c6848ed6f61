//! Copies of a file's data while they are in use, and data put back from one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tempfile::TempDir;
use wicket::server::db::{Db, DbError, LogRead};
use wicket::wire::Cursor;

use super::{Backend, NOW, Store, event, row};

fn restore(folder: &TempDir, copy: &std::path::Path, replace: bool) -> Result<usize, DbError> {
    Db::restore(folder.path(), copy, replace, || [9; 16])
}

fn tickets(db: &mut Db) -> u64 {
    db.snapshot(&event(), NOW.seconds()).unwrap().tickets
}

#[test]
fn a_copy_made_while_others_write_is_whole_as_of_one_moment() {
    let mut store = Backend::File.open();
    store.add_tickets(&[1]);
    let folder = TempDir::new().unwrap();
    let (copier, is_over) = (store.another(), AtomicBool::new(false));
    thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut written = 1;
            while !is_over.load(Ordering::Relaxed) && written < u8::MAX {
                written += 1;
                store.db.add_tickets(&event(), &[row(written)], NOW).unwrap();
            }
            written
        });
        for number in 0..4 {
            copier.back_up(&folder.path().join(number.to_string())).unwrap();
        }
        is_over.store(true, Ordering::Relaxed);
        assert!(writing.join().unwrap() > 1);
    });
    for number in 0..4 {
        let place = TempDir::new().unwrap();
        restore(&place, &folder.path().join(number.to_string()), false).unwrap();
        let mut db = Db::open(place.path()).unwrap();
        // A rulebook and a keyring came first, and each ticket is one change.
        assert_eq!(tickets(&mut db) + 2, db.log_head(&event()).unwrap().sequence);
        assert_eq!(tickets(&mut db), listed(&mut db));
    }
    assert_eq!(tickets(&mut store.db), listed(&mut store.db));
}

/// Tickets that the log brings from its beginning.
fn listed(db: &mut Db) -> u64 {
    let log = db.log_head(&event()).unwrap().log;
    let start = Cursor {
        log,
        sequence: 0,
        chain: Cursor::chain_start(&log),
    };
    let LogRead::Page(page) = db.log_page(&event(), &start, NOW.seconds()).unwrap() else {
        panic!("it fits");
    };
    page.changes.len() as u64 - 2
}

#[test]
fn a_copy_is_its_owners_alone_and_takes_no_other_files_name() {
    let store = Backend::File.open();
    let folder = TempDir::new().unwrap();
    let copy = folder.path().join("copy");
    let bytes = store.db.back_up(&copy).unwrap();
    let metadata = fs::metadata(&copy).unwrap();
    assert_eq!(
        (metadata.len(), metadata.permissions().mode() & 0o777),
        (bytes, 0o600)
    );
    let before = fs::read(&copy).unwrap();
    let refused = store.db.back_up(&copy).unwrap_err();
    assert!(matches!(refused, DbError::Copy { .. }), "{refused}");
    assert_eq!(fs::read(&copy).unwrap(), before);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left beside it"
    );
}

/// A store on a folder with one ticket, and its copy of before a second one was added.
fn copied() -> (Store, TempDir, std::path::PathBuf) {
    let mut store = Backend::File.open();
    store.add_tickets(&[1]);
    let folder = TempDir::new().unwrap();
    let copy = folder.path().join("copy");
    store.db.back_up(&copy).unwrap();
    store.add_tickets(&[2]);
    (store, folder, copy)
}

#[test]
fn a_copy_takes_the_place_of_data_that_nobody_uses_and_begins_another_log() {
    let (store, _kept, copy) = copied();
    let super::Place::Folder(folder, _) = store.place else {
        panic!("it is a folder");
    };
    let refused = restore(&folder, &copy, false).unwrap_err();
    assert!(refused.to_string().contains("--force"), "{refused}");
    let refused = restore(&folder, &copy, true).unwrap_err();
    assert!(refused.to_string().contains("stop it first"), "{refused}");
    let mut db = store.db;
    assert_eq!(tickets(&mut db), 2, "whoever uses them is not disturbed");
    drop(db);
    assert_eq!(restore(&folder, &copy, true).unwrap(), 1);
    let mut db = Db::open(folder.path()).unwrap();
    assert_eq!(tickets(&mut db), 1);
    assert_eq!(db.log_head(&event()).unwrap().log.as_slice(), [9; 16]);
    let before = folder.path().join("server.sqlite.before");
    let place = TempDir::new().unwrap();
    restore(&place, &before, false).unwrap();
    assert_eq!(
        tickets(&mut Db::open(place.path()).unwrap()),
        2,
        "the data of before are kept"
    );
}

#[test]
fn what_is_no_sound_copy_is_not_put_back() {
    let (_store, kept, copy) = copied();
    let place = TempDir::new().unwrap();
    let refused = |bytes: &[u8]| {
        let damaged = kept.path().join("damaged");
        fs::write(&damaged, bytes).unwrap();
        let error = restore(&place, &damaged, false).unwrap_err();
        assert!(!place.path().join("server.sqlite").exists());
        error.to_string()
    };
    let whole = fs::read(&copy).unwrap();
    assert!(refused(&whole[..whole.len() - 4_096]).contains("no sound copy"));
    assert!(refused(b"").contains("no sound copy"));
    assert!(refused(b"something else").contains("no sound copy"));
    let mut newer = whole.clone();
    // The version of the tables (SQLite's file format, 1.3).
    newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
    assert!(refused(&newer).contains("version 99"));
    let mut anothers = whole.clone();
    anothers[68..72].copy_from_slice(&1_u32.to_be_bytes());
    assert!(refused(&anothers).contains("another program's"));
    assert_eq!(restore(&place, &copy, false).unwrap(), 1);
}

#[test]
fn a_postgresql_says_how_it_is_copied() {
    let store = Backend::Postgres.open();
    let refused = store.db.back_up(std::path::Path::new("/nowhere")).unwrap_err();
    assert!(refused.to_string().contains("pg_dump"), "{refused}");
}
