//! The tables, step by step. Steps are only added: a database of any release is brought up to date.

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations, SchemaVersion};

use super::DbError;

/// «WKTS»: tells this file from a gate's.
const APPLICATION_ID: i32 = 0x574b_5453;

const STEPS: &[M<'static>] = &[
    M::up(include_str!("0001_server.sql")),
    M::up(include_str!("0002_issuer_keys.sql")),
    M::up(include_str!("0003_heartbeats.sql")),
    M::up(include_str!("0004_cases.sql")),
    M::up(include_str!("0005_revocation.sql")),
    M::up(include_str!("0006_relay.sql")),
    M::up(include_str!("0007_control_keys.sql")),
    M::up(include_str!("0008_labels.sql")),
    M::up(include_str!("0009_sale.sql")),
];
const MIGRATIONS: Migrations<'static> = Migrations::from_slice(STEPS);

/// Brings a file up to date.
pub(super) fn sqlite(connection: &mut Connection) -> Result<(), DbError> {
    let known = STEPS.len();
    let found = match MIGRATIONS.current_version(connection).map_err(migration)? {
        SchemaVersion::NoneSet => 0,
        SchemaVersion::Inside(version) | SchemaVersion::Outside(version) => version.get(),
    };
    if found > known {
        return Err(DbError::Newer { found, known });
    }
    MIGRATIONS.to_latest(connection).map_err(migration)?;
    Ok(connection.pragma_update(None, "application_id", APPLICATION_ID)?)
}

fn migration(error: rusqlite_migration::Error) -> DbError {
    DbError::Migration(error.into())
}
