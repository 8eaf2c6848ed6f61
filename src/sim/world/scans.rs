//! Guests at the gates, and what each verdict is held against.

use super::World;
use crate::domain::admission::{Direction, Known};
use crate::domain::checkin::{Fact, Kind as FactKind};
use crate::domain::gate::{Announcement, Answer, Opening, Outcome};
use crate::domain::ids::{StreamId, TicketId};
use crate::domain::time::Now;
use crate::domain::verdict::Reason;
use crate::ledger::LedgerError;
use crate::sim::checks::rules::{Knew, by_the_rules};
use crate::sim::checks::{Violation, exchanged, in_its_hours, knows_the_time};
use crate::sim::machine::Happened;
use crate::sim::venue::{HOURS, Kind, Ticket};

impl World {
    pub(super) fn scan(&mut self, gate: usize, ticket: usize, exit: bool) -> Result<(), Violation> {
        let gate = self.index(gate);
        let ticket = self.venue.tickets[ticket % self.venue.tickets.len()].clone();
        let direction = if exit { Direction::Exit } else { Direction::Entry };
        let Some(scanner) = &mut self.gates[gate].scanner else {
            return Ok(());
        };
        self.seen[gate].asked = None;
        let happened = scanner.scan(&ticket.text, direction);
        self.judge(gate, happened, exit, false)
    }

    pub(super) fn answer(&mut self, gate: usize, yes: bool) -> Result<(), Violation> {
        let gate = self.index(gate);
        let (Some(scanner), Some(_)) = (&mut self.gates[gate].scanner, self.seen[gate].asked.take()) else {
            return Ok(());
        };
        let answer = if yes { Answer::Yes } else { Answer::No };
        let happened = scanner.answer(answer);
        self.judge(gate, happened, false, yes)
    }

    /// Time went by at a gate.
    pub(super) fn tick(&mut self, gate: usize) -> Result<(), Violation> {
        let Some(scanner) = &mut self.gates[gate].scanner else {
            return Ok(());
        };
        let happened = scanner.tick();
        self.judge(gate, Ok(happened), false, false)
    }

    /// Takes note of what happened, and holds each verdict against what the gate knew.
    fn judge(
        &mut self,
        gate: usize,
        happened: Result<Vec<Happened>, LedgerError>,
        exit: bool,
        confirmed: bool,
    ) -> Result<(), Violation> {
        let happened = match happened {
            Ok(happened) => happened,
            Err(error) => return self.store_failed(gate, &format!("{error:?}")),
        };
        let mut looked_up = None;
        let mut recorded = None;
        for event in happened {
            match event {
                Happened::LookedUp(ticket, known, now) => looked_up = Some((ticket, known, now)),
                Happened::Handed(draft) => self.truth.handed.push(*draft),
                Happened::Recorded(fact) => {
                    self.truth.handed.pop();
                    recorded = Some(*fact);
                }
                Happened::Opened(opening) => self.opened(gate, &opening, recorded.as_ref())?,
                Happened::Told(told) => {
                    self.note(|| format!("    {:?} {:?}", told.verdict, told.reason));
                    if let Some((ticket, known, now)) = &looked_up {
                        let scan = Judged {
                            ticket: *ticket,
                            known,
                            now,
                            exit,
                            confirmed,
                        };
                        self.told(gate, &scan, &told, recorded.as_ref())?;
                    }
                }
                Happened::Failed(why) => self.store_failed(gate, &why)?,
            }
        }
        Ok(())
    }

    /// The gate lets somebody through.
    fn opened(&mut self, gate: usize, opening: &Opening, recorded: Option<&Fact>) -> Result<(), Violation> {
        let name = self.gates[gate].name.clone();
        let Some(fact) = recorded else {
            if opening.is_exit() {
                return Ok(());
            }
            return Err(Violation::new("durable", format!("{name} opens on no fact")));
        };
        let ticket = self.ticket(fact.draft.ticket);
        if fact.draft.kind == FactKind::Entry {
            if ticket.kind == Kind::Single && ticket.row.replaces.is_none() {
                exchanged(&name, fact, &self.seen[gate].knows)?;
            }
            if ticket.kind == Kind::Hours {
                in_its_hours(&name, &fact.draft.now, HOURS, self.time.now())?;
            }
        }
        self.tally.admitted += 1;
        self.truth.shown.insert(fact.id, fact.draft.clone());
        self.seen[gate].knows.insert(fact.id, fact.draft.clone());
        Ok(())
    }

    fn told(
        &mut self,
        gate: usize,
        scan: &Judged<'_>,
        told: &Announcement,
        recorded: Option<&Fact>,
    ) -> Result<(), Violation> {
        let name = self.gates[gate].name.clone();
        knows_the_time(&name, scan.now, self.time.now())?;
        match told.verdict {
            Outcome::Admit => {}
            Outcome::Deny => self.tally.refused += 1,
            Outcome::Ask => {
                self.tally.asked += 1;
                self.seen[gate].asked = Some(scan.ticket);
            }
        }
        if told.reason == Some(Reason::StoreFailed) {
            return Ok(());
        }
        let ticket = self.ticket(Some(scan.ticket));
        // What the store should have known, whatever it says.
        let of_ticket = self.seen[gate].knows.iter().filter(|(id, draft)| {
            draft.ticket == Some(scan.ticket) && recorded.is_none_or(|fact| fact.id != **id)
        });
        let must_know = of_ticket.map(|(id, draft)| Fact {
            id: *id,
            draft: draft.clone(),
        });
        let facts = scan.known.facts.iter().cloned().chain(must_know).collect();
        let (stream, earlier) = self.streams(gate);
        let gate_id = told.gate.clone();
        let knew = Knew {
            kind: ticket.kind,
            issued_at: ticket.issued_at,
            listing: &scan.known.listing,
            facts,
            now: *scan.now,
            gate: &gate_id,
            stream,
            earlier: &earlier,
            exit: scan.exit,
            confirmed: scan.confirmed,
        };
        by_the_rules(&name, &knew, told.verdict)
    }

    fn streams(&mut self, gate: usize) -> (StreamId, Vec<StreamId>) {
        let scanner = self.gates[gate].scanner.as_mut().expect("it scans");
        let earlier = scanner.ledger.earlier_streams().unwrap_or_default();
        (scanner.stream, earlier)
    }

    fn ticket(&self, id: Option<TicketId>) -> Ticket {
        let of_id = self.venue.tickets.iter().find(|ticket| Some(ticket.id) == id);
        of_id.expect("a printed ticket").clone()
    }

    /// A store may fail only because its disk is no more.
    pub(super) fn store_failed(&mut self, gate: usize, why: &str) -> Result<(), Violation> {
        if self.goes_down(gate) {
            return Ok(());
        }
        let what = format!("the store of {} fails: {why}", self.gates[gate].name);
        Err(Violation::new("store", what))
    }
}

/// A scan that was judged.
struct Judged<'a> {
    ticket: TicketId,
    known: &'a Known,
    now: &'a Now,
    exit: bool,
    confirmed: bool,
}
