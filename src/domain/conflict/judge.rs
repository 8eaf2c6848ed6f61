//! Which admissions of a ticket would have been refused, had the facts before them in the order of the fold been
//! known.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::domain::admission::{
    Direction, Inputs, Lane, Listing, Reach, Request, Shown, Status, TicketRow, admit,
};
use crate::domain::checkin::{Draft, Fact, FactRef, History, Kind, Step};
use crate::domain::ids::{TicketId, TicketType};
use crate::domain::rules::{GateSite, Rulebook};
use crate::domain::ticket::{ADMITS_MAX, Claims};
use crate::domain::time::{UnixMillis, UnixSeconds};
use crate::domain::verdict::{Reason, Verdict};

/// Entries of one chain that are judged, the first in the order of the fold. Only a pass of staff has so many, or a
/// device that lies, and each costs a look at all before it.
const ENTRIES_JUDGED_MAX: usize = 1_000;

/// A ticket that was issued, and how its status changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Its row on the list. The status in it is the newest; the others count from the standings.
    pub row: TicketRow,
    /// Its statuses in the order in which they were given; before the first it was valid.
    pub standings: Vec<Standing>,
}

/// A ticket's status from an instant on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The instant, by the server's clock.
    pub since: UnixMillis,
    /// The status.
    pub status: Status,
}

/// An admission that would have been refused.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
pub struct Finding {
    /// The admission.
    #[n(0)]
    pub denied: FactRef,
    /// Why.
    #[n(1)]
    pub reason: Reason,
    /// The fact that explains it, where one does.
    #[n(2)]
    pub because: Option<FactRef>,
}

/// Judges every admission of a chain of tickets again, with the one function that gates decide by. `facts` are all
/// that bear on the chain, in any order and each as often as it comes: its own, and every `void` and `all-out`.
///
/// Each entry is judged at its own time, by what came before it in the order of the fold. That it was given back or
/// made void counts whenever it was said. An override was a person's decision, an exit always opens, and how full a
/// zone was nobody could know: none of these is a finding.
#[must_use]
pub fn judge(facts: impl IntoIterator<Item = Fact>, issued: &[Issued], rules: &Rulebook) -> Vec<Finding> {
    let (mut findings, mut judged) = (Vec::new(), 0);
    History::fold(facts).replay(|step| {
        let entered = step.fact.draft.kind == Kind::Entry && step.persons > 0;
        if entered && judged < ENTRIES_JUDGED_MAX {
            judged += 1;
            findings.extend(judge_entry(step, issued, rules));
        }
    });
    findings
}

fn judge_entry(step: &Step<'_>, issued: &[Issued], rules: &Rulebook) -> Option<Finding> {
    let (fact, draft) = (step.fact, &step.fact.draft);
    let ticket = draft.ticket?;
    let issued = issued.iter().find(|issued| issued.row.ticket == ticket);
    let decision = admit(&Inputs {
        shown: &shown(ticket, draft, issued, rules),
        listing: &listing(draft, issued),
        history: step.before,
        lane: &lane(draft),
        rules,
        occupancy: None,
        // What gates do while they are apart is a precaution, no rule that a guest could break.
        reach: Reach::Together,
        conflict: false,
        now: &draft.now,
        request: &Request {
            direction: Direction::Entry,
            persons: Some(step.persons),
            confirmed: Vec::new(),
            past: true,
        },
    });
    match decision.verdict {
        Verdict::Deny {
            reason,
            fact: because,
            ..
        } => Some(Finding {
            denied: fact.id,
            reason,
            because: because.map(|because| because.id),
        }),
        Verdict::Admit { .. } | Verdict::Ask { .. } => None,
    }
}

/// The code as far as the fact tells of it: what it claimed does not count beside the list.
fn shown(ticket: TicketId, draft: &Draft, issued: Option<&Issued>, rules: &Rulebook) -> Shown {
    let row = issued.map(|issued| &issued.row);
    Shown {
        claims: Claims {
            event: rules.event.clone(),
            ticket_type: row.map_or_else(TicketType::unknown, |row| row.ticket_type.clone()),
            ticket,
            valid_from: row.and_then(|row| row.valid_from),
            valid_until: row.map_or(UnixSeconds(u64::MAX), |row| row.valid_until),
            admits: row.map_or(ADMITS_MAX, |row| row.admits),
            issued_at: None,
            holder: None,
        },
        list_only: false,
        presented_at: draft.presented_at,
        defect: None,
    }
}

/// What the list said when the guest came. The server's own list is complete at all times.
fn listing(draft: &Draft, issued: Option<&Issued>) -> Listing {
    let Some(Issued { row, standings }) = issued else {
        let as_of = UnixSeconds(u64::MAX);
        return Listing::Unlisted { as_of };
    };
    let came = UnixMillis(draft.order);
    let standing = standings.iter().rev().find(|standing| standing.since <= came);
    Listing::Listed(TicketRow {
        status: standing.map_or(Status::Valid, |standing| standing.status),
        ..row.clone()
    })
}

fn lane(draft: &Draft) -> Lane {
    Lane {
        gate: draft.gate.clone(),
        site: GateSite {
            into: draft.zone.clone(),
            from: draft.from_zone.clone(),
        },
        earlier_streams: Vec::new(),
    }
}
