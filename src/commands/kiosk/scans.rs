//! The last scans that the gate's store knows of.

use super::desk::Refusal;
use crate::domain::checkin::{Denial, Fact};
use crate::domain::ids::TicketId;
use crate::domain::ticket::{CheckCode, check_code};
use crate::kiosk::{ScanEntry, ScanKind, fact_key};
use crate::ledger::{DENIALS_MAX, Ledger};

/// Scans that are shown: what a finger scrolls through.
const SCANS_MAX: usize = 30;

/// The last scans, the newest first; of the tickets whose id begins so or whose check code it is, where something was
/// typed.
pub(super) fn last_scans(ledger: &mut dyn Ledger, typed: &str) -> Result<Vec<ScanEntry>, Refusal> {
    let wanted = Wanted::of(typed);
    let facts = ledger.facts()?.into_iter().map(of_fact);
    let denials = ledger.denials(DENIALS_MAX)?.into_iter().map(of_denial);
    let mut entries: Vec<_> = facts
        .chain(denials)
        .filter(|entry| wanted.is(entry.ticket))
        .collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
    entries.truncate(SCANS_MAX);
    Ok(entries)
}

/// Which tickets are looked for.
enum Wanted {
    All,
    Code(CheckCode),
    Begins(String),
}

impl Wanted {
    fn of(typed: &str) -> Self {
        match (typed, typed.parse()) {
            ("", _) => Self::All,
            (_, Ok(code)) => Self::Code(code),
            (typed, Err(_)) => Self::Begins(typed.to_ascii_lowercase()),
        }
    }

    fn is(&self, ticket: Option<TicketId>) -> bool {
        match (self, ticket) {
            (Self::All, _) => true,
            (Self::Code(code), Some(ticket)) => check_code(&ticket) == *code,
            (Self::Begins(begin), Some(ticket)) => ticket.to_string().starts_with(begin),
            (Self::Code(_) | Self::Begins(_), None) => false,
        }
    }
}

fn of_fact(fact: Fact) -> ScanEntry {
    ScanEntry {
        at: fact.at(),
        ticket: fact.draft.ticket,
        what: ScanKind::Fact(fact_key(fact.draft.kind)),
        gate: fact.draft.gate,
    }
}

fn of_denial(denial: Denial) -> ScanEntry {
    ScanEntry {
        at: denial.now.best,
        ticket: denial.ticket,
        what: ScanKind::Refused(denial.reason),
        gate: denial.gate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_found_by_how_its_id_begins_or_by_its_check_code() {
        let ticket: TicketId = "3f07a1b2c4d5e6f7".parse().unwrap();
        let code = check_code(&ticket).to_string();
        for (typed, found) in [
            ("", true),
            ("3F07", true),
            ("3f08", false),
            (code.as_str(), true),
            ("00000000", false),
        ] {
            assert_eq!(Wanted::of(typed).is(Some(ticket)), found, "{typed}");
        }
        assert!(!Wanted::of("3F").is(None));
    }
}
