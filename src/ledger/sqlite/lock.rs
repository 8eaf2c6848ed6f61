//! Who may use a data folder: one gate, and any number of others beside it.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::open::folder_error;
use crate::ledger::{LedgerError, SyncClaim};

/// Held by the gate for as long as it runs. The system lets go of it however the process ends.
const GATE_LOCK: &str = "gate.lock";
/// Held by whoever syncs, for as long as a run takes.
const SYNC_LOCK: &str = "sync.lock";
/// Held by anyone for the moment in which the tables are made.
const SETUP_LOCK: &str = "setup.lock";

/// Claims the folder for the gate; the claim lasts as long as the file is open.
pub(super) fn claim(folder: &Path) -> Result<File, LedgerError> {
    let file = open(folder, GATE_LOCK)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LedgerError::InUse {
            folder: folder.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(folder_error(folder)(error)),
    }
}

/// Waits for anyone else who is making the tables.
pub(super) fn setup(folder: &Path) -> Result<File, LedgerError> {
    let file = open(folder, SETUP_LOCK)?;
    file.lock().map_err(folder_error(folder))?;
    Ok(file)
}

/// Waits for anyone else who syncs.
pub(super) fn sync(folder: &Path) -> Result<SyncClaim, LedgerError> {
    let file = open(folder, SYNC_LOCK)?;
    file.lock().map_err(folder_error(folder))?;
    Ok(SyncClaim { _file: Some(file) })
}

fn open(folder: &Path, name: &str) -> Result<File, LedgerError> {
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join(name))
        .map_err(folder_error(folder))
}
