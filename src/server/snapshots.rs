//! Snapshots kept for the gates that come: one is read once, and serves every gate until too much has changed since.

use std::sync::{Arc, Mutex, PoisonError};

use super::answer::Refused;
use super::database::Database;
use super::db::{Db, DbError, Snapshot};
use crate::domain::ids::EventId;
use crate::domain::time::UnixSeconds;
use crate::wire::limits::PAGE_CHANGES_MAX;
use crate::wire::{Cursor, SnapshotPage};

/// Memory for snapshots (32 MB): five of a million tickets each. The least lately used make room, so that a gate on a
/// slow link keeps the one that it takes; the newest stays whatever its size.
const BYTES_MAX: usize = 32 << 20;
/// Snapshots at a time: a server's events, each with a current one and one that some gate still takes.
const SNAPSHOTS_MAX: usize = 64;
/// One is current while fewer changes came after it than a fiftieth of its tickets: in the log they take the gate a tenth
/// of what the snapshot does.
const TICKETS_A_CHANGE: u64 = 50;

/// The snapshots, and the data once more to read them from, since a large list takes a second.
#[derive(Debug)]
pub(super) struct Snapshots {
    reads: Database,
    /// Whether other processes keep some too.
    are_shared: bool,
    /// The latest used last.
    kept: Mutex<Vec<Arc<Snapshot>>>,
}

impl Snapshots {
    pub(super) fn new(reads: Database, are_shared: bool) -> Self {
        Self {
            reads,
            are_shared,
            kept: Mutex::new(Vec::new()),
        }
    }

    /// The event's current snapshot, read now where there is none that reaches at least as far as this change number: to
    /// a gate that stands there, an older one is of no use. Who waits for another's finds it made.
    pub(super) async fn current(
        self: &Arc<Self>,
        event: &EventId,
        least: u64,
        now: UnixSeconds,
    ) -> Result<Arc<Snapshot>, Refused> {
        let (snapshots, event) = (Arc::clone(self), event.clone());
        self.reads
            .run(move |db| {
                let head = db.log_head(&event)?;
                let least = least.min(head.sequence);
                let wanted = |kept: &Snapshot| {
                    kept.event == event && kept.to.sequence >= least && is_current(kept, &head)
                };
                if let Some(found) = snapshots.find(wanted) {
                    return Ok(found);
                }
                let kept = db.kept_snapshot(&event, None)?.filter(wanted);
                let snapshot = match kept {
                    Some(anothers) => anothers,
                    None => read(db, &event, now)?,
                };
                Ok(snapshots.keep(snapshot))
            })
            .await
    }

    /// The snapshot of that place, if it is kept still, here or by another process.
    pub(super) async fn held(
        self: &Arc<Self>,
        event: &EventId,
        at: &Cursor,
    ) -> Result<Option<Arc<Snapshot>>, Refused> {
        let found = self.find(|kept| kept.event == *event && kept.to == *at);
        if found.is_some() || !self.are_shared {
            return Ok(found);
        }
        let (snapshots, event, at) = (Arc::clone(self), event.clone(), at.clone());
        self.reads
            .run(move |db| {
                let anothers = db.kept_snapshot(&event, Some(&at))?;
                Ok(anothers.map(|snapshot| snapshots.keep(snapshot)))
            })
            .await
    }

    /// A page of a snapshot; none beyond its last.
    pub(super) async fn page(
        &self,
        snapshot: Arc<Snapshot>,
        number: u32,
    ) -> Result<Option<SnapshotPage>, Refused> {
        self.reads
            .run(move |db| db.snapshot_page(&snapshot, number))
            .await
    }

    /// The latest that is wanted, which is now the latest used.
    fn find(&self, wanted: impl Fn(&Snapshot) -> bool) -> Option<Arc<Snapshot>> {
        // A list of shared values is whole after any panic.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().rposition(|snapshot| wanted(snapshot))?;
        let found = kept.remove(place);
        kept.push(Arc::clone(&found));
        Some(found)
    }

    fn keep(&self, snapshot: Snapshot) -> Arc<Snapshot> {
        let snapshot = Arc::new(snapshot);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(Arc::clone(&snapshot));
        let bytes = |kept: &[Arc<Snapshot>]| kept.iter().map(|snapshot| snapshot.bytes()).sum::<usize>();
        while kept.len() > 1 && (kept.len() > SNAPSHOTS_MAX || bytes(&kept) > BYTES_MAX) {
            kept.remove(0);
        }
        snapshot
    }
}

/// Reads a snapshot, for other processes too.
fn read(db: &mut Db, event: &EventId, now: UnixSeconds) -> Result<Snapshot, DbError> {
    let snapshot = db.snapshot(event, now)?;
    db.keep_snapshot(&snapshot)?;
    Ok(snapshot)
}

/// Whether what came after it is little enough to follow in the log.
fn is_current(snapshot: &Snapshot, head: &Cursor) -> bool {
    let allowed = (snapshot.tickets / TICKETS_A_CHANGE).max(PAGE_CHANGES_MAX as u64);
    let since = head.sequence.checked_sub(snapshot.to.sequence);
    snapshot.to.log == head.log && since.is_some_and(|since| since <= allowed)
}
