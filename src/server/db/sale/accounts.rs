//! Who buys: accounts, and the tokens that they show.

use super::super::sql::{Connection, Optional, params};
use super::super::{Db, DbError};
use crate::domain::ids::AccountId;
use crate::domain::time::UnixMillis;

/// How long a token is good for: a season.
pub const SESSION_MS: u64 = 90 * 86_400_000;

/// A token, as the hash of it that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session(pub [u8; 32]);

impl Db {
    /// Makes an account, whose holder shows this token.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be written.
    pub fn add_account(
        &mut self,
        account: &AccountId,
        session: Session,
        now: UnixMillis,
    ) -> Result<(), DbError> {
        self.connection.write(|transaction| {
            transaction.execute(
                "INSERT INTO accounts (account, made_ms) VALUES (?1, ?2)",
                params![account.as_str(), now.0],
            )?;
            transaction.execute(
                "INSERT INTO sessions (token, account, until_ms) VALUES (?1, ?2, ?3)",
                params![session.0, account.as_str(), now.plus(SESSION_MS).0],
            )?;
            Ok(())
        })
    }

    /// The account of a token; none where it is nobody's, or its time is over.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn account(&mut self, session: Session, now: UnixMillis) -> Result<Option<AccountId>, DbError> {
        holder(&self.connection, session, now)
    }
}

pub(super) fn holder(
    connection: &Connection,
    session: Session,
    now: UnixMillis,
) -> Result<Option<AccountId>, DbError> {
    let name = connection
        .query_row(
            "SELECT account FROM sessions WHERE token = ?1 AND until_ms > ?2",
            params![session.0, now.0],
            |row| row.get::<String>(0),
        )
        .optional()?;
    name.map(|name| DbError::parsed("account", &name)).transpose()
}
