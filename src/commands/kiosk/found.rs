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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::checkin::{Draft, Kind};
    use crate::domain::ids::StreamId;
    use crate::domain::label::Label;
    use crate::domain::ticket::check_code;
    use crate::domain::time::{Now, UnixSeconds};
    use crate::ledger::MemoryLedger;
    use crate::wire::{Change, Cursor, SnapshotPage};

    const AT: UnixSeconds = UnixSeconds(1_795_000_000);

    fn ticket(number: u8) -> TicketId {
        TicketId::new(&[number; 8]).unwrap()
    }

    fn row(number: u8, status: Status) -> TicketRow {
        TicketRow {
            ticket: ticket(number),
            ticket_type: "adult".parse().unwrap(),
            status,
            admits: 1,
            valid_from: None,
            valid_until: UnixSeconds(2_000_000_000),
            replaces: None,
        }
    }

    fn labelled(number: u8, order: &str) -> Change {
        Change::Label(Label {
            ticket: ticket(number),
            order: order.parse().ok(),
            name: "Li Wei".parse().ok(),
        })
    }

    fn entry(number: u8) -> Draft {
        Draft {
            kind: Kind::Entry,
            ticket: Some(ticket(number)),
            gate: "north".parse().unwrap(),
            zone: "venue".parse().unwrap(),
            from_zone: None,
            now: Now::exactly(AT),
            order: AT.millis().0,
            persons: 1,
            presented_at: None,
            reason: None,
            flags: Vec::new(),
            rules_version: 1,
            list_version: 0,
            operator: None,
            grounds: None,
        }
    }

    /// A gate with these rows and labels.
    fn gate(rows: &[TicketRow], changes: Vec<Change>) -> MemoryLedger {
        let mut ledger = MemoryLedger::new(StreamId::new([1; 16]));
        let page = SnapshotPage {
            event: "spring-26".parse().unwrap(),
            to: Cursor {
                log: [7; 16].into(),
                sequence: 1,
                chain: [7; 32].into(),
            },
            as_of: AT,
            page: 0,
            pages: 1,
            tickets: Vec::new().into(),
            changes,
        };
        ledger.apply_snapshot(&page, rows, &[]).unwrap();
        ledger
    }

    #[test]
    fn a_ticket_is_found_by_its_check_code_its_order_and_its_guest() {
        let mut ledger = gate(&[row(1, Status::Valid)], vec![labelled(1, "A-1023")]);
        let code = check_code(&ticket(1)).to_string();
        for typed in [code.as_str(), "A1023", "A10", "WEI"] {
            let found = find(&mut ledger, typed).unwrap();
            assert_eq!(found.len(), 1, "{typed}");
            assert_eq!(found[0].ticket, ticket(1), "{typed}");
            assert_eq!(found[0].ticket_type, "adult".parse().ok(), "{typed}");
        }
        assert_eq!(find(&mut ledger, "B-7").unwrap(), []);
    }

    #[test]
    fn a_code_that_is_an_order_number_too_finds_its_ticket_first_and_each_once() {
        let code = check_code(&ticket(2)).to_string();
        let rows = [row(1, Status::Valid), row(2, Status::Valid)];
        let mut ledger = gate(&rows, vec![labelled(1, &code), labelled(2, &code)]);
        let found = find(&mut ledger, &code).unwrap();
        let tickets: Vec<_> = found.iter().map(|found| found.ticket).collect();
        assert_eq!(tickets, [ticket(2), ticket(1)]);
    }

    #[test]
    fn no_more_are_found_than_are_shown() {
        let numbers = 1..=u8::try_from(FOUND_MAX + 1).unwrap();
        let rows: Vec<_> = numbers.clone().map(|number| row(number, Status::Valid)).collect();
        let mut ledger = gate(&rows, numbers.map(|number| labelled(number, "A-1")).collect());
        assert_eq!(find(&mut ledger, "li").unwrap().len(), FOUND_MAX);
    }

    #[test]
    fn a_found_ticket_tells_what_became_of_it() {
        let rows = [
            row(1, Status::Valid),
            row(2, Status::Valid),
            row(3, Status::Revoked),
            row(4, Status::Blocked),
        ];
        let mut ledger = gate(&rows, (1..=4).map(|number| labelled(number, "A-1")).collect());
        ledger.record(&entry(2)).unwrap();
        ledger.record(&entry(3)).unwrap();
        let entered = TicketState::Last {
            key: "fact.entry",
            at: AT.millis(),
            gate: "north".parse().unwrap(),
        };
        let states: Vec<_> = find(&mut ledger, "A-1").unwrap();
        let states: Vec<_> = states.into_iter().map(|found| found.state).collect();
        let expected = [
            TicketState::Unused,
            entered,
            TicketState::Refused(Reason::Revoked),
            TicketState::Refused(Reason::Blocked),
        ];
        assert_eq!(states, expected);
    }

    #[test]
    fn a_mistyped_code_is_called_so_where_nothing_else_fits() {
        let mut ledger = gate(&[row(1, Status::Valid)], Vec::new());
        let mut code: Vec<char> = check_code(&ticket(1)).to_string().chars().collect();
        code[0] = if code[0] == '0' { '1' } else { '0' };
        let typed: String = code.into_iter().collect();
        let error = find(&mut ledger, &typed).unwrap_err();
        assert!(error.to_string().contains("check code is wrong"), "{error}");
    }
}
