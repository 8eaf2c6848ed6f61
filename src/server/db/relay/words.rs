//! What a gate is handed: the origin's signed bytes, or that there are none for it.

use super::super::sql::{Optional, params};
use super::super::{Db, DbError, event_row};
use super::list::{State, stands, stored};
use super::pages::cursor_at;
use crate::domain::ids::EventId;
use crate::wire::Cursor;

/// What is passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passed {
    /// The origin's signed page.
    Page(Vec<u8>),
    /// Nothing here leads on from there.
    NothingNewer,
    /// The stored pages do not begin there: a snapshot leads on.
    TakeSnapshot,
    /// There is no list here yet.
    NoList,
}

impl Db {
    /// The stored page of the log that leads on from a cursor, the one that leads furthest.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn relayed_page(&mut self, event: &EventId, after: &Cursor) -> Result<Passed, DbError> {
        self.connection.read(|transaction| {
            let event = event_row(transaction, event.as_str())?;
            let Some(end) = stands(transaction, event)? else {
                return Ok(Passed::NoList);
            };
            if after.log != end.log {
                return Ok(Passed::TakeSnapshot);
            }
            // Of another history of the same log, as where the origin was restored and nobody told it.
            if cursor_at(transaction, event, end.log, after.sequence)?.is_some_and(|known| known != *after) {
                return Ok(Passed::TakeSnapshot);
            }
            if after.sequence >= end.sequence {
                let fresh: Option<Vec<u8>> = transaction
                    .query_row(
                        "SELECT bytes FROM relay_ends WHERE event = ?1 AND seq = ?2",
                        params![event.0, end.sequence],
                        |row| row.get(0),
                    )
                    .optional()?;
                return Ok(match fresh {
                    Some(bytes) if *after == end => Passed::Page(bytes),
                    _ => Passed::NothingNewer,
                });
            }
            let page: Option<Vec<u8>> = transaction
                .query_row(
                    "SELECT bytes FROM relay_pages WHERE event = ?1 AND from_seq <= ?2 AND to_seq > ?2
                     ORDER BY to_seq DESC LIMIT 1",
                    params![event.0, after.sequence],
                    |row| row.get(0),
                )
                .optional()?;
            Ok(page.map_or(Passed::TakeSnapshot, Passed::Page))
        })
    }

    /// A page of a stored snapshot: of the one at that place, or the first of the newest.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn relayed_snapshot(
        &mut self,
        event: &EventId,
        at: Option<&(Cursor, u32)>,
    ) -> Result<Passed, DbError> {
        self.connection.read(|transaction| {
            let event = event_row(transaction, event.as_str())?;
            let Some(live) = stored(transaction, event, State::Live)? else {
                return Ok(Passed::NoList);
            };
            let (snapshot, page) = match at {
                None => (Some(live), 0),
                Some((to, page)) if live.to == *to => (Some(live), *page),
                Some((to, page)) => {
                    let before = stored(transaction, event, State::Before)?;
                    (before.filter(|before| before.to == *to), *page)
                }
            };
            let Some(snapshot) = snapshot.filter(|snapshot| page < snapshot.pages) else {
                return Ok(Passed::TakeSnapshot);
            };
            let bytes = transaction.query_row(
                "SELECT bytes FROM relay_snapshot_pages WHERE snapshot = ?1 AND page = ?2",
                params![snapshot.number, page],
                |row| row.get(0),
            )?;
            Ok(Passed::Page(bytes))
        })
    }
}
