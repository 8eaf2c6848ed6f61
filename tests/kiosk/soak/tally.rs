//! What the screen told of each guest, compared with what the gate's store holds in the end.

use std::collections::BTreeMap;

use wicket::domain::checkin::{Fact, FactRef, Kind};
use wicket::domain::ids::TicketId;
use wicket::domain::verdict::Reason;
use wicket::ledger::Ledger;

use super::guest::Fate;
use super::staff::LET_IN_PERSONS;
use crate::kiosk::venue::Venue;

/// More refusals than there are.
const DENIALS_MOST: usize = 50_000;

#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Persons let in on a ticket, and how.
    admitted: BTreeMap<TicketId, (Entrance, u8)>,
    refused: BTreeMap<Reason, u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entrance {
    Code,
    /// By hand, and taken back.
    TakenBack,
}

impl Tally {
    pub(super) fn note(&mut self, fate: Fate) {
        match fate {
            Fate::Admitted(ticket) => self.admit(ticket, (Entrance::Code, 1)),
            Fate::Asked(ticket) => self.admit(ticket, (Entrance::Code, LET_IN_PERSONS)),
            Fate::Refused(reason) => *self.refused.entry(reason).or_default() += 1,
        }
    }

    /// A ticket that was let in by hand, and taken back.
    pub(super) fn note_taken_back(&mut self, ticket: TicketId) {
        self.admit(ticket, (Entrance::TakenBack, 1));
    }

    fn admit(&mut self, ticket: TicketId, how: (Entrance, u8)) {
        assert_eq!(self.admitted.insert(ticket, how), None, "{ticket} comes once");
    }

    pub(super) fn compare(&self, venue: &Venue) {
        assert_eq!(entrances(&venue.new_facts()), self.admitted);
        for (reason, told) in &self.refused {
            let kept = kept(venue, *reason);
            // Those that cannot be written while the store is held are given up.
            assert!((1..=*told).contains(&kept), "{reason}: {kept} of {told} are kept");
        }
    }
}

fn kept(venue: &Venue, reason: Reason) -> u64 {
    let denials = venue.ledger().denials(DENIALS_MOST).unwrap();
    let of_reason = denials.iter().filter(|denial| denial.reason == reason);
    of_reason.map(|denial| u64::from(denial.times)).sum()
}

/// What the facts say of each ticket.
fn entrances(facts: &[Fact]) -> BTreeMap<TicketId, (Entrance, u8)> {
    let about = |fact: &Fact| match fact.draft.kind {
        Kind::Released(entry) => Some(entry),
        _ => None,
    };
    let taken_back: Vec<FactRef> = facts.iter().filter_map(about).collect();
    let entrance = |fact: &Fact| match fact.draft.kind {
        Kind::Entry => Some(Entrance::Code),
        Kind::Override if taken_back.contains(&fact.id) => Some(Entrance::TakenBack),
        Kind::Released(_) => None,
        other => panic!("{other:?} of {:?}", fact.draft.ticket),
    };
    let entries = facts.iter().filter_map(|fact| {
        let entrance = entrance(fact)?;
        Some((fact.draft.ticket.unwrap(), (entrance, fact.draft.persons)))
    });
    let entries: Vec<_> = entries.collect();
    let count = entries.len();
    let by_ticket: BTreeMap<_, _> = entries.into_iter().collect();
    assert_eq!(by_ticket.len(), count, "nobody entered twice");
    by_ticket
}
