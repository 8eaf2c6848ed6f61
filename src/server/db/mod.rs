//! The server's data: SQLite in one file, or a PostgreSQL database. They also hold keys, and are therefore their owner's
//! alone.
//!
//! Each method is one transaction. Several processes may use the data at once: on a file `wicket admin` beside a running
//! server, on PostgreSQL any number of servers.

mod backup;
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
mod kept;
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
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ed25519_dalek::SigningKey;

use crate::domain::ids::EventId;
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
pub(in crate::server) use sql::Listener;
use sql::{Address, Connection, Flush, Optional, Transaction, Version, params};

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
    place: Location,
    /// What was taken since it was opened, by whichever connection of this process.
    tally: Arc<Mutex<Tally>>,
}

/// Where the data are.
#[derive(Debug, Clone)]
enum Location {
    File { file: PathBuf, opening: Opening },
    Postgres(Arc<Address>),
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

    /// Whether there are data in a folder.
    #[must_use]
    pub fn is_in(folder: &Path) -> bool {
        folder.join(FILE).exists()
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
        let opening = opening.clone();
        Self::at(Location::File { file, opening })
    }

    /// Opens the data in a PostgreSQL database, and makes its tables where they are not there yet. The address is such as
    /// `postgres://wicket:secret@db.example.org/wicket`.
    ///
    /// # Errors
    /// [`DbError`] where it cannot be reached or used.
    pub fn connect(address: &str) -> Result<Self, DbError> {
        Self::at(Location::Postgres(Arc::new(Address::parse(address)?)))
    }

    fn at(place: Location) -> Result<Self, DbError> {
        let mut connection = place.connection(Flush::Disk)?;
        connection.migrate()?;
        Ok(Self {
            connection,
            counters: place.connection(Flush::System)?,
            heads_read_at: None,
            place,
            tally: Arc::default(),
        })
    }

    /// The same data once more, for work at the same time.
    ///
    /// # Errors
    /// [`DbError`] where they cannot be opened again.
    pub fn again(&self) -> Result<Self, DbError> {
        Ok(Self {
            connection: self.place.connection(Flush::Disk)?,
            counters: self.place.connection(Flush::System)?,
            heads_read_at: None,
            place: self.place.clone(),
            tally: Arc::clone(&self.tally),
        })
    }

    /// The same data once more, only to be read: what takes long there keeps nobody from writing.
    ///
    /// # Errors
    /// [`DbError`] where it cannot be opened again.
    pub fn reader(&self) -> Result<Self, DbError> {
        let reader = self.again()?;
        // PostgreSQL has many writers, and what was read with some effort is kept there for others.
        if !self.is_shared() {
            reader.connection.only_read()?;
            reader.counters.only_read()?;
        }
        Ok(reader)
    }

    /// Whether several server processes may share these data, and write to them at the same time.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        matches!(self.place, Location::Postgres(_))
    }

    /// Calls `wake` whenever any process may have written to a log, until what this returns is dropped; none where the
    /// database tells nobody.
    ///
    /// # Errors
    /// Where the machine gives no thread.
    pub(in crate::server) fn listen(
        &self,
        wake: impl Fn() + Send + 'static,
    ) -> std::io::Result<Option<Listener>> {
        match &self.place {
            Location::File { .. } => Ok(None),
            Location::Postgres(address) => Listener::start(Arc::clone(address), wake).map(Some),
        }
    }

    /// What this process did.
    fn tally(&self) -> MutexGuard<'_, Tally> {
        // Counts are whole after any panic.
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
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

impl Location {
    fn connection(&self, flush: Flush) -> Result<Connection, DbError> {
        match self {
            Self::File { file, opening } => Connection::file(file, opening, flush),
            Self::Postgres(address) => Connection::postgres(address, flush),
        }
    }
}

/// Makes what is missing, and claims the folder for the setup. SQLite gives its write-ahead log the mode of the
/// database file.
fn prepare(folder: &Path, file: &Path, opening: &Opening) -> std::io::Result<File> {
    make_folder(folder)?;
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

fn make_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
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
    DbError::parsed("event", name)
}
