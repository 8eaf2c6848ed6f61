//! Vouchers, and how much of each is used.

use super::super::sql::{Connection, Optional, Transaction, params};
use super::super::{Db, DbError, EventRow, event_row};
use super::document;
use crate::domain::ids::EventId;
use crate::domain::sale::voucher::Voucher;

impl Db {
    /// Writes a voucher, also over one that is there. Its use counts on.
    ///
    /// # Errors
    /// [`DbError::NoEvent`] where there is no such event.
    pub fn put_voucher(&mut self, event: &EventId, code: &str, voucher: &Voucher) -> Result<(), DbError> {
        let body = document::written("voucher", voucher)?;
        self.connection.write(|transaction| {
            let event = event_row(transaction, event.as_str())?;
            transaction.execute(
                "INSERT INTO vouchers (event, code, body, tickets_max, used) VALUES (?1, ?2, ?3, ?4, 0)
                 ON CONFLICT (event, code) DO UPDATE SET body = excluded.body, tickets_max = excluded.tickets_max",
                params![event.0, code, body, voucher.tickets_max],
            )?;
            Ok(())
        })
    }

    /// A voucher and for how many tickets it was used; none where there is none.
    ///
    /// # Errors
    /// [`DbError::NoEvent`] where there is no such event.
    pub fn voucher(&mut self, event: &EventId, code: &str) -> Result<Option<(Voucher, u32)>, DbError> {
        let event = event_row(&self.connection, event.as_str())?;
        let Some(voucher) = find(&self.connection, event, code)? else {
            return Ok(None);
        };
        let used = self.connection.query_row(
            "SELECT used FROM vouchers WHERE event = ?1 AND code = ?2",
            params![event.0, code],
            |row| row.get(0),
        )?;
        Ok(Some((voucher, used)))
    }
}

pub(super) fn find(connection: &Connection, event: EventRow, code: &str) -> Result<Option<Voucher>, DbError> {
    let body = connection
        .query_row(
            "SELECT body FROM vouchers WHERE event = ?1 AND code = ?2",
            params![event.0, code],
            |row| row.get::<String>(0),
        )
        .optional()?;
    body.map(|body| document::read("voucher", &body)).transpose()
}

/// Changes how much of a voucher is used. False where there is not enough left.
pub(super) fn change(
    transaction: &Transaction<'_>,
    event: EventRow,
    code: Option<&str>,
    before: u32,
    after: u32,
) -> Result<bool, DbError> {
    let more = i64::from(after) - i64::from(before);
    let Some(code) = code.filter(|_| more != 0) else {
        return Ok(true);
    };
    // One who pays late used it before it was used up by others.
    let changed = transaction.execute(
        "UPDATE vouchers SET used = used + ?3
         WHERE event = ?1 AND code = ?2 AND (?3 < 0 OR used + ?3 <= tickets_max)",
        params![event.0, code, more],
    )?;
    Ok(changed == 1)
}
