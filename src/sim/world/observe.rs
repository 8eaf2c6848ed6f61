//! What is looked at after every step.

use super::World;
use crate::domain::checkin::Fact;
use crate::domain::outbox::Room;
use crate::ledger::{Ledger, LedgerError};
use crate::sim::checks::{Violation, acknowledged, caught_up};
use crate::wire::Segment;

/// Room for all that a run can bring about.
pub(super) const ALL: Room = Room {
    segments: usize::MAX,
    facts: usize::MAX,
    bytes: usize::MAX,
};

impl World {
    /// The floor of every gate; the rest where something moved, since only a sync, an outage or an older image can.
    pub(super) fn observe(&mut self) -> Result<(), Violation> {
        for gate in 0..self.gates.len() {
            self.floor_rises(gate)?;
        }
        let moved = |gate: &usize| self.seen[*gate].moved;
        let moved: Vec<usize> = (0..self.gates.len()).filter(moved).collect();
        if moved.is_empty() {
            return Ok(());
        }
        let origin = self.origin();
        for gate in moved {
            self.seen[gate].moved = false;
            self.list_is_whole(gate)?;
            if self.seen[gate].heard {
                let name = self.gates[gate].name.clone();
                let believed = self.look(gate, believed)?.unwrap_or_default();
                acknowledged(&name, &believed, &origin)?;
            }
        }
        Ok(())
    }

    /// Reads from a gate's store; none where its disk is no more.
    pub(super) fn look<T>(
        &mut self,
        gate: usize,
        read: impl FnOnce(&mut dyn Ledger) -> Result<T, LedgerError>,
    ) -> Result<Option<T>, Violation> {
        let Some(scanner) = &mut self.gates[gate].scanner else {
            return Ok(None);
        };
        match read(scanner.ledger.as_mut()) {
            Ok(found) => Ok(Some(found)),
            Err(error) => self.store_failed(gate, &format!("{error:?}")).map(|()| None),
        }
    }

    fn floor_rises(&mut self, gate: usize) -> Result<(), Violation> {
        let Some(scanner) = &self.gates[gate].scanner else {
            return Ok(());
        };
        let (floor, truth) = (scanner.floor(), self.time.now());
        self.seen[gate].floor.raise(&self.gates[gate].name, floor, truth)
    }

    /// Where the list moved, it shows all that came before the place where it stands.
    fn list_is_whole(&mut self, gate: usize) -> Result<(), Violation> {
        let Some(Some(live)) = self.look(gate, |ledger| ledger.live_list())? else {
            return Ok(());
        };
        if self.seen[gate].stands.as_ref() == Some(&live.cursor) {
            return Ok(());
        }
        let log = live.cursor.log;
        let (stands, name) = (live.cursor.sequence, self.gates[gate].name.clone());
        self.seen[gate].stands = Some(live.cursor);
        let list = self.seen[gate].rows.clone();
        // What was read under another log says nothing of this one.
        let Some(list) = list.filter(|list| list.log == log) else {
            return Ok(());
        };
        for dated in list.rows {
            let known = self.look(gate, |ledger| ledger.look_up(&dated.row.ticket))?;
            let Some(known) = known else { return Ok(()) };
            caught_up(&name, stands, &dated, &known.listing)?;
        }
        Ok(())
    }
}

/// The facts of the segments that a gate takes for acknowledged.
fn believed(ledger: &mut dyn Ledger) -> Result<Vec<Fact>, LedgerError> {
    let waiting: Vec<u64> = ledger
        .unacknowledged(0, &ALL)?
        .iter()
        .map(|kept| kept.place)
        .collect();
    let kept = ledger.kept_after(0, &ALL)?;
    let told = kept.iter().filter(|kept| !waiting.contains(&kept.place));
    let segments = told.filter_map(|kept| Segment::unverified(&kept.segment.bytes).ok());
    Ok(segments
        .flat_map(|segment| segment.facts().collect::<Vec<_>>())
        .collect())
}
