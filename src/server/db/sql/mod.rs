//! SQL as the server's data speak it: statements are written once, in the part of the language that its databases share.
//!
//! A statement has numbered placeholders (`?1`), may be run again and again, and is prepared once. Integers are 64 bits,
//! and there are no booleans: 0 and 1.

mod postgres;
mod row;
mod sqlite;
mod value;

use std::cell::Cell;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

pub(super) use postgres::Address;
pub(in crate::server) use postgres::Listener;
pub(super) use row::Row;
pub(super) use value::{AsValue, FromValue, Value};

use super::{DbError, Opening};
use postgres::Postgres;
use sqlite::Sqlite;

/// The arguments of a statement, in the order of their numbers.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$($crate::server::db::sql::AsValue::as_value(&$value)),*]
    };
}
pub(super) use params;

/// How often a transaction is run that others come in the way of. Two that meet are done at the second; at this many, more
/// is done at once than the database can take.
const RUNS_MAX: usize = 10;

/// What a commit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flush {
    /// The disk.
    Disk,
    /// The operating system: a power cut may take the newest commits.
    System,
}

/// A way to the data. Outside of a transaction each statement is one by itself, and reads.
#[derive(Debug)]
pub(super) struct Connection {
    base: Base,
    /// Whether the transaction that runs has something to tell other processes.
    has_news: Cell<bool>,
    /// Writes are parts of one transaction.
    is_grouped: bool,
}

/// The databases.
#[derive(Debug)]
enum Base {
    Sqlite(Sqlite),
    Postgres(Box<Postgres>),
}

