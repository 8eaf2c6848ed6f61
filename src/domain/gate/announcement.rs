//! What is shown, sounded and printed of a verdict.

use serde::Serialize;

use super::scan::Scan;
use crate::domain::admission::{Decision, Direction};
use crate::domain::checkin::Fact;
use crate::domain::ids::{GateId, TicketId};
use crate::domain::verdict::{Flag, Prompt, Reason, Verdict};

/// A verdict as it is shown. As JSON it has the names that `wicket scan --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Announcement {
    /// The code's text.
    pub text: String,
    /// The ticket, only where its signature held.
    pub ticket: Option<TicketId>,
    /// Which way the gate is used.
    pub kind: Direction,
    /// The verdict.
    pub verdict: Outcome,
    /// Why it is refused, or what was wrong with an exit.
    pub reason: Option<Reason>,
    /// The fact that explains it.
    pub fact: Option<Box<Fact>>,
    /// The how-many-th entry of the ticket it is.
    pub entry: Option<u32>,
    /// Persons let through.
    pub persons: Option<u8>,
    /// What staff are asked.
    pub prompt: Option<Prompt>,
    /// What staff should know.
    pub flags: Vec<Flag>,
    /// The gate.
    pub gate: GateId,
    /// How many persons may still enter by the ticket after this, where a rule limits that; for the screen.
    #[serde(skip)]
    pub left: Option<u32>,
    /// The rules' note on this ticket type, for the screen.
    #[serde(skip)]
    pub note: Option<String>,
    /// The gates that the ticket belongs to, where it is not at home here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub homes: Vec<GateId>,
}

/// What the rulebook has to say beside a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Beside {
    /// The note on the ticket's type.
    pub(super) note: Option<String>,
    /// The gates that the ticket is bound to while gates are apart.
    pub(super) homes: Vec<GateId>,
    /// How many persons may still enter by the ticket, were it to be admitted.
    pub(super) left: Option<u32>,
}

/// A verdict in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Let through.
    Admit,
    /// Refused.
    Deny,
    /// Staff decide.
    Ask,
}

impl Announcement {
    /// A refusal that rests on the code alone.
    pub(super) fn refused(text: String, kind: Direction, gate: GateId, reason: Reason) -> Self {
        Self {
            text,
            ticket: None,
            kind,
            verdict: Outcome::Deny,
            reason: Some(reason),
            fact: None,
            entry: None,
            persons: None,
            prompt: None,
            flags: Vec::new(),
            gate,
            left: None,
            note: None,
            homes: Vec::new(),
        }
    }

    /// A refusal of a scan for a cause that lies with the gate.
    pub(super) fn of_failure(scan: &Scan, gate: GateId) -> Self {
        Self {
            ticket: Some(scan.ticket()),
            ..Self::refused(
                scan.text.clone(),
                scan.request.direction,
                gate,
                Reason::StoreFailed,
            )
        }
    }

    /// What admission decided on a scan.
    pub(super) fn of_decision(scan: &Scan, gate: GateId, decision: &Decision, beside: Beside) -> Self {
        let blank = Self {
            reason: None,
            note: beside.note,
            ..Self::of_failure(scan, gate)
        };
        let said = match decision.verdict.clone() {
            Verdict::Admit {
                entry,
                persons,
                flags,
            } => {
                let noted = decision.noted.clone();
                Self {
                    verdict: Outcome::Admit,
                    reason: noted.as_ref().map(|noted| noted.reason),
                    fact: noted.and_then(|noted| noted.fact),
                    entry: Some(entry),
                    persons: Some(persons),
                    left: beside.left,
                    flags,
                    ..blank
                }
            }
            Verdict::Deny { reason, fact, flags } => Self {
                reason: Some(reason),
                fact,
                flags,
                ..blank
            },
            Verdict::Ask { prompt, fact, flags } => Self {
                verdict: Outcome::Ask,
                prompt: Some(prompt),
                fact,
                flags,
                ..blank
            },
        };
        let sent_home = said.reason == Some(Reason::NotHomeGate) || said.prompt == Some(Prompt::NotHomeGate);
        Self {
            homes: if sent_home { beside.homes } else { Vec::new() },
            ..said
        }
    }

    /// The same scan, refused because its check-in could not be recorded.
    pub(super) fn not_recorded(self) -> Self {
        Self {
            ticket: self.ticket,
            ..Self::refused(self.text, self.kind, self.gate, Reason::StoreFailed)
        }
    }
}
