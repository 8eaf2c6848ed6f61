//! SQLite in a file.

use std::path::Path;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql, params_from_iter};

use super::super::{DbError, Opening, migrations};
use super::value::to_column;
use super::{Flush, Mode, Row, Value, Version};

/// How long one process waits for another's transaction: the largest, a thousand tickets, takes well under a second.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Statements kept ready: an upload uses about 30 in turn for each of its facts.
const STATEMENTS: usize = 64;

/// A connection to a file.
#[derive(Debug)]
pub(super) struct Sqlite(Connection);

impl Sqlite {
    pub(super) fn open(file: &Path, opening: &Opening, flush: Flush) -> Result<Self, DbError> {
        let connection = open_file(file, opening)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.pragma_update(None, "journal_mode", "WAL")?;
        let synchronous = match flush {
            Flush::Disk => "FULL",
            Flush::System => "NORMAL",
        };
        connection.pragma_update(None, "synchronous", synchronous)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        Ok(Self(connection))
    }

    pub(super) fn only_read(&self) -> Result<(), DbError> {
        Ok(self.0.pragma_update(None, "query_only", true)?)
    }

    pub(super) fn migrate(&mut self) -> Result<(), DbError> {
        migrations::sqlite(&mut self.0)
    }

    pub(super) fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<usize, DbError> {
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.execute(params_from_iter(params))?)
    }

    pub(super) fn query_while(
        &self,
        sql: &str,
        params: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<bool, DbError>,
    ) -> Result<(), DbError> {
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query(params_from_iter(params))?;
        while let Some(row) = rows.next()? {
            if !each(&Row::Sqlite(row))? {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn begin(&self, mode: Mode) -> Result<(), DbError> {
        let begin = match mode {
            Mode::Read => "BEGIN DEFERRED",
            Mode::Write => "BEGIN IMMEDIATE",
        };
        self.execute(begin, &[]).map(drop)
    }

    pub(super) fn commit(&self) -> Result<(), DbError> {
        self.execute("COMMIT", &[]).map(drop)
    }

    /// What fails here has ended the transaction already.
    pub(super) fn roll_back(&self) {
        let _ = self.execute("ROLLBACK", &[]);
    }

    pub(super) fn begin_part(&self) -> Result<(), DbError> {
        self.execute("SAVEPOINT part", &[]).map(drop)
    }

    pub(super) fn commit_part(&self) -> Result<(), DbError> {
        self.execute("RELEASE part", &[]).map(drop)
    }

    /// What fails here has ended the whole transaction, whose commit then fails too.
    pub(super) fn roll_back_part(&self) {
        let _ = self.execute("ROLLBACK TO part", &[]);
        let _ = self.execute("RELEASE part", &[]);
    }

    /// Writes a copy, as of one moment, to an empty file. One statement is one consistent read, which keeps nobody from
    /// writing; and unlike a copy page by page it need not begin anew whenever somebody does.
    pub(super) fn copy_to(&self, file: &Path) -> Result<(), DbError> {
        let name = file.to_str().ok_or_else(|| {
            DbError::Refused(format!(
                "{} is no name that SQLite can open: choose another",
                file.display()
            ))
        })?;
        self.execute("VACUUM INTO ?1", &[Value::Text(name)]).map(drop)
    }

    /// Whether a file is a server's data, sound, and of a release that this one knows.
    pub(super) fn examine(file: &Path) -> Result<(), DbError> {
        let not_ours = |why: &str| {
            DbError::Refused(format!(
                "{} is no sound copy of a server's data ({why})",
                file.display()
            ))
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(file, flags).map_err(|error| not_ours(&error.to_string()))?;
        let checked = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
        match checked {
            Ok(said) if said == "ok" => migrations::is_known(&connection).map_err(|error| match error {
                DbError::Newer { .. } => error,
                other => not_ours(&other.to_string()),
            }),
            Ok(said) => Err(not_ours(&said)),
            Err(error) => Err(not_ours(&error.to_string())),
        }
    }

    /// Makes sure that nobody makes use of a file. SQLite can only leave its write-ahead log behind alone, and has folded it
    /// into the file then.
    pub(super) fn alone(file: &Path) -> Result<(), DbError> {
        let connection = Connection::open(file)?;
        let left = connection.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0));
        match left {
            Ok(mode) if mode == "delete" => Ok(()),
            _ => Err(DbError::Refused(
                "a server, or a command, makes use of the data: stop it first".to_owned(),
            )),
        }
    }

    pub(super) fn version(&self) -> Result<Version, DbError> {
        let others = self
            .0
            .prepare_cached("PRAGMA data_version")?
            .query_row([], |row| row.get(0))?;
        let own = self.0.total_changes();
        Ok(Version { others, own })
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(number),
            Self::Unsigned(number) => ValueRef::Integer(
                to_column(number).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?,
            ),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// A column of a row.
pub(super) fn value<'r>(row: &'r rusqlite::Row<'_>, column: usize) -> Result<Value<'r>, DbError> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Text(text) => Value::Text(
            std::str::from_utf8(text).map_err(|error| DbError::unreadable("text")(error.to_string()))?,
        ),
        ValueRef::Blob(bytes) => Value::Blob(bytes),
        ValueRef::Real(_) => return Err(DbError::unreadable("row")("a fraction is stored".to_owned())),
    })
}

fn open_file(file: &Path, opening: &Opening) -> rusqlite::Result<Connection> {
    match &opening.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(file, OpenFlags::default(), vfs.as_str()),
        None => Connection::open(file),
    }
}
