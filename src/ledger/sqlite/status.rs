//! Figures, and a look whether the file is whole.

use rusqlite::{Connection, Result, Row, ToSql};

use super::list::{self, State};
use super::{denials, rows};
use crate::domain::time::UnixMillis;
use crate::ledger::{LedgerError, LedgerStatus, Pulse};

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
        open_conflicts: on_list("SELECT COUNT(*) FROM conflict WHERE list = ?1 AND state = 0")?,
        as_of: live.as_ref().map(|head| head.as_of),
        cursor: live.map(|head| head.cursor),
    })
}

/// Figures for a heartbeat.
pub(super) fn pulse(connection: &Connection) -> Result<Pulse> {
    let live = list::head(connection, State::Live)?.map(|head| head.number);
    let count = |sql: &str, params: &[&dyn ToSql]| {
        rows::first(connection, sql, params, rows::count).map(Option::unwrap_or_default)
    };
    let waiting = rows::first(
        connection,
        "SELECT COUNT(*), MIN(f.at_ms) FROM stream s JOIN fact f ON f.stream = s.number AND f.sequence > s.acknowledged \
         WHERE s.own",
        [],
        |row| Ok((rows::count(row)?, instant(row, 1)?)),
    )?;
    let (unsent, unsent_since) = waiting.unwrap_or_default();
    let last_fact = rows::first(
        connection,
        "SELECT MAX((SELECT at_ms FROM fact WHERE stream = s.number ORDER BY sequence DESC LIMIT 1)) \
         FROM stream s WHERE s.own",
        [],
        |row| instant(row, 0),
    )?;
    let last_denial = denials::newest(connection, 1)?
        .pop()
        .map(|denial| denial.now.best);
    Ok(Pulse {
        unsent,
        unsent_since,
        last_scan: last_fact.flatten().max(last_denial),
        tickets: count("SELECT COUNT(*) FROM ticket WHERE list = ?1", &[&live])?,
        contradictions: count("SELECT COUNT(*) FROM contradiction", &[])?,
    })
}

fn instant(row: &Row<'_>, column: usize) -> Result<Option<UnixMillis>> {
    Ok(row
        .get::<_, Option<i64>>(column)?
        .map(|at| UnixMillis(at.cast_unsigned())))
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
