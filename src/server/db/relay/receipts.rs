//! The origin's receipts, kept to be passed on.

use std::collections::BTreeSet;

use minicbor::bytes::ByteVec;

use super::super::requests::Caller;
use super::super::sql::{Connection, Transaction, params};
use super::super::{Db, DbError, EventRow, event_row, lock_event};
use crate::domain::ids::{EventId, StreamId};
use crate::wire::upload::Receipt;

/// Receipts in an answer, the newest: those of a day's bulk uploads. What older ones say, the log says too.
const RECEIPTS_MAX: usize = 32;

impl Db {
    /// Keeps a receipt, whose signature was checked, for the gates whose streams it names. One that is the newest of no
    /// stream any more goes, but for the newest of all.
    ///
    /// # Errors
    /// [`DbError`] where it could not be written.
    pub fn keep_receipt(&mut self, receipt: &Receipt, bytes: &[u8]) -> Result<(), DbError> {
        self.connection.write(|transaction| {
            let event = lock_event(transaction, receipt.event.as_str())?;
            let number: i64 = transaction.query_row(
                "INSERT INTO relay_receipts (event, as_of_ms, bytes) VALUES (?1, ?2, ?3) RETURNING receipt",
                params![event.0, receipt.as_of.0, bytes],
                |row| row.get(0),
            )?;
            for held in &receipt.held {
                transaction.execute(
                    "INSERT INTO relay_receipt_streams (event, stream, receipt, holds)
                     VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (event, stream) DO UPDATE SET receipt = excluded.receipt,
                     holds = excluded.holds",
                    params![event.0, held.stream.as_bytes(), number, held.holds.0],
                )?;
            }
            transaction.execute(
                "DELETE FROM relay_receipts WHERE event = ?1 AND receipt < ?2
                 AND NOT EXISTS (SELECT 1 FROM relay_receipt_streams s
                 WHERE s.receipt = relay_receipts.receipt)",
                params![event.0, number],
            )?;
            Ok(())
        })
    }

    /// The newest segment of each stream that is held further than the newest receipt says, of devices that ever came here:
    /// handed over again, it brings the receipt. So it is where the answer to an upload was lost, and where a device handed
    /// its facts over by another way.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn without_receipt(&mut self, event: &EventId) -> Result<Vec<Vec<u8>>, DbError> {
        let event = event_row(&self.connection, event.as_str())?;
        self.connection.query_map(
            "SELECT g.bytes FROM streams s
             JOIN segments g ON g.event = s.event AND g.stream = s.stream AND g.last = s.holds
             LEFT JOIN relay_receipt_streams r ON r.event = s.event AND r.stream = s.stream
             WHERE s.event = ?1 AND coalesce(r.holds, 0) < s.holds
             AND EXISTS (SELECT 1 FROM request_epochs e WHERE e.event = s.event
             AND e.device = s.device)",
            params![event.0],
            |row| row.get(0),
        )
    }
}

/// Forgets every receipt: they are of data that the origin no longer has.
pub(super) fn forget(transaction: &Transaction<'_>, event: EventRow) -> Result<(), DbError> {
    transaction.execute(
        "DELETE FROM relay_receipt_streams WHERE event = ?1",
        params![event.0],
    )?;
    transaction.execute("DELETE FROM relay_receipts WHERE event = ?1", params![event.0])?;
    Ok(())
}

/// The newest receipts that name streams of the caller's, or these; and the newest of all, which shows when the origin's data
/// is another's.
pub(super) fn concerning(
    connection: &Connection,
    event: EventRow,
    caller: &Caller,
    uploaded: impl Iterator<Item = StreamId>,
) -> Result<Vec<ByteVec>, DbError> {
    let of_caller = connection.query_map(
        "SELECT receipt FROM relay_receipt_streams JOIN streams USING (event, stream)
         WHERE event = ?1 AND device = ?2",
        params![event.0, caller.device.as_str()],
        |row| row.get(0),
    )?;
    let mut wanted: BTreeSet<i64> = of_caller.into_iter().collect();
    for stream in uploaded.collect::<BTreeSet<_>>() {
        let of_stream: Vec<i64> = connection.query_map(
            "SELECT receipt FROM relay_receipt_streams WHERE event = ?1 AND stream = ?2",
            params![event.0, stream.as_bytes()],
            |row| row.get(0),
        )?;
        wanted.extend(of_stream);
    }
    let newest: Option<i64> = connection.query_row(
        "SELECT max(receipt) FROM relay_receipts WHERE event = ?1",
        params![event.0],
        |row| row.get(0),
    )?;
    wanted.extend(newest);
    let mut receipts = Vec::new();
    for receipt in wanted.into_iter().rev().take(RECEIPTS_MAX) {
        let bytes: Vec<u8> = connection.query_row(
            "SELECT bytes FROM relay_receipts WHERE receipt = ?1",
            params![receipt],
            |row| row.get(0),
        )?;
        receipts.push(bytes.into());
    }
    Ok(receipts)
}
