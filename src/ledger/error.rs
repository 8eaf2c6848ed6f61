//! What can go wrong with a store, and what to do about it.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use crate::domain::ids::StreamId;

/// What lies behind an error.
pub type Cause = Box<dyn Error + Send + Sync>;

/// A store that cannot be used, in words that say what to do next.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// A page of the log that does not reach from where the gate stands onwards.
    #[error(
        "a page of the event's log starts at change {from}, but this gate stands at {at}: another sync ran at the same \
         time, or the server was restored from an older backup; the list stays as it was, nothing is lost: run \
         `wicket sync` again"
    )]
    PageOutOfPlace {
        /// Where the page starts.
        from: u64,
        /// Where the gate stands; 0 without a list.
        at: u64,
    },
    /// A page of a snapshot that the gate cannot go on with.
    #[error(
        "page {page} of the event's list as of change {of} does not fit what this gate holds: another sync ran at the same \
         time, or the server was restored from an older backup; the list stays as it was, nothing is lost: run \
         `wicket sync` again, and where it stays so, have the organiser run `wicket admin restored` on the server"
    )]
    SnapshotOutOfPlace {
        /// The page, from 0.
        page: u32,
        /// The change number of its snapshot.
        of: u64,
    },
    /// The database's bytes are damaged.
    #[error(
        "gate.db in the data folder is damaged; delete nothing: stop the gate, move gate.db, gate.db-wal and \
         gate.db-shm together to a safe place, read out its check-ins there with `sqlite3 gate.db .recover`, \
         then start the gate again and sync: what the server holds comes back"
    )]
    Corrupt(#[source] Cause),
    /// No room for another page.
    #[error("the disk is full, so nothing can be recorded; free some space in the data folder's file system")]
    Full(#[source] Cause),
    /// The store, or its folder, cannot be written.
    #[error(
        "gate.db in the data folder cannot be opened for writing; check that the folder belongs to the user who \
         runs the gate, and that its file system is not mounted read-only"
    )]
    ReadOnly(#[source] Cause),
    /// The disk answered with an error. A new process would read from the system's memory what the disk does not
    /// hold, so only a restart of the computer shows what is there.
    #[error(
        "the disk under the data folder failed; nothing was recorded: restart the computer, not the gate alone, and \
         if it fails again, copy the folder to another disk and go on from there"
    )]
    Disk(#[source] Cause),
    /// Made by a later version of this program.
    #[error(
        "gate.db in the data folder was made by a newer wicket; install that version, or use another folder"
    )]
    Newer(#[source] Cause),
    /// Another process held the store for longer than a scan can wait.
    #[error(
        "another process has kept gate.db locked for too long; end the program that holds it, such as a database \
         browser or a backup, and try again"
    )]
    Busy(#[source] Cause),
    /// Another gate runs on the data folder.
    #[error("another gate runs on {}; stop it first, or give this one a folder of its own with --data", folder.display())]
    InUse {
        /// The data folder.
        folder: PathBuf,
    },
    /// The data folder cannot be made or opened.
    #[error("cannot use {} as data folder; check that it is a folder that this user may write to", folder.display())]
    Folder {
        /// The data folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database does not take a setting without which check-ins would not be durable.
    #[error(
        "the database's {pragma} is {found} where durable check-ins need {wanted}; move the data folder to a local disk"
    )]
    Unsafe {
        /// The setting.
        pragma: &'static str,
        /// What it must be.
        wanted: String,
        /// What it is.
        found: String,
    },
    /// A page for a gate that was ordered to forget its event.
    #[error(
        "the server revoked this device and had it forget the event: hand it to the organiser with its folder"
    )]
    Wiped,
    /// A fact was to be recorded through a store that was opened for sync or reports.
    #[error("this store was opened for sync or reports, and records no facts; open it as a gate")]
    NoStream,
    /// A segment of a stream that this gate did not make.
    #[error("the stream {stream} is not one of this gate's own; seal only what `unsealed` returned")]
    ForeignStream {
        /// The stream.
        stream: StreamId,
    },
    /// Anything else that the database says.
    #[error("the gate's database failed; restart the gate, and report this if it comes again")]
    Database(#[source] Cause),
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let Some(code) = error.sqlite_error_code() else {
            return Self::from_conversion(error);
        };
        let kind = match code {
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Corrupt,
            ErrorCode::DiskFull => Self::Full,
            ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => Self::ReadOnly,
            ErrorCode::SystemIoFailure => Self::Disk,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            _ => Self::Database,
        };
        kind(error.into())
    }
}

impl LedgerError {
    /// A stored value that is not what this program writes is damage too.
    fn from_conversion(error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => Self::Corrupt(error.into()),
            _ => Self::Database(error.into()),
        }
    }
}

impl From<rusqlite_migration::Error> for LedgerError {
    fn from(error: rusqlite_migration::Error) -> Self {
        use rusqlite_migration::{Error, MigrationDefinitionError};
        match error {
            Error::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead) => {
                Self::Newer(error.into())
            }
            Error::RusqliteError { err, .. } => err.into(),
            _ => Self::Database(error.into()),
        }
    }
}
