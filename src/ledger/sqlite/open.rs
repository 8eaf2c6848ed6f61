//! Opening the database: the folder, the file, and the settings on which durability rests.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, ToSql};

use super::turnstile::LOOK_AGAIN;
use super::{lock, migrations};
use crate::ledger::LedgerError;

/// The database's name in the data folder.
const DATABASE: &str = "gate.db";
/// Only the gate's user may look: the folder holds the device's key.
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
/// Looks of a scan at a lock that another process holds before it says that the store failed (2 s): a guest would wait
/// no longer.
const SCAN_LOOKS_MAX: i32 = 10_000;
/// How long the others wait: nobody stands in front of them, and a checkpoint on a slow card takes its time.
const OTHERS_WAIT: Duration = Duration::from_secs(30);
/// 4 KiB is a flash page on most cards, and SQLite's own default.
const PAGE_BYTES: u32 = 4096;
/// The log is folded into the database at this many pages (4 MB), by whoever writes beside the gate.
pub(super) const CHECKPOINT_PAGES: i64 = 1_000;
/// A gate that is alone folds it in a commit of its own at this many (16 MB): one in thousands pays for it.
const GATE_CHECKPOINT_PAGES: i64 = 4_000;
/// A log that grew under a long reader is cut back to this.
const LOG_BYTES_MAX: u32 = 16 << 20;
/// The inner pages of a list of a million tickets stay in memory; the leaves come from the system's cache.
const CACHE_KIB: i32 = 16 << 10;
/// Every statement of the store stays prepared.
const STATEMENTS_MAX: usize = 64;

/// How a commit is made durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// Every commit is on the disk when it returns.
    #[default]
    Full,
    /// The newest commits are lost in a power cut. Here only so that a test can show it.
    Normal,
}

/// How to open the store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opening {
    /// How a commit is made durable.
    pub synchronous: Synchronous,
    /// The SQLite file layer by name; none: the system's.
    pub vfs: Option<String>,
    /// Whether the gate works on signatures alone, and never has a list.
    pub signature_only: bool,
}

/// Who opens the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The one process that scans.
    Gate,
    /// Sync and reports, beside it.
    Beside,
}

/// Opens the database in `folder`, which is made where it is missing, and brings its tables up to date.
pub(super) fn connect(folder: &Path, opening: &Opening, role: Role) -> Result<Connection, LedgerError> {
    // Two processes that start together must not both make the tables.
    let _setup = lock::setup(folder)?;
    let mut connection = open_file(&folder.join(DATABASE), opening.vfs.as_deref())?;
    wait_politely(&connection, role)?;
    set_pragmas(&connection, opening.synchronous, role)?;
    migrations::run(&mut connection)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    sync_folder(folder).map_err(folder_error(folder))?;
    Ok(connection)
}

/// The folder as an absolute path, made durably where it is missing.
pub(super) fn prepare_folder(folder: &Path) -> Result<PathBuf, LedgerError> {
    // Absolute, so that no name is taken for a `file:` URI.
    let absolute = std::path::absolute(folder).map_err(folder_error(folder))?;
    let missing: Vec<&Path> = absolute.ancestors().take_while(|path| !path.exists()).collect();
    DirBuilder::new()
        .recursive(true)
        .mode(FOLDER_MODE)
        .create(&absolute)
        .map_err(folder_error(folder))?;
    for parent in missing.iter().filter_map(|path| path.parent()) {
        sync_folder(parent).map_err(folder_error(folder))?;
    }
    Ok(absolute)
}

/// The error of a folder that cannot be used.
pub(super) fn folder_error(folder: &Path) -> impl FnOnce(io::Error) -> LedgerError {
    let folder = folder.to_owned();
    move |source| LedgerError::Folder { folder, source }
}

/// A new file is only there after a power cut once its folder is synced.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn open_file(path: &Path, vfs: Option<&str>) -> Result<Connection, LedgerError> {
    // One thread uses a connection at a time, as the borrow checker sees to: no mutex.
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(match vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs)?,
        None => {
            keep_private(path);
            Connection::open_with_flags(path, flags)?
        }
    })
}

/// The device's key is in the file, and the folder may have been made by somebody else. SQLite gives the log beside it
/// the same mode.
fn keep_private(path: &Path) {
    // Where this fails SQLite fails too, and says better what is wrong.
    let _ = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(FILE_MODE)
        .open(path);
}

/// For the lock of a process that knows no turnstile, such as a database browser.
fn wait_politely(connection: &Connection, role: Role) -> Result<(), LedgerError> {
    match role {
        Role::Gate => connection.busy_handler(Some(ask_again_soon))?,
        Role::Beside => connection.busy_timeout(OTHERS_WAIT)?,
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "SQLite has no event to wait for when another process holds its lock"
)]
fn ask_again_soon(times: i32) -> bool {
    std::thread::sleep(LOOK_AGAIN);
    times < SCAN_LOOKS_MAX
}

fn set_pragmas(connection: &Connection, synchronous: Synchronous, role: Role) -> Result<(), LedgerError> {
    let set = |pragma: &'static str, value: &dyn ToSql| connection.pragma_update(None, pragma, value);
    // Before anything is written: it is fixed from then on.
    set("page_size", &PAGE_BYTES)?;
    // One sync a commit instead of three, and readers beside the writer.
    hold(connection, "journal_mode", &"WAL", "wal")?;
    match synchronous {
        // In WAL mode, NORMAL syncs at checkpoints only: the newest check-ins would go in a power cut. Nor is it enough
        // for what could be fetched again: where a later sync fails, that leaves a hole in the log before what is promised
        // afterwards.
        Synchronous::Full => hold(connection, "synchronous", &"FULL", "2")?,
        Synchronous::Normal => hold(connection, "synchronous", &"NORMAL", "1")?,
    }
    // A fact must name a stream that exists.
    hold(connection, "foreign_keys", &true, "1")?;
    // The file may come from a card that somebody had in their hands: its schema may call no functions.
    set("trusted_schema", &false)?;
    // Damage shows as an error at once, and not as a wrong answer.
    set("cell_size_check", &true)?;
    let checkpoint_pages = match role {
        Role::Gate => GATE_CHECKPOINT_PAGES,
        Role::Beside => 0,
    };
    set("wal_autocheckpoint", &checkpoint_pages)?;
    set("journal_size_limit", &LOG_BYTES_MAX)?;
    set("cache_size", &-CACHE_KIB)?;
    // A read error in mapped memory is a signal that ends the process; a read error in `read` is an error.
    set("mmap_size", &0)?;
    // Nothing is sorted in bulk, so nothing needs a file; a full disk then cannot fail a query.
    set("temp_store", &"MEMORY")?;
    Ok(())
}

/// Sets what check-ins rest on, and looks whether it is so.
fn hold(
    connection: &Connection,
    pragma: &'static str,
    value: &dyn ToSql,
    wanted: &str,
) -> Result<(), LedgerError> {
    connection.pragma_update(None, pragma, value)?;
    let found = connection.pragma_query_value(None, pragma, |row| {
        Ok(match row.get_ref(0)? {
            rusqlite::types::ValueRef::Integer(number) => number.to_string(),
            text => text.as_str()?.to_owned(),
        })
    })?;
    if found == wanted {
        return Ok(());
    }
    Err(LedgerError::Unsafe {
        pragma,
        wanted: wanted.to_owned(),
        found,
    })
}
