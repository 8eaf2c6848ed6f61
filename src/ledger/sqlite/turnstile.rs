//! Who writes next. A scan goes first: it waits for one short transaction of the others at most.
//!
//! SQLite's write lock knows no queue. A sync that goes from one transaction to the next has it again at once, while a
//! scan that asks now and then comes too late, time after time. So two files lie beside the database. All but the gate
//! hold `others.lock` while they write, so that only one of them is at it, and `next.lock` while they begin. The gate
//! holds `next.lock` from when it wants to write until it has written, so that nobody begins before it.
//!
//! The turnstile is a courtesy and not what keeps the data whole: who has waited too long goes to SQLite's own lock. It
//! is asked again and again, not waited for, because a wait for a file's lock has no end where its holder is stopped.

use std::fs::File;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use super::lock;
use super::open::Role;
use crate::ledger::LedgerError;

const NEXT_LOCK: &str = "next.lock";
const OTHERS_LOCK: &str = "others.lock";

/// Between two looks at a lock that somebody holds: a tenth of the shortest transaction on a slow card.
pub(super) const LOOK_AGAIN: Duration = Duration::from_micros(200);
/// Looks at `next.lock` before the gate goes on without (0.1 s): the others hold it for microseconds, or are stopped.
const GATE_LOOKS_MAX: u32 = 500;
/// Looks of all others, at either lock (10 s): a gate scans with pauses between, and no step of a sync takes a second.
const OTHERS_LOOKS_MAX: u32 = 50_000;

/// The two files.
#[derive(Debug)]
pub(super) struct Turnstile {
    role: Role,
    next: File,
    others: File,
}

/// A turn to write, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Turn<'t> {
    role: Role,
    next: Option<Held<'t>>,
    _others: Option<Held<'t>>,
}

/// A lock that is held.
#[derive(Debug)]
struct Held<'t>(&'t File);

impl Turnstile {
    pub(super) fn open(folder: &Path, role: Role) -> Result<Self, LedgerError> {
        Ok(Self {
            role,
            next: lock::open(folder, NEXT_LOCK)?,
            others: lock::open(folder, OTHERS_LOCK)?,
        })
    }

    /// Waits for a turn.
    pub(super) fn turn(&self) -> Turn<'_> {
        let (others, looks_max) = match self.role {
            Role::Gate => (None, GATE_LOOKS_MAX),
            Role::Beside => (hold(&self.others, OTHERS_LOOKS_MAX), OTHERS_LOOKS_MAX),
        };
        Turn {
            role: self.role,
            next: hold(&self.next, looks_max),
            _others: others,
        }
    }
}

impl Turn<'_> {
    /// SQLite's lock is held: who is next may line up. A gate keeps its place until it has written.
    pub(super) fn begun(&mut self) {
        if self.role == Role::Beside {
            self.next = None;
        }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // Only a file that is not open cannot be unlocked.
        let _ = self.0.unlock();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a lock that somebody else holds makes no event that could be waited for with an end"
)]
fn hold(file: &File, looks_max: u32) -> Option<Held<'_>> {
    for _ in 0..looks_max {
        if file.try_lock().is_ok() {
            return Some(Held(file));
        }
        sleep(LOOK_AGAIN);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_held(file: &File) -> bool {
        let free = file.try_lock().is_ok();
        if free {
            file.unlock().unwrap();
        }
        !free
    }

    #[test]
    fn the_others_give_up_next_once_they_have_begun_and_a_gate_once_it_has_written() {
        let folder = tempfile::tempdir().unwrap();
        let open = |role| Turnstile::open(folder.path(), role).unwrap();
        let (gate, sync, watch) = (open(Role::Gate), open(Role::Beside), open(Role::Beside));
        let mut writes = sync.turn();
        assert!(is_held(&watch.next) && is_held(&watch.others));
        writes.begun();
        assert!(!is_held(&watch.next) && is_held(&watch.others));

        let mut scan = gate.turn();
        scan.begun();
        assert!(is_held(&watch.next), "nobody begins before a scan that waits");
        drop(writes);
        assert!(!is_held(&watch.others));
        drop(scan);
        assert!(!is_held(&watch.next));
    }

    #[test]
    fn a_scan_goes_on_without_a_turnstile_that_is_stuck() {
        let folder = tempfile::tempdir().unwrap();
        let gate = Turnstile::open(folder.path(), Role::Gate).unwrap();
        let stopped = Turnstile::open(folder.path(), Role::Beside).unwrap();
        let _held = stopped.turn();
        assert!(gate.turn().next.is_none());
    }
}
