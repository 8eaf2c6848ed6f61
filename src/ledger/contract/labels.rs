//! Labels, as a snapshot and the log bring them.

use super::super::Ledger;
use super::Backend;
use super::samples::{complete_list, page, row, snapshot, take, ticket};
use crate::domain::label::{Label, Sought};
use crate::wire::Change;

/// More than any test's labels.
const LIMIT: usize = 9;

fn label(of: u8, order: &str, name: &str) -> Label {
    Label {
        ticket: ticket(of),
        order: order.parse().ok(),
        name: name.parse().ok(),
    }
}

fn labelled(of: u8, order: &str, name: &str) -> Change {
    Change::Label(label(of, order, name))
}

fn found(ledger: &mut dyn Ledger, typed: &str) -> Vec<Label> {
    ledger.labelled(&Sought::of(typed).unwrap(), LIMIT).unwrap()
}

pub(super) fn a_label_finds_its_ticket_until_it_says_something_else(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    complete_list(ledger, [row(1), row(2)]);
    assert_eq!(found(ledger, "A-1"), []);
    let brought = vec![labelled(1, "A-1", "张伟"), labelled(2, "A-10", "")];
    ledger.apply(&page(1, 3, 3, brought), &[]).unwrap();
    let (one, two) = (label(1, "A-1", "张伟"), label(2, "A-10", ""));
    assert_eq!(found(ledger, "a1"), [one.clone(), two.clone()]);
    assert_eq!(found(ledger, "伟"), std::slice::from_ref(&one));
    let best = ledger.labelled(&Sought::of("a1").unwrap(), 1).unwrap();
    assert_eq!(best, std::slice::from_ref(&one));
    assert_eq!(ledger.label(&ticket(1)).unwrap(), Some(one));
    assert_eq!(ledger.label(&ticket(9)).unwrap(), None);
    // A name is taken back, and a whole label.
    let brought = vec![labelled(1, "A-1", ""), labelled(2, "", "")];
    ledger.apply(&page(3, 5, 5, brought), &[]).unwrap();
    assert_eq!(found(ledger, "伟"), []);
    assert_eq!(found(ledger, "a1"), [label(1, "A-1", "")]);
    assert_eq!(ledger.label(&ticket(2)).unwrap(), None);
}

pub(super) fn labels_come_and_go_with_their_list(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    let first = snapshot(4, (0, 2), &[row(1)], vec![labelled(1, "A-1", "Li Wei")]);
    let last = snapshot(4, (1, 2), &[row(2)], vec![labelled(2, "A-2", "")]);
    take(ledger, &first).unwrap();
    // A list that is being built is not looked at.
    assert_eq!(found(ledger, "li"), []);
    assert_eq!(ledger.label(&ticket(1)).unwrap(), None);
    take(ledger, &last).unwrap();
    assert_eq!(found(ledger, "li"), [label(1, "A-1", "Li Wei")]);
    take(
        ledger,
        &snapshot(5, (0, 1), &[row(1)], vec![labelled(1, "A-3", "")]),
    )
    .unwrap();
    while ledger.clear_dropped().unwrap() {}
    assert_eq!(found(ledger, "li"), []);
    assert_eq!(found(ledger, "A-3"), [label(1, "A-3", "")]);
    ledger.wipe(b"order").unwrap();
    assert_eq!(found(ledger, "A-3"), []);
}
