//! What must hold, each by itself: what a check is given is plain, so that it can be shown to bite.

mod acknowledged;
mod bundles;
mod clocks;
pub(super) mod conflicts;
mod converged;
mod exactly_once;
mod exchanged;
pub(super) mod listed;
mod reached;
pub(super) mod rules;

pub(super) use acknowledged::acknowledged;
pub(super) use bundles::taken_or_blamed;
pub(super) use clocks::{Floor, in_its_hours, knows_the_time};
pub(super) use converged::converged;
pub(super) use exactly_once::exactly_once;
pub(super) use exchanged::exchanged;
pub(super) use listed::{caught_up, listed};
pub(super) use reached::reached;

use std::collections::BTreeMap;
use std::fmt;

use crate::domain::checkin::{Draft, FactRef};

/// Facts by identity.
pub(super) type Facts = BTreeMap<FactRef, Draft>;

/// Something that must hold and does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which check.
    pub check: &'static str,
    /// What was found.
    pub what: String,
}

impl Violation {
    pub(super) fn new(check: &'static str, what: impl Into<String>) -> Self {
        let what = what.into();
        Self { check, what }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.check, self.what)
    }
}

#[cfg(test)]
pub(super) mod samples {
    use super::Facts;
    use crate::domain::checkin::{Draft, Fact, FactRef, Kind};
    use crate::domain::ids::{Sequence, StreamId, TicketId};
    use crate::domain::time::Now;
    use crate::sim::venue::DOORS;

    pub(in crate::sim) fn id(stream: u8, sequence: u64) -> FactRef {
        FactRef {
            stream: StreamId::new([stream; 16]),
            sequence: Sequence(sequence),
        }
    }

    pub(in crate::sim) fn ticket(number: u8) -> TicketId {
        TicketId::new(&[number; 8]).unwrap()
    }

    /// A fact at gate `north` so many minutes after the doors opened.
    pub(in crate::sim) fn fact(stream: u8, sequence: u64, kind: Kind, minute: u64) -> Fact {
        let at = DOORS.plus(60 * minute);
        Fact {
            id: id(stream, sequence),
            draft: Draft {
                kind,
                ticket: Some(ticket(1)),
                gate: "north".parse().unwrap(),
                zone: "venue".parse().unwrap(),
                from_zone: None,
                now: Now::exactly(at),
                order: at.millis().0,
                persons: 1,
                presented_at: None,
                reason: None,
                flags: Vec::new(),
                rules_version: 0,
                list_version: 0,
                operator: None,
                grounds: None,
            },
        }
    }

    pub(in crate::sim) fn facts(facts: &[Fact]) -> Facts {
        facts.iter().map(|fact| (fact.id, fact.draft.clone())).collect()
    }
}
