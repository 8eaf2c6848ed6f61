//! The relay at the venue: what gates bring to it and get from it, its way up, and its machine.

use super::{Run, World};
use crate::sim::checks::{Facts, Violation, reached};
use crate::sim::machine::{Outage, RawReply};
use crate::sync::Request;

/// Runs of the relay in which all that was brought is in the pages that come back: one hands it over, one fetches it.
const ROUNDS: usize = 2;

impl World {
    /// A gate asks the relay in the server's place from its next run on, or the server again.
    pub(super) fn go_by(&mut self, gate: usize, relay: bool) {
        self.relay_used |= relay;
        self.gate(gate).by_relay = relay;
    }

    pub(super) fn relay_goes_down(&self) -> bool {
        !self.relay.disk.disk().is_powered()
    }

    pub(super) fn plan_relay_outage(&mut self, how: Outage, after: u64) {
        self.relay.outage = Some(how);
        self.relay.disk.disk().cut_after(after);
    }

    /// Where the relay's disk went down: it finds what is left there.
    pub(super) fn relay_outage(&mut self) {
        if !self.relay_goes_down() {
            return;
        }
        let outage = self.relay.outage.take().unwrap_or(Outage::Power);
        self.note(|| format!("    the relay goes down: {outage:?}"));
        self.tally.relay_outages += 1;
        let disk = match outage {
            Outage::Kill => self.relay.disk.disk().after_kill(),
            Outage::Power => self.relay.disk.disk().after_cut(&mut self.chance),
        };
        self.relay.go_down(disk);
        if outage == Outage::Power {
            let boot = self.boot_number();
            self.relay.boot(boot);
        }
        self.relay.start();
    }

    pub(super) fn back_up_relay(&mut self) {
        let image = self.relay.disk.disk().image(0);
        self.relay.backup = Some(image);
    }

    /// The relay goes on from the copy: what gates were told it stored is still theirs to send.
    pub(super) fn restore_relay(&mut self) -> Result<(), Violation> {
        let Some(image) = self.relay.backup.take() else {
            return Ok(());
        };
        let before = self.relay_facts();
        self.relay.go_down(image);
        self.relay.start();
        let after = self.relay_facts();
        let lost = before.into_keys().filter(|id| !after.contains_key(id)).collect();
        self.excuse(lost, None)
    }

    /// What the relay holds.
    pub(super) fn relay_facts(&mut self) -> Facts {
        let facts = self
            .relay
            .look(|data, event| data.facts(event))
            .unwrap_or_default();
        facts.into_iter().map(|fact| (fact.id, fact.draft)).collect()
    }

    /// What whoever is asked holds when a run begins.
    pub(super) fn begun(&mut self, by_relay: bool) -> Run {
        let facts = if by_relay {
            self.relay_facts()
        } else {
            self.origin()
        };
        Run {
            by_relay,
            facts: Some(facts),
        }
    }

    /// A request reaches the relay; none where it goes down over it. What only the origin can answer it passes on.
    pub(super) fn serve_by_relay(&mut self, request: &Request) -> Option<RawReply> {
        if request.path.starts_with("/sync/v1/time") && !self.relay.cut_off {
            return self.serve(request);
        }
        let reply = self.relay.answer(request, self.time.now());
        (!self.relay_goes_down()).then_some(reply)
    }

    /// A gate that stands where the relay does in the end has all that the relay held in the beginning. Where the relay went
    /// on meanwhile that need not be so: it reads pages first and what was brought then, and a segment that came into a page
    /// in between is in neither; the next run brings it, or at a gate that stays in touch the news of that page. One whose
    /// list is of another log was sent nothing of the old one.
    pub(super) fn synced_by_relay(&mut self, gate: usize, run: Run) -> Result<(), Violation> {
        let Some(facts) = run.facts else {
            return Ok(());
        };
        self.tally.synced_by_relay += 1;
        let relay = self
            .relay
            .look(|data, event| data.relayed_to(event))
            .ok()
            .flatten();
        let live = self.look(gate, |ledger| ledger.live_list())?.flatten();
        if relay.is_none() || live.map(|live| live.cursor) != relay {
            return Ok(());
        }
        self.learns(gate, &facts)?;
        let holds = self.facts_at(gate)?;
        if self.goes_down(gate) {
            return Ok(());
        }
        reached(&self.gates[gate].name, &self.seen[gate].knows, &holds)
    }

    /// What was brought goes up, and gates sync with the relay to the end; then they ask the server again.
    pub(super) fn heal_relay(&mut self) -> Result<(), Violation> {
        if !self.relay_used {
            return Ok(());
        }
        self.relay_catches_up()?;
        for gate in 0..self.gates.len() {
            if self.gates[gate].by_relay {
                self.run_to_its_end(gate)?;
                self.observe()?;
            }
            self.gates[gate].by_relay = false;
        }
        self.relay_catches_up()
    }

    /// In the end the relay holds what the origin holds, and has nothing left to hand over.
    pub(super) fn relay_is_well(&mut self) -> Result<(), Violation> {
        if !self.relay_used {
            return Ok(());
        }
        self.relay_catches_up()?;
        let left = self.relay.look(|data, event| data.brought_after(event, 0));
        let left = left.map_or(0, |brought| brought.len());
        if left > 0 {
            let what = format!("the relay is left with {left} segments to hand over");
            return Err(Violation::new("heals", what));
        }
        let (relay, origin) = (self.relay_facts(), self.origin());
        reached("the relay", &origin, &relay)?;
        reached("the origin", &relay, &origin)
    }

    fn relay_catches_up(&mut self) -> Result<(), Violation> {
        for _ in 0..ROUNDS {
            match self.sync_relay_calmly()? {
                Some(Ok(())) => {}
                ended => {
                    let what = format!("the relay cannot sync: {ended:?}");
                    return Err(Violation::new("heals", what));
                }
            }
        }
        Ok(())
    }
}
