//! Answers to writes that carried a key: the same one again is answered so, and does nothing more.

use super::super::sql::{Optional, Transaction, params};
use super::super::{Db, DbError};
use crate::domain::ids::AccountId;
use crate::domain::time::UnixMillis;

/// How long an answer is kept: a phone that was off over night still learns what became of its order.
const KEPT_MS: u64 = 48 * 3_600_000;

/// A write that is done once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Once {
    /// Who asks.
    pub(super) account: AccountId,
    /// The key that they chose.
    pub(super) key: String,
    /// SHA-256 of what they ask.
    pub(super) asked: [u8; 32],
}

/// What is known of it.
pub(super) enum Known {
    /// Nothing: do it.
    New,
    /// It was done, and answered so.
    Answer(String),
    /// The key was another question's.
    OtherQuestion,
}

pub(super) fn known(transaction: &Transaction<'_>, once: &Once) -> Result<Known, DbError> {
    let found = transaction
        .query_row(
            "SELECT asked, answer FROM answers WHERE account = ?1 AND key = ?2",
            params![once.account.as_str(), once.key],
            |row| Ok((row.get::<[u8; 32]>(0)?, row.get::<String>(1)?)),
        )
        .optional()?;
    Ok(match found {
        None => Known::New,
        Some((asked, answer)) if asked == once.asked => Known::Answer(answer),
        Some(_) => Known::OtherQuestion,
    })
}

pub(super) fn keep(
    transaction: &Transaction<'_>,
    once: &Once,
    answer: &str,
    now: UnixMillis,
) -> Result<(), DbError> {
    transaction.execute(
        "INSERT INTO answers (account, key, asked, answer, at_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![once.account.as_str(), once.key, once.asked, answer, now.0],
    )?;
    Ok(())
}

impl Db {
    /// Forgets answers that nobody asks for any more. How many.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be written.
    pub fn forget_answers(&mut self, now: UnixMillis) -> Result<usize, DbError> {
        self.connection.write(|transaction| {
            transaction.execute(
                "DELETE FROM answers WHERE at_ms < ?1",
                params![now.minus(KEPT_MS).0],
            )
        })
    }
}
