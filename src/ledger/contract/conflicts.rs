//! The server's conflict cases, as the log brings them.

use super::super::Ledger;
use super::Backend;
use super::samples::{complete_list, page, replacing, row, snapshot, take, ticket};
use crate::domain::conflict::CaseState;
use crate::wire::{Change, ConflictRow};

fn case(of: u8, state: CaseState) -> Change {
    let ticket = ticket(of);
    Change::Conflict(ConflictRow { ticket, state })
}

/// Whether a look-up of a ticket tells of a case, and how many are open in all.
fn told(ledger: &mut dyn Ledger, of: u8) -> (bool, u64) {
    let known = ledger.look_up(&ticket(of)).unwrap();
    (known.conflict, ledger.status().unwrap().open_conflicts)
}

pub(super) fn an_open_case_is_told_with_every_issue_of_its_ticket(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    complete_list(ledger, [row(1), replacing(2, 1), row(3)]);
    assert_eq!(told(ledger, 2), (false, 0));
    ledger
        .apply(&page(1, 2, 2, vec![case(1, CaseState::Open)]), &[])
        .unwrap();
    assert_eq!(told(ledger, 1), (true, 1));
    assert_eq!(told(ledger, 2), (true, 1));
    assert_eq!(told(ledger, 3), (false, 1));
    // One that was never issued has a case, and no row.
    ledger
        .apply(&page(2, 3, 3, vec![case(9, CaseState::Open)]), &[])
        .unwrap();
    assert_eq!(told(ledger, 9), (true, 2));
}

pub(super) fn a_case_that_is_closed_is_told_no_more(backend: Backend) {
    for closed in [CaseState::Resolved, CaseState::Withdrawn] {
        let mut store = backend.open();
        let ledger = store.ledger.as_mut();
        complete_list(ledger, [row(1)]);
        for (at, state, expected) in [
            (1, CaseState::Open, (true, 1)),
            (2, closed, (false, 0)),
            (3, CaseState::Open, (true, 1)),
        ] {
            ledger
                .apply(&page(at, at + 1, at + 1, vec![case(1, state)]), &[])
                .unwrap();
            assert_eq!(told(ledger, 1), expected, "{state:?}");
        }
    }
}

pub(super) fn cases_go_with_their_list(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    complete_list(ledger, [row(1), row(2)]);
    ledger
        .apply(&page(1, 2, 2, vec![case(1, CaseState::Open)]), &[])
        .unwrap();
    // A new list, as of a restored server that has not met the facts yet, is built aside and then counts whole.
    take(ledger, &snapshot(4, (0, 2), &[row(1)], Vec::new())).unwrap();
    assert_eq!(told(ledger, 1), (true, 1));
    take(ledger, &snapshot(4, (1, 2), &[], vec![case(2, CaseState::Open)])).unwrap();
    assert_eq!((told(ledger, 1), told(ledger, 2)), ((false, 1), (true, 1)));
}
