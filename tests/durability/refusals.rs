//! A store that cannot be used: the command ends with status 2, says what to do, and touches nothing.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use wicket::ledger::{Opening, SqliteLedger};

use super::venue::{AT, Venue, own_stream};

/// Scans one good ticket and says what the command answers people.
fn refusal(venue: &Venue, data: &Path) -> String {
    let mut gate = venue.scan(data, AT).spawn().unwrap();
    let mut stdin = gate.stdin.take().unwrap();
    // It may end before it reads.
    let _ = writeln!(stdin, "{}", venue.code(1));
    drop(stdin);
    let output = gate.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert_eq!(output.stdout, b"", "nobody enters");
    told
}

fn store(venue: &Venue) -> PathBuf {
    drop(SqliteLedger::open(&venue.data(), own_stream(), &Opening::default()).unwrap());
    venue.data().join("gate.db")
}

#[test]
fn a_damaged_database_is_left_as_it_is() {
    let venue = Venue::new();
    let database = store(&venue);
    let mut bytes = fs::read(&database).unwrap();
    bytes[..16].copy_from_slice(b"this was SQLite.");
    fs::write(&database, &bytes).unwrap();
    let told = refusal(&venue, &venue.data());
    assert!(told.contains("damaged") && told.contains(".recover"), "{told}");
    assert_eq!(fs::read(&database).unwrap(), bytes);
}

#[test]
fn a_database_cut_short_is_not_taken_for_an_empty_one() {
    let venue = Venue::new();
    let database = store(&venue);
    let bytes = fs::read(&database).unwrap();
    fs::write(&database, &bytes[..bytes.len() / 2]).unwrap();
    let told = refusal(&venue, &venue.data());
    assert!(told.contains("damaged") && told.contains(".recover"), "{told}");
}

#[test]
fn a_database_of_a_later_version_is_left_to_it() {
    let venue = Venue::new();
    let database = store(&venue);
    Connection::open(&database)
        .unwrap()
        .pragma_update(None, "user_version", 1000)
        .unwrap();
    let told = refusal(&venue, &venue.data());
    assert!(told.contains("newer wicket; install that version"), "{told}");
}

/// Modes do not bind root, but nobody makes a folder in `/proc`.
#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let told = refusal(&Venue::new(), Path::new("/proc/wicket-data"));
    assert!(
        told.contains("/proc/wicket-data") && told.contains("may write to"),
        "{told}"
    );
}
