//! Where the stored list begins and ends, and what it is still to be given.

use super::super::sql::{Connection, Optional, params};
use super::super::{Db, DbError, EventRow, event_row};
use super::pages;
use crate::domain::ids::EventId;
use crate::wire::Cursor;

/// Bytes of pages that are little, however small the snapshot: a new one is not worth it.
const LITTLE_BYTES: u64 = 1 << 20;

/// A snapshot that is being fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotDue {
    /// Which.
    pub to: Cursor,
    /// The page that it needs next.
    pub next: u32,
    /// How many it has.
    pub pages: u32,
}

/// Whether a snapshot is one that is fetched, handed out, or still finished by some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Aside = 0,
    Live = 1,
    Before = 2,
}

/// A stored snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) number: i64,
    pub(super) to: Cursor,
    pub(super) pages: u32,
}

impl Db {
    /// The snapshot that is being fetched, if one is.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn snapshot_due(&mut self, event: &EventId) -> Result<Option<SnapshotDue>, DbError> {
        let event = event_row(&self.connection, event.as_str())?;
        let Some(aside) = stored(&self.connection, event, State::Aside)? else {
            return Ok(None);
        };
        let next = self.connection.query_row(
            "SELECT count(*) FROM relay_snapshot_pages WHERE snapshot = ?1",
            params![aside.number],
            |row| row.get(0),
        )?;
        let (to, pages) = (aside.to, aside.pages);
        Ok(Some(SnapshotDue { to, next, pages }))
    }

    /// Whether the pages that followed the snapshot take more room than it, and so more of a new gate's time.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn is_outgrown(&mut self, event: &EventId) -> Result<bool, DbError> {
        let event = event_row(&self.connection, event.as_str())?;
        let Some(live) = stored(&self.connection, event, State::Live)? else {
            return Ok(false);
        };
        let snapshot: u64 = self.connection.query_row(
            "SELECT coalesce(sum(length(bytes)), 0) FROM relay_snapshot_pages WHERE snapshot = ?1",
            params![live.number],
            |row| row.get(0),
        )?;
        let since: u64 = self.connection.query_row(
            "SELECT coalesce(sum(length(bytes)), 0) FROM relay_pages WHERE event = ?1
             AND from_seq >= ?2",
            params![event.0, live.to.sequence],
            |row| row.get(0),
        )?;
        Ok(since > snapshot.max(LITTLE_BYTES))
    }
}

/// Where the list ends.
pub(super) fn stands(connection: &Connection, event: EventRow) -> Result<Option<Cursor>, DbError> {
    let Some(live) = stored(connection, event, State::Live)? else {
        return Ok(None);
    };
    let end = pages::end(connection, event, live.to.log)?;
    Ok(Some(
        end.filter(|end| end.sequence > live.to.sequence)
            .unwrap_or(live.to),
    ))
}

/// The snapshot in that state.
pub(super) fn stored(
    connection: &Connection,
    event: EventRow,
    state: State,
) -> Result<Option<Stored>, DbError> {
    let found = connection
        .query_row(
            "SELECT snapshot, log, seq, chain, pages FROM relay_snapshots WHERE event = ?1
             AND state = ?2",
            params![event.0, state as i64],
            |row| {
                Ok(Stored {
                    number: row.get(0)?,
                    to: Cursor {
                        log: row.get::<[u8; 16]>(1)?.into(),
                        sequence: row.get(2)?,
                        chain: row.get::<[u8; 32]>(3)?.into(),
                    },
                    pages: row.get(4)?,
                })
            },
        )
        .optional()?;
    Ok(found)
}
