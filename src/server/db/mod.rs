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
mod group;
mod heads;
mod heartbeats;
mod keys;
mod labels;
mod migrations;
mod pace;
mod parked;
mod relay;
mod requests;
mod restored;
mod revocation;
mod sale;
mod snapshot;
mod soundness;
mod sql;
mod tickets;

use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;

use crate::domain::ids::{EventId, IdError};
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
pub use sale::{
    BULK_ORDERS_MAX, CashUp, Changed, DueCall, Granted, MoneyRow, OnSale, Place, Placed, Review, SESSION_MS,
    Seed, Session, SheetWritten, Stock, TakenBack, Wish,
};
pub use snapshot::Snapshot;
use sql::{Connection, Flush, Optional, Transaction, Version, params};

/// The file's name in the server's folder.
const FILE: &str = "server.sqlite";

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
    heads_read_at: Option<Version>,
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
        let mut connection = Connection::file(&file, opening, Flush::Disk)?;
        connection.migrate()?;
        Ok(Self {
            connection,
            counters: Connection::file(&file, opening, Flush::System)?,
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
            let connection = Connection::file(&self.file, &self.opening, Flush::Disk)?;
            connection.only_read()?;
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
        self.connection.write(|transaction| {
            transaction.execute(
                "INSERT INTO server_key (one, secret) VALUES (1, ?1) ON CONFLICT DO NOTHING",
                params![fresh],
            )?;
            let secret: [u8; 32] =
                transaction.query_row("SELECT secret FROM server_key", params![], |row| row.get(0))?;
            Ok(SigningKey::from_bytes(&secret))
        })
    }
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

/// The event of that name.
fn event_row(connection: &Connection, name: &str) -> Result<EventRow, DbError> {
    let found = connection
        .query_row("SELECT event FROM events WHERE name = ?1", params![name], |row| {
            row.get(0)
        })
        .optional()?;
    found
        .map(EventRow)
        .ok_or_else(|| DbError::NoEvent(name.to_owned()))
}

/// As [`event_row`], and alone in writing to that event until the commit: so change numbers become visible in the order in
/// which they were taken. Every transaction that writes to an event begins with this.
fn lock_event(transaction: &Transaction<'_>, name: &str) -> Result<EventRow, DbError> {
    let found = transaction
        .query_locked("SELECT event FROM events WHERE name = ?1", params![name], |row| {
            row.get(0)
        })
        .optional()?;
    found
        .map(EventRow)
        .ok_or_else(|| DbError::NoEvent(name.to_owned()))
}

/// The same of an event whose row is known.
fn lock_event_row(transaction: &Transaction<'_>, event: EventRow) -> Result<(), DbError> {
    transaction.query_locked(
        "SELECT event FROM events WHERE event = ?1",
        params![event.0],
        |_| Ok(()),
    )
}

/// An event's name as stored.
fn event_name(name: &str) -> Result<EventId, DbError> {
    name.parse()
        .map_err(|error: IdError| DbError::unreadable("event")(error.to_string()))
}
