//! The database with the turnstile beside it: each write takes its turn, and leaves the write-ahead log short.

use std::fs::File;
use std::ops::Deref;
use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::open::{self, CHECKPOINT_PAGES, Opening, Role};
use super::turnstile::{Turn, Turnstile};
use super::{lock, rows};
use crate::ledger::LedgerError;

/// Rows that one transaction writes while a gate scans, and so what a scan waits for at most: on a slow card, about as
/// long as its own commit.
const ROWS_BESIDE_A_GATE: usize = 250;
/// Rows that one transaction writes while no gate scans: few enough that one which starts meanwhile waits a moment only,
/// and that what the transaction changed stays in SQLite's own memory.
const ROWS_ALONE: usize = 10_000;

/// The database, open.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) connection: Connection,
    turnstile: Turnstile,
    role: Role,
    /// Asked whether a gate scans.
    claim: File,
}

/// A transaction in its turn. Dropped without a commit it changes nothing.
#[derive(Debug)]
pub(super) struct Write<'s> {
    transaction: Transaction<'s>,
    // Behind the transaction, so that it is given back after that has ended.
    _turn: Turn<'s>,
}

impl Store {
    pub(super) fn open(folder: &Path, opening: &Opening, role: Role) -> Result<Self, LedgerError> {
        Ok(Self {
            connection: open::connect(folder, opening, role)?,
            turnstile: Turnstile::open(folder, role)?,
            role,
            claim: lock::open(folder, lock::GATE_LOCK)?,
        })
    }

    /// Begins a transaction that writes.
    pub(super) fn begin(&mut self) -> Result<Write<'_>, LedgerError> {
        let mut turn = self.turnstile.turn();
        // At once the writer: a transaction that begins as a reader may not become a writer in time.
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        turn.begun();
        Ok(Write {
            transaction,
            _turn: turn,
        })
    }

    /// Runs one statement, which outside a transaction is one of its own, and durable when it returns.
    pub(super) fn at_once<T>(
        &mut self,
        write: impl FnOnce(&Connection) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let _turn = self.turnstile.turn();
        write(&self.connection)
    }

    /// Rows that one transaction may write.
    pub(super) fn rows_max(&self) -> usize {
        match self.role {
            Role::Beside if !lock::is_claimed(&self.claim) => ROWS_ALONE,
            Role::Gate | Role::Beside => ROWS_BESIDE_A_GATE,
        }
    }

    /// Folds the log into the database where it has grown, out of turn: a scan can write meanwhile. A gate leaves that
    /// to the others while there are any.
    pub(super) fn fold_log(&self) -> Result<(), LedgerError> {
        let pages = |mode: &str| {
            let sql = format!("PRAGMA wal_checkpoint({mode})");
            let left = |row: &rusqlite::Row<'_>| Ok(row.get::<_, i64>(1)?.saturating_sub(row.get(2)?));
            rows::first(&self.connection, &sql, [], left)
        };
        if self.role == Role::Beside && pages("NOOP")?.is_some_and(|left| left >= CHECKPOINT_PAGES) {
            pages("PASSIVE")?;
        }
        Ok(())
    }
}

impl Write<'_> {
    pub(super) fn commit(self) -> Result<(), LedgerError> {
        Ok(self.transaction.commit()?)
    }
}

impl Deref for Write<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.transaction
    }
}
