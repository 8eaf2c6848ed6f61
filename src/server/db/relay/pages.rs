//! Pages as they come from the origin.

use super::super::sql::{Connection, Optional, Transaction, params};
use super::super::{Db, DbError, EventRow, devices, event_row, lock_event};
use super::list::{State, stands, stored};
use super::{adopt, brought, receipts};
use crate::domain::ids::EventId;
use crate::domain::time::UnixMillis;
use crate::wire::limits::{PAGE_BYTES_FULL, PAGE_CHANGES_MAX};
use crate::wire::{self, Cursor, LogId, LogPage, Signed, SnapshotPage};

/// The level of a page that is full: it can be no larger.
const FULL: i64 = 1_000;

/// Pages of one level before they are fetched again as one: a gate that was away follows in a few requests, and each change
/// is fetched three times in a day of thousands.
const PAGES_OF_A_LEVEL: usize = 16;

impl Db {
    /// Keeps a page of a snapshot, whose signature and place were checked. With the last page the snapshot becomes the one
    /// that is handed out, and pages of the log from before the one before it go.
    ///
    /// Whether the list is whole with it.
    ///
    /// # Errors
    /// [`DbError`] where it could not be written; nothing of it is kept then.
    pub fn keep_snapshot_page(
        &mut self,
        page: &SnapshotPage,
        bytes: &[u8],
        now: UnixMillis,
    ) -> Result<bool, DbError> {
        self.connection.write(|transaction| {
            let event = lock_event(transaction, page.event.as_str())?;
            let number = aside(transaction, event, page)?;
            transaction.execute(
                "INSERT INTO relay_snapshot_pages (snapshot, page, bytes)
                 VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                params![number, page.page, bytes],
            )?;
            if page.is_last() {
                swap(transaction, event, number, &page.to, now)?;
            }
            Ok(page.is_last())
        })
    }

    /// Keeps a page of the log, whose signature and place were checked. Pages that lie within it go.
    ///
    /// # Errors
    /// [`DbError`] where it could not be written; nothing of it is kept then.
    pub fn keep_log_page(&mut self, page: &LogPage, bytes: &[u8], now: UnixMillis) -> Result<(), DbError> {
        self.connection.write(|transaction| {
            let event = lock_event(transaction, page.event.as_str())?;
            if page.from == page.to.sequence {
                transaction.execute(
                    "INSERT INTO relay_ends (event, seq, bytes) VALUES (?1, ?2, ?3)
                     ON CONFLICT (event) DO UPDATE SET seq = excluded.seq, bytes = excluded.bytes",
                    params![event.0, page.from, bytes],
                )?;
                return Ok(());
            }
            let within = params![event.0, page.from, page.to.sequence];
            let level: Option<i64> = transaction.query_row(
                "SELECT max(level) FROM relay_pages WHERE event = ?1 AND from_seq >= ?2 AND to_seq <= ?3",
                within,
                |row| row.get(0),
            )?;
            transaction.execute(
                "DELETE FROM relay_pages WHERE event = ?1 AND from_seq >= ?2 AND to_seq <= ?3",
                within,
            )?;
            transaction.execute(
                "INSERT INTO relay_pages (event, from_seq, to_seq, chain, level, bytes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    event.0,
                    page.from,
                    page.to.sequence,
                    page.to.chain.as_slice(),
                    if is_full(page, bytes) {
                        FULL
                    } else {
                        level.map_or(0, |level| level + 1)
                    },
                    bytes
                ],
            )?;
            let changes = page.changes.iter().map(|(_, change)| change);
            adopt(transaction, event, changes, now)?;
            Ok(())
        })
    }

    /// The place from which the newest pages are many small ones, which the origin hands out again as one.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn ragged_from(&mut self, event: &EventId) -> Result<Option<Cursor>, DbError> {
        let event = event_row(&self.connection, event.as_str())?;
        let Some(end) = stands(&self.connection, event)? else {
            return Ok(None);
        };
        let newest: Vec<(u64, i64)> = self.connection.query_map(
            "SELECT from_seq, level FROM relay_pages WHERE event = ?1 ORDER BY to_seq DESC LIMIT ?2",
            params![event.0, PAGES_OF_A_LEVEL],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let level = newest.first().map(|(_, level)| *level);
        let even = newest.iter().all(|(_, other)| Some(*other) == level);
        match newest.last() {
            Some((first, level)) if even && *level < FULL && newest.len() == PAGES_OF_A_LEVEL => {
                cursor_at(&self.connection, event, end.log, *first)
            }
            _ => Ok(None),
        }
    }
}

fn is_full(page: &LogPage, bytes: &[u8]) -> bool {
    page.changes.len() >= PAGE_CHANGES_MAX || bytes.len() >= PAGE_BYTES_FULL
}

