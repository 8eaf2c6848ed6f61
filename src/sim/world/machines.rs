//! Processes that restart, machines that go down, cards that are copied and put back.

use std::collections::BTreeSet;

use super::{Seen, World};
use crate::domain::checkin::FactRef;
use crate::sim::breaks::Break;
use crate::sim::checks::{Facts, Violation};
use crate::sim::disk::Disk;
use crate::sim::machine::Outage;

impl World {
    /// The scanning process ends as it should, and starts again; the sync goes on beside it.
    pub(super) fn restart(&mut self, gate: usize) -> Result<(), Violation> {
        let gate = self.index(gate);
        self.start_scanner(gate)
    }

    pub(super) fn plan_outage(&mut self, gate: usize, how: Outage, after: u64) {
        let gate = self.gate(gate);
        gate.outage = Some(how);
        gate.disk.disk().cut_after(after);
    }

    pub(super) fn goes_down(&self, gate: usize) -> bool {
        !self.gates[gate].disk.disk().is_powered()
    }

    /// Whatever is down comes back, on what its disk holds then.
    pub(super) fn outages(&mut self) -> Result<(), Violation> {
        self.server_outage()?;
        self.relay_outage();
        for gate in 0..self.gates.len() {
            if self.goes_down(gate) {
                self.outage(gate)?;
            }
        }
        Ok(())
    }

    pub(super) fn back_up(&mut self, gate: usize) {
        let gate = self.index(gate);
        let image = self.gates[gate].disk.disk().image(0);
        self.gates[gate].backup = Some(image);
        let seen = Seen {
            backup: None,
            run: None,
            ..self.seen[gate].clone()
        };
        self.seen[gate].backup = Some(Box::new(seen));
    }

    /// The gate goes on from the copy of its card: what only it held since is gone.
    pub(super) fn restore(&mut self, gate: usize) -> Result<(), Violation> {
        let gate = self.index(gate);
        let (Some(image), Some(seen)) = (self.gates[gate].backup.take(), self.seen[gate].backup.take())
        else {
            return Ok(());
        };
        self.tally.restored += 1;
        self.part_from_all(gate, Outage::Power);
        let before = self.facts_at(gate)?;
        self.comes_back(gate, image)?;
        self.seen[gate] = Seen {
            heard: false,
            asked: None,
            moved: true,
            ..*seen
        };
        let after = self.facts_at(gate)?;
        let lost = before.into_keys().filter(|id| !after.contains_key(id)).collect();
        self.excuse(lost, Some(gate))
    }

    /// A second machine with the same card, and so the same device.
    pub(super) fn clone_gate(&mut self, gate: usize) {
        let gate = self.index(gate);
        let (Some(image), Some(seen)) = (&self.gates[gate].backup, &self.seen[gate].backup) else {
            return;
        };
        let (image, seen) = (image.image(0), (**seen).clone());
        let seen = Seen {
            heard: false,
            asked: None,
            moved: true,
            ..seen
        };
        self.tally.cloned += 1;
        self.add_gate(&image, seen);
    }

    /// Facts that nobody holds any more may be missing from now on.
    pub(super) fn excuse(&mut self, lost: Vec<FactRef>, but: Option<usize>) -> Result<(), Violation> {
        let mut held: BTreeSet<FactRef> = self.origin().into_keys().collect();
        held.extend(self.relay_facts().into_keys());
        for gate in (0..self.gates.len()).filter(|gate| Some(*gate) != but) {
            held.extend(self.facts_at(gate)?.into_keys());
        }
        let nobodys = lost
            .into_iter()
            .filter(|id| !held.contains(id) && self.truth.shown.contains_key(id));
        self.truth.excused.extend(nobodys);
        self.tally.excused = self.truth.excused.len() as u64;
        Ok(())
    }

    /// The facts that a gate holds, by its own process.
    pub(super) fn facts_at(&mut self, gate: usize) -> Result<Facts, Violation> {
        let Some(scanner) = &mut self.gates[gate].scanner else {
            return Ok(Facts::new());
        };
        match scanner.ledger.facts() {
            Ok(facts) => Ok(facts.into_iter().map(|fact| (fact.id, fact.draft)).collect()),
            Err(error) => {
                self.store_failed(gate, &format!("{error:?}"))?;
                Ok(Facts::new())
            }
        }
    }

    pub(super) fn start_scanner(&mut self, gate: usize) -> Result<(), Violation> {
        let stream = self.stream();
        self.seen[gate].asked = None;
        if let Err(error) = self.gates[gate].start_scanner(stream) {
            return self.store_failed(gate, &format!("{error:?}"));
        }
        if let Some(scanner) = &self.gates[gate].scanner {
            self.truth.makers.insert(stream, scanner.device().clone());
        }
        self.start_neighbour(gate)
    }

    fn outage(&mut self, gate: usize) -> Result<(), Violation> {
        let outage = self.gates[gate].outage.take().unwrap_or(Outage::Power);
        let name = self.gates[gate].name.clone();
        self.note(|| format!("    {name} goes down: {outage:?}"));
        self.tally.outages += 1;
        self.part_from_all(gate, outage);
        let disk = match outage {
            Outage::Kill => self.gates[gate].disk.disk().after_kill(),
            Outage::Power => self.gates[gate].disk.disk().after_cut(&mut self.chance),
        };
        if outage == Outage::Power {
            let boot = self.boot_number();
            self.gates[gate].clock.boot(boot);
        }
        self.seen[gate].run = None;
        self.comes_back(gate, disk)
    }

    fn comes_back(&mut self, gate: usize, disk: Disk) -> Result<(), Violation> {
        self.gates[gate].go_down(disk);
        self.seen[gate].moved = true;
        if self.broken == Some(Break::NoFsync) {
            self.gates[gate].disk.disk().drop_syncs();
        }
        self.start_scanner(gate)
    }
}
