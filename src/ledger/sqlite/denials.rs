//! Refusals in a ring, and small named values.

use rusqlite::{Connection, Result};

use super::rows;
use crate::domain::checkin::Denial;
use crate::ledger::DENIALS_MAX;
use crate::wire;

/// Keeps refusals; the oldest make room.
pub(super) fn note(connection: &Connection, denials: &[Denial]) -> Result<()> {
    for denial in denials {
        rows::execute(
            connection,
            "INSERT INTO denial (body) VALUES (?1)",
            [wire::to_cbor(denial)],
        )?;
    }
    rows::execute(
        connection,
        "DELETE FROM denial WHERE id <= (SELECT MAX(id) FROM denial) - ?1",
        [DENIALS_MAX as i64],
    )?;
    Ok(())
}

/// The newest refusals.
pub(super) fn newest(connection: &Connection, limit: usize) -> Result<Vec<Denial>> {
    rows::all(
        connection,
        "SELECT body FROM denial ORDER BY id DESC LIMIT ?1",
        [i64::try_from(limit).unwrap_or(i64::MAX)],
        |row| rows::cbor(row, 0),
    )
}

/// A small named value.
pub(super) fn setting(connection: &Connection, name: &str) -> Result<Option<Vec<u8>>> {
    rows::first(
        connection,
        "SELECT value FROM setting WHERE name = ?1",
        [name],
        |row| row.get(0),
    )
}

/// Keeps a small named value.
pub(super) fn set_setting(connection: &Connection, name: &str, value: &[u8]) -> Result<()> {
    rows::execute(
        connection,
        "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
        (name, value),
    )?;
    Ok(())
}
