//! The same rows, inserted by nothing but SQLite: into the gate's own table, ascending by id, in one durable transaction.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::list::List;
use super::{Outcome, timed};

/// How long it takes from opening the file to the end of the commit.
pub(super) fn insert(file: &Path, list: &List) -> Outcome<Duration> {
    let mut rows: Vec<_> = list.rows.iter().collect();
    rows.sort_by_key(|row| row.ticket);
    let ((), took) = timed(|| {
        let mut connection = Connection::open(file)?;
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
        connection.execute_batch(include_str!("bare.sql"))?;
        let transaction = connection.transaction()?;
        let mut insert = transaction.prepare(
            "INSERT INTO ticket (list, id, type, status, admits, valid_from, valid_until, replaces) \
             VALUES (1, ?1, ?2, ?3, ?4, NULL, ?5, NULL)",
        )?;
        for row in &rows {
            let ticket_type = row.ticket_type.as_str().len();
            let until = row.valid_until.0.cast_signed();
            insert.execute((
                row.ticket.as_bytes(),
                ticket_type,
                row.status as i64,
                row.admits,
                until,
            ))?;
        }
        drop(insert);
        transaction.commit()?;
        Ok(())
    })?;
    Ok(took)
}
