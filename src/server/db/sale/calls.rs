//! The outbox: calls that are due, each handed to one worker at a time.

use super::super::sql::params;
use super::super::{Db, DbError};
use super::codes;
use crate::domain::sale::OrderNumber;
use crate::domain::sale::order::Call;
use crate::domain::time::UnixMillis;

/// How long a call is its worker's alone: longer than any takes, so that two are never under way; after a crash it comes again.
const LEASE_MS: u64 = 60_000;

/// A call that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueCall {
    /// The order.
    pub number: OrderNumber,
    /// What is to be done.
    pub call: Call,
}

impl Db {
    /// Takes up to `most` calls that are due, the longest waiting first. Until their time is up no other worker gets them.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read or written.
    pub fn take_calls(&mut self, now: UnixMillis, most: u32) -> Result<Vec<DueCall>, DbError> {
        if !self
            .connection
            .exists("SELECT 1 FROM calls WHERE due_ms <= ?1", params![now.0])?
        {
            return Ok(Vec::new());
        }
        self.connection.write(|transaction| {
            let due = transaction.query_map(
                "SELECT number, call, due_ms FROM calls WHERE due_ms <= ?1 ORDER BY due_ms LIMIT ?2",
                params![now.0, most],
                |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<i64>(2)?)),
            )?;
            let mut taken = Vec::new();
            for (number, call, at) in due {
                let won = transaction.execute(
                    "UPDATE calls SET due_ms = ?4, leased = 1 WHERE number = ?1 AND call = ?2 AND due_ms = ?3",
                    params![number, call, at, now.plus(LEASE_MS).0],
                )?;
                if won == 1 {
                    taken.push(read(&number, &call)?);
                }
            }
            Ok(taken)
        })
    }

    /// Gives up all leases: a process that was killed had some. One that is under way elsewhere is then made twice, which every
    /// provider takes for once.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be written.
    pub fn release_calls(&mut self, now: UnixMillis) -> Result<usize, DbError> {
        self.connection.write(|transaction| {
            transaction.execute(
                "UPDATE calls SET due_ms = ?1, leased = 0 WHERE leased = 1",
                params![now.0],
            )
        })
    }

    /// When the next call is due; none where nothing is to be done.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn next_call(&mut self) -> Result<Option<UnixMillis>, DbError> {
        let next: Option<u64> =
            self.connection
                .query_row("SELECT MIN(due_ms) FROM calls", params![], |row| row.get(0))?;
        Ok(next.map(UnixMillis))
    }
}

fn read(number: &str, call: &str) -> Result<DueCall, DbError> {
    Ok(DueCall {
        number: DbError::parsed("call", number)?,
        call: codes::read(call).ok_or_else(|| DbError::unreadable("call")(call.to_owned()))?,
    })
}
