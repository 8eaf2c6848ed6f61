//! The change log of an event, compacted as it is written.

use minicbor::bytes::ByteArray;

use super::sql::{Connection, Optional, Transaction, params};
use super::{Db, DbError, EventRow, event_row};
use crate::domain::ids::EventId;
use crate::domain::time::UnixSeconds;
use crate::wire::limits::{PAGE_BYTES_FULL, PAGE_CHANGES_MAX};
use crate::wire::{self, Change, Cursor, LogId, LogPage};

/// What a newer change supersedes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Key<'a> {
    /// The event's one rulebook.
    Rulebook,
    /// The event's one keyring.
    Keyring,
    /// The event's one keyring for control codes.
    ControlKeyring,
    /// A ticket's row, by its id.
    Ticket(&'a [u8]),
    /// How a ticket's conflict case stands, by its id.
    Conflict(&'a [u8]),
    /// A ticket's label, by its id.
    Label(&'a [u8]),
    /// Nothing: what is named once and for ever. A device's rows are such, because the segments that it signed
    /// must come after its key also in a snapshot.
    Once,
}

impl Key<'_> {
    pub(super) fn bytes(self, sequence: u64) -> Vec<u8> {
        match self {
            Self::Rulebook => b"r".to_vec(),
            Self::Keyring => b"k".to_vec(),
            Self::ControlKeyring => b"K".to_vec(),
            Self::Ticket(id) => [b"t".as_slice(), id].concat(),
            Self::Conflict(id) => [b"c".as_slice(), id].concat(),
            Self::Label(id) => [b"l".as_slice(), id].concat(),
            Self::Once => [b"o".as_slice(), &sequence.to_be_bytes()].concat(),
        }
    }
}

/// What a gate gets that asks for what comes after its cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogRead {
    /// The next page.
    Page(LogPage),
    /// The cursor does not fit this log.
    DoesNotFit,
}

impl Db {
    /// The page of an event's log that follows a cursor.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn log_page(
        &mut self,
        event: &EventId,
        after: &Cursor,
        as_of: UnixSeconds,
    ) -> Result<LogRead, DbError> {
        // One transaction is one consistent read.
        self.connection.read(|transaction| {
            let row = event_row(transaction, event.as_str())?;
            let log = log_id(transaction, row)?;
            let head = head(transaction, row)?;
            if !fits(transaction, row, &log, after)? {
                return Ok(LogRead::DoesNotFit);
            }
            let from = after.sequence;
            let changes = read_changes(transaction, row, from)?;
            let to = reached(&changes, head, PAGE_CHANGES_MAX);
            let to = cursor_at(transaction, row, log, to)?;
            let changes = changes
                .into_iter()
                .map(|(sequence, _, change)| (sequence, change))
                .collect();
            let event = event.clone();
            Ok(LogRead::Page(LogPage {
                event,
                from,
                to,
                head,
                as_of,
                changes,
            }))
        })
    }
}

/// Appends a change, and takes away the older one that it supersedes.
pub(super) fn append(
    transaction: &Transaction<'_>,
    event: EventRow,
    key: Key<'_>,
    change: &Change,
) -> Result<(), DbError> {
    let body = wire::to_cbor(change);
    let log = log_id(transaction, event)?;
    let before = head(transaction, event)?;
    let chain = chain_at(transaction, event, &log, before)?.unwrap_or(Cursor::chain_start(&log));
    let chain = Cursor::chain_next(&chain, &body);
    let sequence = before.saturating_add(1);
    let key = key.bytes(sequence);
    transaction.execute(
        "DELETE FROM changes WHERE event = ?1 AND key = ?2",
        params![event.0, key],
    )?;
    transaction.execute(
        "INSERT INTO changes (event, seq, key, body) VALUES (?1, ?2, ?3, ?4)",
        params![event.0, sequence, key, body],
    )?;
    transaction.execute(
        "INSERT INTO chain (event, seq, hash) VALUES (?1, ?2, ?3)",
        params![event.0, sequence, chain.as_slice()],
    )?;
    transaction.tell();
    Ok(())
}

