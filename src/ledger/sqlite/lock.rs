//! Who may use a data folder: one gate, and any number of others beside it.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread::sleep;

use super::open::folder_error;
use super::turnstile::LOOK_AGAIN;
use crate::ledger::{LedgerError, SyncClaim};

/// Held by the gate for as long as it runs. The system lets go of it however the process ends.
pub(super) const GATE_LOCK: &str = "gate.lock";
/// Held by whoever syncs, for as long as a run takes.
const SYNC_LOCK: &str = "sync.lock";
/// Held by anyone for the moment in which the tables are made.
const SETUP_LOCK: &str = "setup.lock";
/// Looks at a claim before it counts as another gate's (20 ms): a sync that asks whether a gate runs holds it for
/// microseconds.
const CLAIM_LOOKS_MAX: u32 = 100;

/// Claims the folder for the gate; the claim lasts as long as the file is open.
#[expect(
    clippy::disallowed_methods,
    reason = "whether a gate or a sync holds the claim shows only in how long"
)]
pub(super) fn claim(folder: &Path) -> Result<File, LedgerError> {
    let file = open(folder, GATE_LOCK)?;
    for _ in 0..CLAIM_LOOKS_MAX {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => sleep(LOOK_AGAIN),
            Err(TryLockError::Error(error)) => return Err(folder_error(folder)(error)),
        }
    }
    Err(LedgerError::InUse {
        folder: folder.to_owned(),
    })
}

/// Whether a gate runs on the folder of this claim, which the asker opened for itself.
pub(super) fn is_claimed(claim: &File) -> bool {
    let free = claim.try_lock_shared().is_ok();
    if free {
        // Only a file that is not open cannot be unlocked.
        let _ = claim.unlock();
    }
    !free
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

/// Opens a lock's file, which is made where it is missing and never removed.
pub(super) fn open(folder: &Path, name: &str) -> Result<File, LedgerError> {
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join(name))
        .map_err(folder_error(folder))
}
