//! A PostgreSQL database is brought up to date, in one transaction.

use postgres::{Client, Transaction};

use super::STEPS;
use crate::server::db::DbError;

/// «WKTS», as the lock that keeps two processes that start together from both making the tables.
const LOCK: i64 = 0x574b_5453;

/// Brings a database up to date. One that holds other tables is somebody else's, and left alone.
pub(in crate::server::db) fn postgres(client: &mut Client) -> Result<(), DbError> {
    let mut transaction = client.transaction()?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
    let known = STEPS.len();
    let found = version(&mut transaction)?;
    if found > known {
        return Err(DbError::Newer { found, known });
    }
    if found < known {
        for step in STEPS.iter().skip(found) {
            transaction.batch_execute(step.postgres).map_err(migration)?;
        }
        let version = i64::try_from(known).unwrap_or(i64::MAX);
        transaction.execute("UPDATE wicket_server SET version = $1", &[&version])?;
    }
    Ok(transaction.commit()?)
}

/// The version, which is 0 where there was nothing.
fn version(transaction: &mut Transaction<'_>) -> Result<usize, DbError> {
    let ours: bool = transaction
        .query_one("SELECT to_regclass('wicket_server') IS NOT NULL", &[])?
        .try_get(0)?;
    if !ours {
        let tables = "SELECT EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = current_schema())";
        let others: bool = transaction.query_one(tables, &[])?.try_get(0)?;
        if others {
            return Err(DbError::Refused(
                "the database holds another program's tables: give the server an empty one, by `createdb wicket`"
                    .to_owned(),
            ));
        }
        transaction
            .batch_execute(
                "CREATE TABLE wicket_server (version BIGINT NOT NULL); INSERT INTO wicket_server VALUES (0)",
            )
            .map_err(migration)?;
    }
    let version: i64 = transaction
        .query_one("SELECT version FROM wicket_server", &[])?
        .try_get(0)?;
    usize::try_from(version).map_err(|error| DbError::unreadable("version")(error.to_string()))
}

fn migration(error: postgres::Error) -> DbError {
    DbError::Migration(error.into())
}
