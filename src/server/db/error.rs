//! What can go wrong with the server's data, and what to do about it.

use std::error::Error;
use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

use postgres::error::SqlState;
use rusqlite::ErrorCode;

/// What the database itself said.
type Cause = Box<dyn Error + Send + Sync>;

/// The server's data cannot be used, in words that say what to do next.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The folder or the file in it.
    #[error("cannot use the server's data in {path}: check that the folder is there and may be written")]
    Folder {
        /// The path.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A copy of the data.
    #[error(
        "cannot write {path}: choose a name that is free, in a folder that may be written, on a disk with room"
    )]
    Copy {
        /// The path.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A newer release wrote it.
    #[error(
        "the server's data is of version {found}, but this release knows versions up to {known}: use the newer release that wrote it"
    )]
    Newer {
        /// Its version.
        found: usize,
        /// The newest that this release knows.
        known: usize,
    },
    /// The schema could not be brought up to date.
    #[error("the server's data could not be brought to this release's version; nothing was changed")]
    Migration(#[source] Cause),
    /// Another process holds it.
    #[error(
        "another process has held the server's database for too long: end what runs on it, such as a backup by hand, and try again; nothing was changed"
    )]
    Busy(#[source] Cause),
    /// Others came in the way, again and again.
    #[error("too much was changed at once in the server's database: try again; nothing was changed")]
    Contended(#[source] Cause),
    /// It cannot be reached.
    #[error(
        "cannot reach the server's database: check that it runs, and the address, name and password given with --database; nothing was changed"
    )]
    Unreachable(#[source] Cause),
    /// The connection to it was lost.
    #[error("the connection to the server's database was lost: try again; nothing was changed")]
    Lost(#[source] Cause),
    /// The connection was lost while a commit was under way.
    #[error(
        "the connection to the server's database was lost while a change was being committed: look whether it was made before trying again"
    )]
    Unknown(#[source] Cause),
    /// The disk is full.
    #[error(
        "the disk that holds the server's database is full: make room and try again; nothing was changed"
    )]
    Full(#[source] Cause),
    /// A rule of the tables.
    #[error("the server's database refused contradictory data, a fault of this program; nothing was changed")]
    Constraint(#[source] Cause),
    /// Anything else.
    #[error(
        "the server's database failed: check the disk's space and health; every change is whole or not made"
    )]
    Failed(#[source] Cause),
    /// A row that must be there is not.
    #[error("the server's database lacks a row that belongs there: restore a backup")]
    NoRow,
    /// Bytes in the database that this release cannot read.
    #[error("the server's database holds a {what} that cannot be read ({why}): restore a backup")]
    Unreadable {
        /// What it should be.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// An event that is not there.
    #[error("there is no event {0:?}: create it with `wicket admin event add`")]
    NoEvent(String),
    /// What a person asked for cannot be done.
    #[error("{0}")]
    Refused(String),
}

impl DbError {
    pub(super) fn unreachable(error: postgres::Error) -> Self {
        Self::Unreachable(error.into())
    }

    /// What a stored text says.
    pub(super) fn parsed<T: FromStr<Err: Display>>(what: &'static str, text: &str) -> Result<T, Self> {
        text.parse()
            .map_err(|error: T::Err| Self::unreadable(what)(error.to_string()))
    }

    pub(super) fn unreadable(what: &'static str) -> impl Fn(String) -> Self {
        move |why| Self::Unreadable { what, why }
    }
}

impl From<rusqlite::Error> for DbError {
    fn from(error: rusqlite::Error) -> Self {
        let kind = match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ConstraintViolation) => Self::Constraint,
            _ => Self::Failed,
        };
        kind(error.into())
    }
}

impl From<postgres::Error> for DbError {
    fn from(error: postgres::Error) -> Self {
        let kind = match error.code() {
            Some(state) => of_state(state),
            None if is_lost(&error) => Self::Lost,
            None => Self::Failed,
        };
        kind(error.into())
    }
}

/// The kinds of SQLSTATE (appendix A of PostgreSQL's manual).
fn of_state(state: &SqlState) -> fn(Cause) -> DbError {
    match *state {
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => DbError::Contended,
        SqlState::LOCK_NOT_AVAILABLE | SqlState::QUERY_CANCELED => DbError::Busy,
        SqlState::DISK_FULL => DbError::Full,
        SqlState::ADMIN_SHUTDOWN
        | SqlState::CRASH_SHUTDOWN
        | SqlState::CANNOT_CONNECT_NOW
        | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => DbError::Lost,
        _ => match state.code().get(..2) {
            Some("08") => DbError::Lost,
            Some("23") => DbError::Constraint,
            _ => DbError::Failed,
        },
    }
}

fn is_lost(error: &postgres::Error) -> bool {
    let is_io = |cause: &(dyn Error + 'static)| cause.is::<std::io::Error>();
    error.is_closed() || error.source().is_some_and(is_io)
}
