//! SQL as the server's data speak it: statements are written once, in the part of the language that its databases share.
//!
//! A statement has numbered placeholders (`?1`), may be run again and again, and is prepared once. Integers are 64 bits,
//! and there are no booleans: 0 and 1.

mod row;
mod sqlite;
mod value;

use std::ops::Deref;
use std::path::Path;

pub(super) use row::Row;
pub(super) use sqlite::Flush;
pub(super) use value::{AsValue, FromValue, Value};

use super::{DbError, Opening};
use sqlite::Sqlite;

/// The arguments of a statement, in the order of their numbers.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$($crate::server::db::sql::AsValue::as_value(&$value)),*]
    };
}
pub(super) use params;

/// A way to the data. Outside of a transaction each statement is one by itself.
#[derive(Debug)]
pub(super) struct Connection {
    sqlite: Sqlite,
    /// Writes are parts of one transaction.
    is_grouped: bool,
}

/// A connection within a transaction that may write.
#[derive(Debug)]
pub(super) struct Transaction<'c>(&'c Connection);

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0
    }
}

impl Transaction<'_> {
    /// Runs a statement that returns nothing. How many rows it changed.
    pub(super) fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<usize, DbError> {
        self.0.sqlite.execute(sql, params)
    }

    /// Reads the first row of a table, and keeps others from changing it until the commit: who reads it by this too waits
    /// for that, and then reads what is there.
    ///
    /// # Errors
    /// [`DbError::NoRow`] where there is none: see [`Optional`].
    pub(super) fn query_locked<T>(
        &self,
        sql: &str,
        params: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        // SQLite has one writer at a time: nothing is to be locked.
        self.0.query_row(sql, params, read)
    }
}

/// How a transaction begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// One consistent view of the data.
    Read,
    /// Alone in writing from its start to its commit, so that change numbers become visible in the order in which they
    /// were taken.
    Write,
}

/// What the data looked like: another value where anything was written since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version {
    /// Changes with every commit of another connection.
    others: i64,
    /// Rows that this connection has changed.
    own: u64,
}

impl Connection {
    /// Opens a file.
    pub(super) fn file(file: &Path, opening: &Opening, flush: Flush) -> Result<Self, DbError> {
        let sqlite = Sqlite::open(file, opening, flush)?;
        Ok(Self {
            sqlite,
            is_grouped: false,
        })
    }

    /// Keeps this connection from writing.
    pub(super) fn only_read(&self) -> Result<(), DbError> {
        self.sqlite.only_read()
    }

    /// Brings the tables up to date.
    pub(super) fn migrate(&mut self) -> Result<(), DbError> {
        self.sqlite.migrate()
    }

    /// Reads the first row.
    ///
    /// # Errors
    /// [`DbError::NoRow`] where there is none: see [`Optional`].
    pub(super) fn query_row<T>(
        &self,
        sql: &str,
        params: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        let mut found = None;
        self.query_while(sql, params, |row| {
            found = Some(read(row)?);
            Ok(false)
        })?;
        found.ok_or(DbError::NoRow)
    }

    /// Reads every row.
    pub(super) fn query_map<T>(
        &self,
        sql: &str,
        params: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let mut found = Vec::new();
        self.query_each(sql, params, |row| {
            found.push(read(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// Looks at one row after the other. `each` may run other statements meanwhile.
    pub(super) fn query_each(
        &self,
        sql: &str,
        params: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<(), DbError>,
    ) -> Result<(), DbError> {
        self.query_while(sql, params, |row| each(row).map(|()| true))
    }

    /// As [`Self::query_each`], until `each` says false.
    pub(super) fn query_while(
        &self,
        sql: &str,
        params: &[Value<'_>],
        each: impl FnMut(&Row<'_>) -> Result<bool, DbError>,
    ) -> Result<(), DbError> {
        self.sqlite.query_while(sql, params, each)
    }

    /// Whether there is any row.
    pub(super) fn exists(&self, sql: &str, params: &[Value<'_>]) -> Result<bool, DbError> {
        Ok(self.query_row(sql, params, |_| Ok(())).optional()?.is_some())
    }

    /// Reads in one consistent view of the data.
    pub(super) fn read<T>(
        &mut self,
        mut work: impl FnMut(&Connection) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        self.transact(Mode::Read, |transaction| work(transaction))
    }

    /// Writes all that `work` does, or, where it fails, nothing. It may be run more than once, each time on the data as they
    /// are then, and only what the last one did counts.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnMut(&Transaction<'_>) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        self.transact(Mode::Write, work)
    }

    /// As [`Self::write`], where `work` says with what it returns whether what it did is to stand.
    pub(super) fn write_if<T>(
        &mut self,
        mut work: impl FnMut(&Transaction<'_>) -> Result<(bool, T), DbError>,
    ) -> Result<T, DbError> {
        let open = Open::begin(self, Mode::Write)?;
        let (stands, done) = work(&Transaction(self))?;
        if stands {
            open.commit()?;
        }
        Ok(done)
    }

    /// From here on each write is a part of one transaction.
    pub(super) fn begin_group(&mut self) -> Result<(), DbError> {
        self.sqlite.begin(Mode::Write)?;
        self.is_grouped = true;
        Ok(())
    }

    /// All parts that stand happen now.
    pub(super) fn commit_group(&mut self) -> Result<(), DbError> {
        self.sqlite.commit()?;
        self.is_grouped = false;
        Ok(())
    }

    /// None of them happens.
    pub(super) fn roll_back_group(&mut self) {
        self.is_grouped = false;
        self.sqlite.roll_back();
    }

    /// What the data look like now.
    pub(super) fn version(&self) -> Result<Version, DbError> {
        self.sqlite.version()
    }

    fn transact<T>(
        &mut self,
        mode: Mode,
        mut work: impl FnMut(&Transaction<'_>) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        let open = Open::begin(self, mode)?;
        let done = work(&Transaction(self))?;
        open.commit()?;
        Ok(done)
    }
}

/// A transaction that is rolled back unless it is committed, also where its work panics.
struct Open<'c> {
    connection: &'c Connection,
    is_committed: bool,
}

impl<'c> Open<'c> {
    fn begin(connection: &'c Connection, mode: Mode) -> Result<Self, DbError> {
        match connection.is_grouped {
            true => connection.sqlite.begin_part()?,
            false => connection.sqlite.begin(mode)?,
        }
        Ok(Self {
            connection,
            is_committed: false,
        })
    }

    fn commit(mut self) -> Result<(), DbError> {
        match self.connection.is_grouped {
            true => self.connection.sqlite.commit_part()?,
            false => self.connection.sqlite.commit()?,
        }
        self.is_committed = true;
        Ok(())
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        match (self.is_committed, self.connection.is_grouped) {
            (true, _) => {}
            (false, true) => self.connection.sqlite.roll_back_part(),
            (false, false) => self.connection.sqlite.roll_back(),
        }
    }
}

/// What may be there, or not.
pub(super) trait Optional<T> {
    /// None instead of [`DbError::NoRow`].
    fn optional(self) -> Result<Option<T>, DbError>;
}

impl<T> Optional<T> for Result<T, DbError> {
    fn optional(self) -> Result<Option<T>, DbError> {
        match self {
            Ok(found) => Ok(Some(found)),
            Err(DbError::NoRow) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
