//! Figures, and a look whether the file is whole.

use rusqlite::{Connection, Result};

use super::list::{self, State};
use super::rows;
use crate::ledger::{LedgerError, LedgerStatus};

/// Figures for `status`.
pub(super) fn status(connection: &Connection) -> Result<LedgerStatus> {
    let live = list::head(connection, State::Live)?;
    let number = live.as_ref().map(|head| head.number);
    let count = |sql: &str| rows::first(connection, sql, [], rows::count).map(Option::unwrap_or_default);
    let on_list =
        |sql: &str| rows::first(connection, sql, [number], rows::count).map(Option::unwrap_or_default);
    Ok(LedgerStatus {
        tickets: on_list("SELECT COUNT(*) FROM ticket WHERE list = ?1")?,
        withdrawn: on_list("SELECT COUNT(*) FROM ticket WHERE list = ?1 AND status <> 0")?,
        own_facts: count("SELECT COUNT(*) FROM stream s JOIN fact f ON f.stream = s.number WHERE s.own")?,
        unacknowledged: count(
            "SELECT COUNT(*) FROM stream s JOIN fact f ON f.stream = s.number AND f.sequence > s.acknowledged \
             WHERE s.own",
        )?,
        others_facts: count(
            "SELECT COUNT(*) FROM stream s JOIN fact f ON f.stream = s.number WHERE NOT s.own",
        )?,
        contradictions: count("SELECT COUNT(*) FROM contradiction")?,
        denials: count("SELECT COUNT(*) FROM denial")?,
        as_of: live.as_ref().map(|head| head.as_of),
        cursor: live.map(|head| head.cursor),
    })
}

/// Reads every page and every reference.
pub(super) fn check(connection: &Connection) -> Result<(), LedgerError> {
    let mut found = rows::all(connection, "PRAGMA integrity_check", [], |row| {
        row.get::<_, String>(0)
    })?;
    found.retain(|line| line != "ok");
    found.extend(rows::all(connection, "PRAGMA foreign_key_check", [], |row| {
        Ok(format!("a row of {} refers to nothing", row.get::<_, String>(0)?))
    })?);
    if found.is_empty() {
        return Ok(());
    }
    Err(LedgerError::Corrupt(found.join("; ").into()))
}
