//! Where each event's log ends.

use std::collections::BTreeMap;

use super::sql::params;
use super::{Db, DbError, EventRow, event_name, relay};
use crate::domain::ids::EventId;
use crate::wire::live::Beat;

impl Db {
    /// The end of each event's log, where anything may have been written since this was last asked.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn heads_if_changed(&mut self) -> Result<Option<BTreeMap<EventId, Beat>>, DbError> {
        let version = self.connection.version()?;
        if version.is_some() && self.heads_read_at == version {
            return Ok(None);
        }
        self.heads_read_at = version;
        self.heads().map(Some)
    }

    fn heads(&self) -> Result<BTreeMap<EventId, Beat>, DbError> {
        let mut heads = BTreeMap::new();
        self.connection.query_each(
            "SELECT name, log, coalesce((SELECT max(seq) FROM chain
             WHERE chain.event = events.event), 0), event
             FROM events",
            params![],
            |row| {
                let event = event_name(&row.get::<String>(0)?)?;
                let origins = Beat {
                    log: row.get::<[u8; 16]>(1)?.into(),
                    head: row.get(2)?,
                    brought: None,
                    told: None,
                };
                let relays = relay::beat(&self.connection, EventRow(row.get(3)?))?;
                heads.insert(event, relays.unwrap_or(origins));
                Ok(())
            },
        )?;
        Ok(heads)
    }
}