/// Calls a method of whichever database it is.
macro_rules! base {
    ($connection:expr, $base:ident => $call:expr) => {
        match &$connection.base {
            Base::Sqlite($base) => $call,
            Base::Postgres($base) => $call,
        }
    };
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
        base!(self.0, base => base.execute(sql, params))
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
        match &self.0.base {
            // It has one writer at a time: nothing is to be locked.
            Base::Sqlite(_) => self.0.query_row(sql, params, read),
            // Not so that who only refers to the row must wait.
            Base::Postgres(_) => self
                .0
                .query_row(&format!("{sql} FOR NO KEY UPDATE"), params, read),
        }
    }

    /// Wakes who waits for news in other processes, once this is committed.
    pub(super) fn tell(&self) {
        self.0.has_news.set(true);
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
        Ok(Self::to(Base::Sqlite(Sqlite::open(file, opening, flush)?)))
    }

    /// Connects to a PostgreSQL.
    pub(super) fn postgres(address: &Arc<Address>, flush: Flush) -> Result<Self, DbError> {
        Ok(Self::to(Base::Postgres(Box::new(Postgres::connect(
            address, flush,
        )?))))
    }

    fn to(base: Base) -> Self {
        Self {
            base,
            has_news: Cell::new(false),
            is_grouped: false,
        }
    }

    /// Keeps this connection from writing.
    pub(super) fn only_read(&self) -> Result<(), DbError> {
        match &self.base {
            Base::Sqlite(sqlite) => sqlite.only_read(),
            Base::Postgres(postgres) => postgres.only_read(),
        }
    }

    /// Writes a copy to an empty file; a PostgreSQL makes its own.
    pub(super) fn copy_to(&self, file: &Path) -> Result<(), DbError> {
        match &self.base {
            Base::Sqlite(sqlite) => sqlite.copy_to(file),
            Base::Postgres(_) => Err(DbError::Refused("PostgreSQL makes its own copies".to_owned())),
        }
    }

    /// Whether a file is a server's data, sound, and of a release that this one knows.
    pub(super) fn examine(file: &Path) -> Result<(), DbError> {
        Sqlite::examine(file)
    }

    /// Makes sure that nobody makes use of a file.
    pub(super) fn alone(file: &Path) -> Result<(), DbError> {
        Sqlite::alone(file)
    }

    /// Brings the tables up to date.
    pub(super) fn migrate(&mut self) -> Result<(), DbError> {
        match &mut self.base {
            Base::Sqlite(sqlite) => sqlite.migrate(),
            Base::Postgres(postgres) => postgres.migrate(),
        }
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
        base!(self, base => base.query_while(sql, params, each))
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
        self.transact(Mode::Read, |transaction| Ok((true, work(transaction)?)))
    }

    /// Writes all that `work` does, or, where it fails, nothing. It may be run more than once, each time on the data as they
    /// are then, and only what the last one did counts.
    pub(super) fn write<T>(
        &mut self,
        mut work: impl FnMut(&Transaction<'_>) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        self.transact(Mode::Write, |transaction| Ok((true, work(transaction)?)))
    }

    /// As [`Self::write`], where `work` says with what it returns whether what it did is to stand.
    pub(super) fn write_if<T>(
        &mut self,
        work: impl FnMut(&Transaction<'_>) -> Result<(bool, T), DbError>,
    ) -> Result<T, DbError> {
        self.transact(Mode::Write, work)
    }

    /// From here on each write is a part of one transaction.
    pub(super) fn begin_group(&mut self) -> Result<(), DbError> {
        base!(self, base => base.begin(Mode::Write))?;
        self.has_news.set(false);
        self.is_grouped = true;
        Ok(())
    }

    /// All parts that stand happen now.
    pub(super) fn commit_group(&mut self) -> Result<(), DbError> {
        base!(self, base => base.commit())?;
        self.is_grouped = false;
        self.spread_news();
        Ok(())
    }

    /// None of them happens.
    pub(super) fn roll_back_group(&mut self) {
        self.is_grouped = false;
        base!(self, base => base.roll_back());
    }

    /// What the data look like now; none where the database does not tell.
    pub(super) fn version(&self) -> Result<Option<Version>, DbError> {
        match &self.base {
            Base::Sqlite(sqlite) => sqlite.version().map(Some),
            Base::Postgres(_) => Ok(None),
        }
    }

    /// The highest number that a table ever gave a row, also where that row is gone; 0 before the first.
    pub(super) fn numbered(&self, table: &str, column: &str) -> Result<u64, DbError> {
        let read = |row: &Row<'_>| row.get(0);
        match &self.base {
            Base::Sqlite(_) => self.query_row(
                "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?1), 0)",
                params![table],
                read,
            ),
            Base::Postgres(_) => self.query_row(
                "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(?1, ?2)::regclass), 0)",
                params![table, column],
                read,
            ),
        }
    }

    fn transact<T>(
        &mut self,
        mode: Mode,
        mut work: impl FnMut(&Transaction<'_>) -> Result<(bool, T), DbError>,
    ) -> Result<T, DbError> {
        // A part cannot be run again by itself: who meets another loses the whole.
        let runs_max = if self.is_grouped { 1 } else { RUNS_MAX };
        let mut runs = 1;
        loop {
            match self.run(mode, &mut work) {
                Err(DbError::Contended(_)) if runs < runs_max => runs += 1,
                done => return done,
            }
        }
    }

    fn run<T>(
        &self,
        mode: Mode,
        work: &mut impl FnMut(&Transaction<'_>) -> Result<(bool, T), DbError>,
    ) -> Result<T, DbError> {
        if !self.is_grouped {
            self.has_news.set(false);
        }
        let open = Open::begin(self, mode)?;
        let (stands, done) = work(&Transaction(self))?;
        if stands {
            open.commit()?;
            if !self.is_grouped {
                self.spread_news();
            }
        }
        Ok(done)
    }

    fn spread_news(&self) {
        if self.has_news.take()
            && let Base::Postgres(postgres) = &self.base
        {
            postgres.notify();
        }
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
            true => base!(connection, base => base.begin_part())?,
            false => base!(connection, base => base.begin(mode))?,
        }
        Ok(Self {
            connection,
            is_committed: false,
        })
    }

    fn commit(mut self) -> Result<(), DbError> {
        match self.connection.is_grouped {
            true => base!(self.connection, base => base.commit_part())?,
            false => base!(self.connection, base => base.commit())?,
        }
        self.is_committed = true;
        Ok(())
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        match (self.is_committed, self.connection.is_grouped) {
            (true, _) => {}
            (false, true) => base!(self.connection, base => base.roll_back_part()),
            (false, false) => base!(self.connection, base => base.roll_back()),
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