/// The newest change of a key.
pub(super) fn newest(
    connection: &Connection,
    event: EventRow,
    key: Key<'_>,
) -> Result<Option<Change>, DbError> {
    let body: Option<Vec<u8>> = connection
        .query_row(
            "SELECT body FROM changes WHERE event = ?1 AND key = ?2",
            params![event.0, key.bytes(0)],
            |row| row.get(0),
        )
        .optional()?;
    body.map(|body| wire::from_cbor(&body).map_err(DbError::unreadable("change")))
        .transpose()
}

/// The identity of an event's log.
pub(super) fn log_id(connection: &Connection, event: EventRow) -> Result<LogId, DbError> {
    let log: [u8; 16] = connection.query_row(
        "SELECT log FROM events WHERE event = ?1",
        params![event.0],
        |row| row.get(0),
    )?;
    Ok(log.into())
}

/// The last change number; 0 before the first. The table of chain hashes never loses its newest row.
fn head(connection: &Connection, event: EventRow) -> Result<u64, DbError> {
    connection.query_row(
        "SELECT coalesce(max(seq), 0) FROM chain WHERE event = ?1",
        params![event.0],
        |row| row.get(0),
    )
}

/// Where a log ends.
pub(super) fn head_cursor(connection: &Connection, event: EventRow) -> Result<Cursor, DbError> {
    let log = log_id(connection, event)?;
    let head = head(connection, event)?;
    cursor_at(connection, event, log, head)
}

fn cursor_at(connection: &Connection, event: EventRow, log: LogId, sequence: u64) -> Result<Cursor, DbError> {
    let chain = chain_at(connection, event, &log, sequence)?.unwrap_or(Cursor::chain_start(&log));
    Ok(Cursor { log, sequence, chain })
}

fn chain_at(
    connection: &Connection,
    event: EventRow,
    log: &LogId,
    sequence: u64,
) -> Result<Option<ByteArray<32>>, DbError> {
    if sequence == 0 {
        return Ok(Some(Cursor::chain_start(log)));
    }
    // A number beyond what SQLite can hold is in no log.
    let Ok(sequence) = i64::try_from(sequence) else {
        return Ok(None);
    };
    let hash: Option<[u8; 32]> = connection
        .query_row(
            "SELECT hash FROM chain WHERE event = ?1 AND seq = ?2",
            params![event.0, sequence],
            |row| row.get(0),
        )
        .optional()?;
    Ok(hash.map(ByteArray::from))
}

fn fits(connection: &Connection, event: EventRow, log: &LogId, cursor: &Cursor) -> Result<bool, DbError> {
    let chain = chain_at(connection, event, log, cursor.sequence)?;
    Ok(cursor.log == *log && chain == Some(cursor.chain))
}

/// The changes after a number, with their sizes, as many as fit a page.
fn read_changes(
    connection: &Connection,
    event: EventRow,
    from: u64,
) -> Result<Vec<(u64, usize, Change)>, DbError> {
    let (mut changes, mut bytes) = (Vec::new(), 0_usize);
    connection.query_while(
        "SELECT seq, body FROM changes WHERE event = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
        params![event.0, from, PAGE_CHANGES_MAX],
        |row| {
            let body = row.bytes(1)?;
            let change = wire::from_cbor(body).map_err(DbError::unreadable("change"))?;
            bytes = bytes.saturating_add(body.len());
            changes.push((row.get(0)?, bytes, change));
            Ok(bytes < PAGE_BYTES_FULL)
        },
    )?;
    Ok(changes)
}

/// Where a gate stands after a page: a page that is not full reaches the head, also past changes that newer
/// ones removed.
fn reached(changes: &[(u64, usize, Change)], head: u64, changes_max: usize) -> u64 {
    match changes.last() {
        Some((sequence, bytes, _)) if changes.len() >= changes_max || *bytes >= PAGE_BYTES_FULL => *sequence,
        _ => head,
    }
}
