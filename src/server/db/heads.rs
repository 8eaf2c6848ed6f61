//! Where each event's log ends.

use std::collections::BTreeMap;

use super::{Db, DbError, EventRow, relay};
use crate::domain::ids::EventId;
use crate::wire::live::Beat;

/// What the data looked like when the ends of the logs were last read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version {
    /// Changes with every commit of another connection (SQLite, PRAGMA data_version).
    others: i64,
    /// Rows that this connection has changed.
    own: u64,
}

impl Db {
    /// The end of each event's log, where anything was written since this was last asked.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn heads_if_changed(&mut self) -> Result<Option<BTreeMap<EventId, Beat>>, DbError> {
        let version = Version {
            others: self
                .connection
                .prepare_cached("PRAGMA data_version")?
                .query_row([], |row| row.get(0))?,
            own: self.connection.total_changes(),
        };
        if self.heads_read_at.replace(version) == Some(version) {
            return Ok(None);
        }
        self.heads().map(Some)
    }

    fn heads(&self) -> Result<BTreeMap<EventId, Beat>, DbError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT name, log, coalesce((SELECT max(seq) FROM chain WHERE chain.event = events.event), 0), event FROM events",
        )?;
        let mut rows = statement.query([])?;
        let mut heads = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let name: String = row.get(0)?;
            let event = name.parse().map_err(|error: crate::domain::ids::IdError| {
                DbError::unreadable("event")(error.to_string())
            })?;
            let log: [u8; 16] = row.get(1)?;
            let origins = Beat {
                log: log.into(),
                head: row.get(2)?,
                brought: None,
                told: None,
            };
            let relays = relay::beat(&self.connection, EventRow(row.get(3)?))?;
            heads.insert(event, relays.unwrap_or(origins));
        }
        Ok(heads)
    }
}
