//! The server's data: SQLite in one file, which also holds keys and is therefore its owner's alone.
//!
//! Each method is one transaction. Several processes may use the file at once, as `wicket admin` beside a running
//! server does.

mod cases;
mod changelog;
mod checkins;
mod devices;
mod error;
mod events;
mod figures;
mod heads;
mod heartbeats;
mod keys;
mod pace;
mod parked;
mod relay;
mod requests;
mod restored;
mod revocation;
mod snapshot;
mod soundness;
mod tickets;

use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations, SchemaVersion};

pub use cases::{Case, CaseFact, CaseFilter, CaseFinding};
pub use changelog::LogRead;
pub use checkins::{Intake, StreamStatus};
pub use devices::{DeviceStanding, Enrolment, NewDevice};
pub use error::DbError;
pub use events::NewEvent;
pub use figures::{EventFigures, Figures, Tally};
pub use heartbeats::{Contact, HeartbeatNote};
pub use keys::{IssuerKeyStanding, KeyUse};
pub use parked::Parked;
pub use relay::{Brought, Passed, SnapshotDue, Taken};
pub use requests::{Caller, NotCounted, Request, Revoked};
pub use revocation::{Belief, BelievedStream, OrderStanding};
pub use snapshot::Snapshot;

/// The file's name in the server's folder.
const FILE: &str = "server.sqlite";
/// How long one process waits for another's transaction: the largest, a thousand tickets, takes well under a second.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Statements kept ready: an upload uses about 30 in turn for each of its facts.
const STATEMENTS: usize = 64;
/// «WKTS»: tells this file from a gate's.
const APPLICATION_ID: i32 = 0x574b_5453;

const STEPS: &[M<'static>] = &[
    M::up(include_str!("schema.sql")),
    M::up(include_str!("migrations/0002_issuer_keys.sql")),
    M::up(include_str!("migrations/0003_heartbeats.sql")),
    M::up(include_str!("migrations/0004_cases.sql")),
    M::up(include_str!("migrations/0005_revocation.sql")),
    M::up(include_str!("migrations/0006_relay.sql")),
    M::up(include_str!("migrations/0007_control_keys.sql")),
];
const MIGRATIONS: Migrations<'static> = Migrations::from_slice(STEPS);

/// How to open the data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opening {
    /// The SQLite file layer by name; none: the system's.
    pub vfs: Option<String>,
}

/// The server's data, open.
#[derive(Debug)]
pub struct Db {
    connection: Connection,
    /// Beside it, for what need not be on the disk before the answer.
    counters: Connection,
    /// When the ends of the logs were last read.
    heads_read_at: Option<heads::Version>,
    file: PathBuf,
    opening: Opening,
    /// What was taken since it was opened.
    tally: Tally,
}

/// An event's row number in this database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct EventRow(i64);

impl Db {
    /// Opens the data in a folder, and creates both where they are not there yet.
    ///
    /// # Errors
    /// [`DbError`] where they cannot be used.
    pub fn open(folder: &Path) -> Result<Self, DbError> {
        Self::open_with(folder, &Opening::default())
    }

    /// As [`Db::open`], on the file layer that `opening` names.
    ///
    /// # Errors
    /// [`DbError`] where they cannot be used.
    pub fn open_with(folder: &Path, opening: &Opening) -> Result<Self, DbError> {
        let file = folder.join(FILE);
        // Held until the tables are up to date: two processes that start together must not both make them.
        let _setup = prepare(folder, &file, opening).map_err(|source| DbError::Folder {
            path: file.clone(),
            source,
        })?;
        let mut connection = connect(&file, opening, "FULL")?;
        migrate(&mut connection)?;
        Ok(Self {
            connection,
            counters: connect(&file, opening, "NORMAL")?,
            heads_read_at: None,
            file,
            opening: opening.clone(),
            tally: Tally::default(),
        })
    }

    /// The same data once more, only to be read: what takes long there keeps nobody from writing.
    ///
    /// # Errors
    /// [`DbError`] where it cannot be opened again.
    pub fn reader(&self) -> Result<Self, DbError> {
        let connect = || {
            let connection = connect(&self.file, &self.opening, "FULL")?;
            connection.pragma_update(None, "query_only", true)?;
            Ok::<_, DbError>(connection)
        };
        Ok(Self {
            connection: connect()?,
            counters: connect()?,
            heads_read_at: None,
            file: self.file.clone(),
            opening: self.opening.clone(),
            tally: Tally::default(),
        })
    }

    /// The server's own key; `fresh` becomes it at the first start.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read or written.
    pub fn server_key(&mut self, fresh: &[u8; 32]) -> Result<SigningKey, DbError> {
        let transaction = self.begin()?;
        transaction.execute(
            "INSERT INTO server_key (one, secret) VALUES (1, ?1) ON CONFLICT DO NOTHING",
            [fresh],
        )?;
        let secret: [u8; 32] =
            transaction.query_row("SELECT secret FROM server_key", [], |row| row.get(0))?;
        transaction.commit()?;
        Ok(SigningKey::from_bytes(&secret))
    }

    /// A transaction that holds the write lock from its start to its commit, so that change numbers become visible
    /// in the order in which they were taken.
    fn begin(&mut self) -> Result<Transaction<'_>, DbError> {
        Ok(self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?)
    }
}

fn connect(file: &Path, opening: &Opening, synchronous: &str) -> Result<Connection, DbError> {
    let connection = open_file(file, opening)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

/// Makes what is missing, and claims the folder for the setup. SQLite gives its write-ahead log the mode of the
/// database file.
fn prepare(folder: &Path, file: &Path, opening: &Opening) -> std::io::Result<File> {
    if !folder.is_dir() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let claim = File::open(folder)?;
    claim.lock()?;
    if opening.vfs.is_none() {
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(file)?;
    }
    Ok(claim)
}

fn open_file(file: &Path, opening: &Opening) -> rusqlite::Result<Connection> {
    match &opening.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(file, OpenFlags::default(), vfs.as_str()),
        None => Connection::open(file),
    }
}

fn migrate(connection: &mut Connection) -> Result<(), DbError> {
    let known = STEPS.len();
    let found = match MIGRATIONS
        .current_version(connection)
        .map_err(DbError::Migration)?
    {
        SchemaVersion::NoneSet => 0,
        SchemaVersion::Inside(version) | SchemaVersion::Outside(version) => version.get(),
    };
    if found > known {
        return Err(DbError::Newer { found, known });
    }
    MIGRATIONS.to_latest(connection).map_err(DbError::Migration)?;
    Ok(connection.pragma_update(None, "application_id", APPLICATION_ID)?)
}

/// The event of that name.
fn event_row(connection: &Connection, name: &str) -> Result<EventRow, DbError> {
    let found = connection
        .query_row("SELECT event FROM events WHERE name = ?1", [name], |row| {
            row.get(0)
        })
        .optional()?;
    found
        .map(EventRow)
        .ok_or_else(|| DbError::NoEvent(name.to_owned()))
}