/// The end of the newest page of the log.
pub(super) fn end(connection: &Connection, event: EventRow, log: LogId) -> Result<Option<Cursor>, DbError> {
    let found: Option<(u64, [u8; 32])> = connection
        .query_row(
            "SELECT to_seq, chain FROM relay_pages WHERE event = ?1 ORDER BY to_seq DESC LIMIT 1",
            params![event.0],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    Ok(found.map(|(sequence, chain)| Cursor {
        log,
        sequence,
        chain: chain.into(),
    }))
}

/// The cursor at a place where a page ends.
pub(super) fn cursor_at(
    connection: &Connection,
    event: EventRow,
    log: LogId,
    sequence: u64,
) -> Result<Option<Cursor>, DbError> {
    let found: Option<[u8; 32]> = connection
        .query_row(
            "SELECT chain FROM relay_pages WHERE event = ?1 AND to_seq = ?2
             UNION ALL SELECT chain FROM relay_snapshots WHERE event = ?1 AND seq = ?2 AND log = ?3
             AND state > 0",
            params![event.0, sequence, log.as_slice()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(found.map(|chain| Cursor {
        log,
        sequence,
        chain: chain.into(),
    }))
}

/// The snapshot that is being fetched, which begins with its first page.
fn aside(transaction: &Transaction<'_>, event: EventRow, page: &SnapshotPage) -> Result<i64, DbError> {
    match stored(transaction, event, State::Aside)? {
        Some(aside) if page.page > 0 && aside.to == page.to => Ok(aside.number),
        _ => {
            drop_state(transaction, event, State::Aside)?;
            transaction.query_row(
                "INSERT INTO relay_snapshots (event, state, log, seq, chain, pages)
                 VALUES (?1, 0, ?2, ?3, ?4, ?5)
                 RETURNING snapshot",
                params![
                    event.0,
                    page.to.log.as_slice(),
                    page.to.sequence,
                    page.to.chain.as_slice(),
                    page.pages
                ],
                |row| row.get(0),
            )
        }
    }
}

/// Goes by the snapshot that is whole now.
fn swap(
    transaction: &Transaction<'_>,
    event: EventRow,
    whole: i64,
    to: &Cursor,
    now: UnixMillis,
) -> Result<(), DbError> {
    let live = stored(transaction, event, State::Live)?;
    drop_state(transaction, event, State::Before)?;
    match &live {
        Some(live) if live.to.log == to.log && live.to.sequence <= to.sequence => {
            transaction.execute(
                "DELETE FROM relay_pages WHERE event = ?1 AND to_seq <= ?2",
                params![event.0, live.to.sequence],
            )?;
            set_state(transaction, live.number, State::Before)?;
        }
        // The origin has other data now: what followed the old ones says nothing of these.
        Some(_) => {
            drop_state(transaction, event, State::Live)?;
            transaction.execute("DELETE FROM relay_pages WHERE event = ?1", params![event.0])?;
            transaction.execute("DELETE FROM relay_ends WHERE event = ?1", params![event.0])?;
            devices::forget(transaction, event)?;
            receipts::forget(transaction, event)?;
            brought::all(transaction, event)?;
        }
        None => brought::all(transaction, event)?,
    }
    set_state(transaction, whole, State::Live)?;
    transaction.execute(
        "UPDATE events SET log = ?2 WHERE event = ?1",
        params![event.0, to.log.as_slice()],
    )?;
    adopt_pages(transaction, event, whole, now)
}

fn adopt_pages(
    transaction: &Transaction<'_>,
    event: EventRow,
    snapshot: i64,
    now: UnixMillis,
) -> Result<(), DbError> {
    transaction.query_each(
        "SELECT bytes FROM relay_snapshot_pages WHERE snapshot = ?1 ORDER BY page",
        params![snapshot],
        |row| {
            let unreadable = DbError::unreadable("page of a snapshot");
            let signed = Signed::from_bytes(row.bytes(0)?).map_err(|error| unreadable(error.to_string()))?;
            let page: SnapshotPage = wire::from_cbor(signed.unverified()).map_err(unreadable)?;
            adopt(transaction, event, page.changes.iter(), now)
        },
    )
}

fn drop_state(transaction: &Transaction<'_>, event: EventRow, state: State) -> Result<(), DbError> {
    transaction.execute(
        "DELETE FROM relay_snapshots WHERE event = ?1 AND state = ?2",
        params![event.0, state as i64],
    )?;
    Ok(())
}

fn set_state(transaction: &Transaction<'_>, number: i64, state: State) -> Result<(), DbError> {
    transaction.execute(
        "UPDATE relay_snapshots SET state = ?2 WHERE snapshot = ?1",
        params![number, state as i64],
    )?;
    Ok(())
}
