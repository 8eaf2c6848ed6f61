//! The end of a run: everything heals, everybody syncs until nothing moves, and all must be well.

use super::World;
use crate::domain::checkin::Fact;
use crate::sim::checks::conflicts::conflicts;
use crate::sim::checks::{Violation, converged, exactly_once, listed};

/// Rounds of syncs until nothing may move any more: one to bring everything up, one to bring it down, and one for what
/// a restored server learns that it lost.
const ROUNDS_MAX: usize = 5;

impl World {
    pub(in crate::sim) fn heal(&mut self) -> Result<(), Violation> {
        self.note(|| "everything heals".to_owned());
        self.server.disk.disk().cut_after(u64::MAX / 2);
        self.relay.disk.disk().cut_after(u64::MAX / 2);
        for gate in &mut self.gates {
            gate.disk.disk().cut_after(u64::MAX / 2);
        }
        self.clear_network();
        self.heal_lan()?;
        self.heal_relay()?;
        for _ in 0..ROUNDS_MAX {
            let before = self.origin().len();
            let mut stood_still = true;
            for gate in 0..self.gates.len() {
                let stands = self.seen[gate].stands.clone();
                self.run_to_its_end(gate)?;
                self.observe()?;
                stood_still &= stands == self.seen[gate].stands;
            }
            if stood_still && self.origin().len() == before {
                break;
            }
        }
        self.relay_is_well()?;
        self.all_is_well()
    }

    pub(super) fn run_to_its_end(&mut self, gate: usize) -> Result<(), Violation> {
        let name = self.gates[gate].name.clone();
        match self.sync_calmly(gate)? {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(Violation::new("heals", format!("{name} cannot sync: {error}"))),
            None => Err(Violation::new("heals", format!("a run of {name} hangs"))),
        }
    }

    fn all_is_well(&mut self) -> Result<(), Violation> {
        let origin = self.origin_facts();
        exactly_once(
            &self.truth.shown,
            &self.truth.excused,
            &self.truth.handed,
            &origin,
        )?;
        let (listed, issued) = (self.listed_conflicts(), self.issued());
        self.tally.conflicts = listed.len() as u64;
        conflicts(&listed, &origin, &issued)?;
        let event = self.venue.event.clone();
        let parked = self.server.admin().parked(&event).unwrap_or_default();
        if !parked.is_empty() {
            return Err(Violation::new(
                "set-aside",
                format!("nobody lied, and the server set aside {parked:?}"),
            ));
        }
        for gate in 0..self.gates.len() {
            self.gate_is_well(gate, &origin)?;
        }
        Ok(())
    }

    fn gate_is_well(&mut self, gate: usize, origin: &[Fact]) -> Result<(), Violation> {
        let name = self.gates[gate].name.clone();
        let rows = self.server_rows();
        let status = self.look(gate, |ledger| ledger.status())?.expect("it runs");
        if status.contradictions > 0 || status.unacknowledged > 0 {
            return Err(Violation::new("heals", format!("{name} is left with {status:?}")));
        }
        for ticket in self.venue.tickets.clone() {
            let known = self
                .look(gate, |ledger| ledger.look_up(&ticket.id))?
                .expect("it runs");
            let row = rows
                .iter()
                .find(|dated| dated.row.ticket == ticket.id)
                .map(|dated| &dated.row);
            listed(&name, row, &known.listing)?;
            let here = known
                .facts
                .into_iter()
                .filter(|fact| fact.draft.ticket == Some(ticket.id));
            let there = origin.iter().filter(|fact| fact.draft.ticket == Some(ticket.id));
            converged(&name, &ticket.id, here.collect(), there.cloned().collect())?;
        }
        Ok(())
    }
}
