//! A file is brought up to date.

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations, SchemaVersion};

use super::STEPS;
use crate::server::db::DbError;

/// «WKTS»: tells this file from a gate's.
const APPLICATION_ID: i32 = 0x574b_5453;

/// Brings a file up to date.
pub(in crate::server::db) fn sqlite(connection: &mut Connection) -> Result<(), DbError> {
    let migrations = known(connection)?;
    migrations.to_latest(connection).map_err(migration)?;
    Ok(connection.pragma_update(None, "application_id", APPLICATION_ID)?)
}

/// Whether a file is a server's data of a release that this one knows.
pub(in crate::server::db) fn is_known(connection: &Connection) -> Result<(), DbError> {
    let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if id != APPLICATION_ID {
        return Err(DbError::Refused("it is another program's".to_owned()));
    }
    known(connection).map(drop)
}

/// The steps, where the file has taken none beyond them.
fn known(connection: &Connection) -> Result<Migrations<'static>, DbError> {
    let migrations = Migrations::new(STEPS.iter().map(|step| M::up(step.sqlite)).collect());
    let found = match migrations.current_version(connection).map_err(migration)? {
        SchemaVersion::NoneSet => 0,
        SchemaVersion::Inside(version) | SchemaVersion::Outside(version) => version.get(),
    };
    let known = STEPS.len();
    if found > known {
        return Err(DbError::Newer { found, known });
    }
    Ok(migrations)
}

fn migration(error: rusqlite_migration::Error) -> DbError {
    DbError::Migration(error.into())
}
