//! Snapshots that every server process on shared data hands out alike: a gate that takes one page from this process and the
//! next from another gets the same.

use super::sql::{Optional, params};
use super::{Db, DbError, Snapshot, event_row, lock_event};
use crate::domain::ids::EventId;
use crate::wire::{self, Cursor};

/// Snapshots kept of an event: the current one, and the one before it, which some gate still takes.
const KEPT: usize = 2;

impl Db {
    /// Keeps a snapshot for the other processes. Does nothing where there can be none.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be written.
    pub fn keep_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), DbError> {
        if !self.is_shared() {
            return Ok(());
        }
        let body = wire::to_cbor(snapshot);
        let log = snapshot.to.log.as_slice();
        self.connection.write(|transaction| {
            let event = lock_event(transaction, snapshot.event.as_str())?;
            transaction.execute(
                "INSERT INTO kept_snapshots (event, log, seq, body) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO NOTHING",
                params![event.0, log, snapshot.to.sequence, body],
            )?;
            // What is of a log before the data were restored goes with them.
            transaction.execute(
                "DELETE FROM kept_snapshots WHERE event = ?1 AND (log <> ?2 OR seq NOT IN
                 (SELECT seq FROM kept_snapshots WHERE event = ?1 AND log = ?2 ORDER BY seq DESC LIMIT ?3))",
                params![event.0, log, KEPT],
            )?;
            Ok(())
        })
    }

    /// The snapshot that a process kept of that place, or the newest of all; none where nobody did.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn kept_snapshot(
        &mut self,
        event: &EventId,
        at: Option<&Cursor>,
    ) -> Result<Option<Snapshot>, DbError> {
        if !self.is_shared() {
            return Ok(None);
        }
        let event = event_row(&self.connection, event.as_str())?;
        let (log, sequence) = (at.map(|at| at.log.as_slice()), at.map(|at| at.sequence));
        let kept = self
            .connection
            .query_row(
                "SELECT body FROM kept_snapshots WHERE event = ?1 AND (log = ?2 OR ?2 IS NULL)
                 AND (seq = ?3 OR ?3 IS NULL) ORDER BY seq DESC LIMIT 1",
                params![event.0, log, sequence],
                |row| wire::from_cbor::<Snapshot>(row.bytes(0)?).map_err(DbError::unreadable("snapshot")),
            )
            .optional()?;
        Ok(kept.filter(|kept| at.is_none_or(|at| kept.to == *at)))
    }
}
