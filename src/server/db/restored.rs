//! A server whose data were put back from a backup.

use super::sql::params;
use super::{Db, DbError};

impl Db {
    /// Begins every event's log anew, under an identity that `draw` gives at random: gates that stood in the log of
    /// before take the list whole, and send again what this server lost. Without it a gate that stands further on in a
    /// log of the same identity takes the older list for a replay, and refuses it. Says how many events there are.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read or written.
    pub fn restored(&mut self, mut draw: impl FnMut() -> [u8; 16]) -> Result<usize, DbError> {
        self.connection.write(|transaction| {
            let events: Vec<i64> =
                transaction.query_map("SELECT event FROM events ORDER BY event", params![], |row| {
                    row.get(0)
                })?;
            for event in &events {
                transaction.execute(
                    "UPDATE events SET log = ?2 WHERE event = ?1",
                    params![event, draw()],
                )?;
            }
            Ok(events.len())
        })
    }
}
