//! The tables' versions. Append-only: what a gate at a venue once ran is never edited.

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::ledger::LedgerError;

const STEPS: &[M<'static>] = &[
    M::up(include_str!("../migrations/0001_gate.sql")),
    M::up(include_str!("../migrations/0002_exchange.sql")),
    M::up(include_str!("../migrations/0003_conflicts.sql")),
    M::up(include_str!("../migrations/0004_snapshot.sql")),
    M::up(include_str!("../migrations/0005_believed.sql")),
    M::up(include_str!("../migrations/0006_control.sql")),
    M::up(include_str!("../migrations/0007_labels.sql")),
];

/// Brings the tables up to date, all or nothing; tables from a newer version are refused.
pub(super) fn run(connection: &mut Connection) -> Result<(), LedgerError> {
    Ok(Migrations::from_slice(STEPS).to_latest(connection)?)
}
