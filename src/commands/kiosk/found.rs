//! The tickets that staff look for, whose codes are not at hand.

use super::desk::Refusal;
use crate::domain::admission::{Known, Listing, Status, TicketRow};
use crate::domain::ids::TicketId;
use crate::domain::label::Sought;
use crate::domain::ticket::{CheckCode, CheckCodeError};
use crate::domain::verdict::Reason;
use crate::kiosk::{FoundTicket, TicketState, fact_key};
use crate::ledger::Ledger;

/// Tickets that are shown: more than these, and something longer is typed sooner than they are read.
const FOUND_MAX: usize = 20;

/// The tickets that have what was typed as their check code, their order's number or their guest's name.
pub(super) fn find(ledger: &mut dyn Ledger, typed: &str) -> Result<Vec<FoundTicket>, Refusal> {
    let code = typed.parse::<CheckCode>();
    let mut tickets = match code {
        Ok(code) => ledger.with_check_code(code)?,
        Err(_) => Vec::new(),
    };
    if let Some(sought) = Sought::of(typed) {
        let labelled = ledger.labelled(&sought, FOUND_MAX)?;
        tickets.extend(labelled.into_iter().map(|label| label.ticket));
    }
    // A code may be somebody's order number too: a ticket that has both comes first, where the code put it.
    let mut seen = Vec::new();
    tickets.retain(|ticket| {
        !seen.contains(ticket) && {
            seen.push(*ticket);
            true
        }
    });
    tickets.truncate(FOUND_MAX);
    match code {
        Err(mistyped @ CheckCodeError::CheckCharacter) if tickets.is_empty() => Err(mistyped.into()),
        _ => tickets
            .into_iter()
            .map(|ticket| look_at(ledger, ticket))
            .collect(),
    }
}

fn look_at(ledger: &mut dyn Ledger, ticket: TicketId) -> Result<FoundTicket, Refusal> {
    let known = ledger.look_up(&ticket)?;
    let row = match &known.listing {
        Listing::Listed(row) => Some(row),
        Listing::Unlisted { .. } | Listing::Incomplete | Listing::NoList => None,
    };
    Ok(FoundTicket {
        ticket,
        ticket_type: row.map(|row| row.ticket_type.clone()),
        label: ledger.label(&ticket)?,
        state: state(row, &known),
    })
}

fn state(row: Option<&TicketRow>, known: &Known) -> TicketState {
    match row.map(|row| row.status) {
        Some(Status::Revoked) => return TicketState::Refused(Reason::Revoked),
        Some(Status::Blocked) => return TicketState::Refused(Reason::Blocked),
        Some(Status::Valid) | None => {}
    }
    let own = known.facts.iter().filter(|fact| fact.draft.ticket.is_some());
    match own.max_by(|one, other| one.sort_key().cmp(&other.sort_key())) {
        Some(last) => TicketState::Last {
            key: fact_key(last.draft.kind),
            at: last.at(),
            gate: last.draft.gate.clone(),
        },
        None => TicketState::Unused,
    }
}
