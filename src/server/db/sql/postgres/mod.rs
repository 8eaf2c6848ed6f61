//! PostgreSQL, by its blocking client: the data have threads of their own already, and a transaction is a closure on one.

mod address;
mod listen;
mod translate;
mod values;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use postgres::types::ToSql;
use postgres::{Client, Statement};

pub(in crate::server::db) use address::Address;
pub(in crate::server) use listen::Listener;
pub(super) use values::value;

use super::super::{DbError, migrations};
use super::{Flush, Mode, Row, Value};
use translate::translate;

/// Statements kept ready on a connection: all that the server has. What is made up at run time, such as the columns of a
/// filter, must not fill the memory of a server that runs for a year.
const STATEMENTS: usize = 512;

/// What every session is told. A lock is waited for as long as SQLite's is, and one that a hung process holds is freed.
/// A commit that was answered is on the disk; an operator's stricter choice, such as a standby's, stands.
const SESSION: &str = "SET lock_timeout = '10s';
    SET idle_in_transaction_session_timeout = '60s';
    SET client_min_messages = 'warning';
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';";

/// The channel on which processes tell each other that a log goes on.
const CHANNEL: &str = "wicket_log";

/// A connection, made again where it was lost.
pub(super) struct Postgres {
    address: Arc<Address>,
    flush: Flush,
    may_write: Cell<bool>,
    session: RefCell<Option<Session>>,
    is_in_transaction: Cell<bool>,
    /// Whether a statement of the transaction failed: PostgreSQL would answer its commit by a rollback.
    is_broken: Cell<bool>,
}

struct Session {
    client: Client,
    statements: HashMap<String, Statement>,
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address may hold a password.
        f.debug_struct("Postgres").finish_non_exhaustive()
    }
}

impl Postgres {
    pub(super) fn connect(address: &Arc<Address>, flush: Flush) -> Result<Self, DbError> {
        let postgres = Self {
            address: Arc::clone(address),
            flush,
            may_write: Cell::new(true),
            session: RefCell::new(None),
            is_in_transaction: Cell::new(false),
            is_broken: Cell::new(false),
        };
        postgres.with_session(|_| Ok(()))?;
        Ok(postgres)
    }

    pub(super) fn only_read(&self) -> Result<(), DbError> {
        self.may_write.set(false);
        self.session.replace(None);
        self.with_session(|_| Ok(()))
    }

    pub(super) fn migrate(&self) -> Result<(), DbError> {
        self.with_session(|session| migrations::postgres(&mut session.client))
    }

    pub(super) fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<usize, DbError> {
        let changed = self.run(sql, params, |client, statement, params| {
            client.execute(statement, params)
        })?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    /// The whole answer is read before the first row is looked at, so that other statements may be run meanwhile.
    pub(super) fn query_while(
        &self,
        sql: &str,
        params: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<bool, DbError>,
    ) -> Result<(), DbError> {
        let rows = self.run(sql, params, |client, statement, params| {
            client.query(statement, params)
        })?;
        for row in &rows {
            if !each(&Row::Postgres(row))? {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn begin(&self, mode: Mode) -> Result<(), DbError> {
        let begin = match mode {
            Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Mode::Write => "BEGIN ISOLATION LEVEL READ COMMITTED",
        };
        self.batch(begin)?;
        self.is_broken.set(false);
        self.is_in_transaction.set(true);
        Ok(())
    }

    pub(super) fn commit(&self) -> Result<(), DbError> {
        if self.is_broken.get() {
            return Err(DbError::Failed(
                "a statement of the transaction had failed".into(),
            ));
        }
        let done = self.batch("COMMIT");
        self.is_in_transaction.set(false);
        done.map_err(|error| match error {
            DbError::Lost(cause) => DbError::Unknown(cause),
            other => other,
        })
    }

    /// What fails here has ended the session, and its transaction with it.
    pub(super) fn roll_back(&self) {
        if self.is_in_transaction.replace(false) && self.batch("ROLLBACK").is_err() {
            self.session.replace(None);
        }
    }

    pub(super) fn begin_part(&self) -> Result<(), DbError> {
        self.batch("SAVEPOINT part")
    }

    pub(super) fn commit_part(&self) -> Result<(), DbError> {
        if self.is_broken.get() {
            return Err(DbError::Failed(
                "a statement of the transaction had failed".into(),
            ));
        }
        self.batch("RELEASE SAVEPOINT part")
    }

    /// What fails here has ended the whole transaction, whose commit then fails too.
    pub(super) fn roll_back_part(&self) {
        let done = self.batch("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part");
        self.is_broken.set(done.is_err());
    }

    /// Tells other processes that a log goes on. A hint: who misses it looks now and then anyway. After the commit, because
    /// PostgreSQL lets only one transaction at a time commit that tells anything.
    pub(super) fn notify(&self) {
        let _ = self.batch(&format!("NOTIFY {CHANNEL}"));
    }

    fn batch(&self, sql: &str) -> Result<(), DbError> {
        self.with_session(|session| Ok(session.client.batch_execute(sql)?))
    }

    fn run<T>(
        &self,
        sql: &str,
        params: &[Value<'_>],
        ask: impl Fn(&mut Client, &Statement, &[&(dyn ToSql + Sync)]) -> Result<T, postgres::Error>,
    ) -> Result<T, DbError> {
        let params: Vec<&(dyn ToSql + Sync)> =
            params.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        let done = self.with_session(|session| {
            let statement = session.statement(sql)?;
            Ok(ask(&mut session.client, &statement, &params)?)
        });
        if done.is_err() {
            self.is_broken.set(true);
        }
        done
    }

    /// Asks the server. Where the connection turns out to be lost it is made again and asked once more, but within a
    /// transaction: that one is gone. Outside there are only reads, and beginnings.
    fn with_session<T>(&self, ask: impl Fn(&mut Session) -> Result<T, DbError>) -> Result<T, DbError> {
        let mut session = self.session.borrow_mut();
        let is_new = session.is_none();
        if is_new && self.is_in_transaction.get() {
            return Err(DbError::Lost("the transaction's connection is gone".into()));
        }
        let mut done = self.ask(&mut session, &ask);
        if matches!(done, Err(DbError::Lost(_))) {
            *session = None;
            if !is_new && !self.is_in_transaction.get() {
                done = self.ask(&mut session, &ask);
            }
        }
        done
    }

    fn ask<T>(
        &self,
        session: &mut Option<Session>,
        ask: &impl Fn(&mut Session) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        match session {
            Some(session) => ask(session),
            None => ask(session.insert(self.session()?)),
        }
    }

    fn session(&self) -> Result<Session, DbError> {
        let mut client = self.address.connect()?;
        client.batch_execute(SESSION)?;
        if self.flush == Flush::System {
            client.batch_execute("SET synchronous_commit = off")?;
        }
        if !self.may_write.get() {
            client.batch_execute("SET default_transaction_read_only = on")?;
        }
        Ok(Session {
            client,
            statements: HashMap::new(),
        })
    }
}

impl Session {
    fn statement(&mut self, sql: &str) -> Result<Statement, DbError> {
        if let Some(known) = self.statements.get(sql) {
            return Ok(known.clone());
        }
        let statement = self.client.prepare(&translate(sql))?;
        if self.statements.len() >= STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}
