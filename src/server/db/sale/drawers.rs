//! The drawers of the server's own tills.

use super::super::sql::{Optional, params};
use super::super::{Db, DbError};
use super::document;
use super::money::name;
use crate::domain::sale::{OrderNumber, Provider};
use crate::domain::time::UnixMillis;
use crate::server::pay::till::{Change, Drawer};

/// Drawers that are read at once: a busy box office's day.
const DRAWERS_MAX: i64 = 100_000;

impl Db {
    /// Changes an order's drawer, and gives it as it is after that.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read or written.
    pub fn change_drawer(
        &mut self,
        of: Provider,
        number: OrderNumber,
        change: &Change,
        at: UnixMillis,
    ) -> Result<Drawer, DbError> {
        self.connection.write(|transaction| {
            let found = transaction
                .query_locked(
                    "SELECT body FROM drawers WHERE provider = ?1 AND number = ?2",
                    params![name(of), number.as_str()],
                    |row| row.get::<String>(0),
                )
                .optional()?;
            let before = found
                .map(|body| document::read::<Drawer>("drawer", &body))
                .transpose()?;
            let mut drawer = before.clone().unwrap_or_default();
            drawer.apply(change.clone(), at);
            if before.unwrap_or_default() != drawer {
                let body = document::written("drawer", &drawer)?;
                transaction.execute(
                    "INSERT INTO drawers (provider, number, changed_ms, body) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (provider, number) DO UPDATE
                     SET changed_ms = excluded.changed_ms, body = excluded.body",
                    params![name(of), number.as_str(), at.0, body],
                )?;
            }
            Ok(drawer)
        })
    }

    /// The drawers that were changed at `since` or later, at most a hundred thousand.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn drawers_since(&mut self, of: Provider, since: UnixMillis) -> Result<Vec<Drawer>, DbError> {
        self.connection.query_map(
            "SELECT body FROM drawers WHERE provider = ?1 AND changed_ms >= ?2 ORDER BY changed_ms LIMIT ?3",
            params![name(of), since.0, DRAWERS_MAX],
            |row| document::read("drawer", &row.get::<String>(0)?),
        )
    }
}
