//! Small things that every query needs.

use rusqlite::types::Type;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Params, Result, Row};

use crate::domain::ids::{Sequence, StreamId, TicketId};
use crate::wire;

/// The first row that a query gives, where there is one.
pub(super) fn first<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    connection.prepare_cached(sql)?.query_row(params, read).optional()
}

/// Every row that a query gives.
pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement: CachedStatement<'_> = connection.prepare_cached(sql)?;
    statement.query_map(params, read)?.collect()
}

/// Runs a statement; how many rows it changed.
pub(super) fn execute(connection: &Connection, sql: &str, params: impl Params) -> Result<usize> {
    connection.prepare_cached(sql)?.execute(params)
}

/// A count.
pub(super) fn count(row: &Row<'_>) -> Result<u64> {
    row.get::<_, i64>(0).map(i64::cast_unsigned)
}

/// A sequence: SQLite's integers are signed, so its bits are kept.
pub(super) fn sequence(row: &Row<'_>, column: usize) -> Result<Sequence> {
    Ok(Sequence(row.get::<_, i64>(column)?.cast_unsigned()))
}

/// A stream's id.
pub(super) fn stream(row: &Row<'_>, column: usize) -> Result<StreamId> {
    Ok(StreamId::new(row.get(column)?))
}

/// A ticket's id.
pub(super) fn ticket(row: &Row<'_>, column: usize) -> Result<TicketId> {
    let bytes = row.get_ref(column)?.as_blob()?;
    TicketId::new(bytes).map_err(|error| unreadable(column, Type::Blob, error))
}

/// A ticket's id, where there is one.
pub(super) fn optional_ticket(row: &Row<'_>, column: usize) -> Result<Option<TicketId>> {
    let absent = row.get_ref(column)?.as_blob_or_null()?.is_none();
    if absent {
        Ok(None)
    } else {
        ticket(row, column).map(Some)
    }
}

/// A value stored as CBOR.
pub(super) fn cbor<T: for<'b> minicbor::Decode<'b, ()>>(row: &Row<'_>, column: usize) -> Result<T> {
    wire::from_cbor(row.get_ref(column)?.as_blob()?).map_err(|error| unreadable(column, Type::Blob, error))
}

/// A name stored as text.
pub(super) fn name<T: std::str::FromStr>(row: &Row<'_>, column: usize) -> Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text = row.get_ref(column)?.as_str()?;
    text.parse()
        .map_err(|error: T::Err| unreadable(column, Type::Text, error))
}

/// A name stored as text, where there is one.
pub(super) fn optional_name<T: std::str::FromStr>(row: &Row<'_>, column: usize) -> Result<Option<T>>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let absent = row.get_ref(column)?.as_str_or_null()?.is_none();
    if absent {
        Ok(None)
    } else {
        name(row, column).map(Some)
    }
}

/// A stored value that this program did not write so.
pub(super) fn unreadable(
    column: usize,
    stored: Type,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, stored, error.into())
}
