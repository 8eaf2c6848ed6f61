//! A row of an answer.

use super::super::DbError;
use super::{FromValue, Value};

/// A row, as long as its answer is read.
#[derive(Debug)]
pub(in crate::server::db) enum Row<'a> {
    /// SQLite's.
    Sqlite(&'a rusqlite::Row<'a>),
    /// PostgreSQL's.
    Postgres(&'a postgres::Row),
}

impl Row<'_> {
    /// A column by its place, from 0.
    pub(in crate::server::db) fn get<T: FromValue>(&self, column: usize) -> Result<T, DbError> {
        let value = self.value(column)?;
        T::from_value(value)
            .ok_or_else(|| DbError::unreadable("row")(format!("column {column} has another kind of value")))
    }

    /// The bytes in a column, where they lie.
    pub(in crate::server::db) fn bytes(&self, column: usize) -> Result<&[u8], DbError> {
        match self.value(column)? {
            Value::Blob(bytes) => Ok(bytes),
            _ => Err(DbError::unreadable("row")(format!(
                "column {column} has no bytes"
            ))),
        }
    }

    fn value(&self, column: usize) -> Result<Value<'_>, DbError> {
        match self {
            Self::Sqlite(row) => super::sqlite::value(row, column),
            Self::Postgres(row) => super::postgres::value(row, column),
        }
    }
}
