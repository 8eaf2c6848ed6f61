//! What counts of a revoked device, and what is left of an event that was to be forgotten.

use super::super::{DEVICE_KEY_SETTING, EventDocuments, Ledger, LedgerError, WIPE_ORDER_SETTING};
use super::Backend;
use super::samples::{
    believed, complete_list, entry, exit, facts_of, inside, merge, page, row, segment, snapshot, take,
    ticket, tickets,
};
use crate::domain::admission::Listing;
use crate::wire::Change;

/// Tickets 1 to 3 entered by stream 2 of `west`, one fact each, on a list at change 1.
fn with_entries_of_west(backend: Backend) -> super::Store {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    complete_list(ledger, [row(1), row(2), row(3)]);
    merge(
        ledger,
        &[segment(2, 1, vec![entry(1, 1), entry(2, 2), entry(3, 3)])],
    );
    store
}

fn change(ledger: &mut dyn Ledger, from: u64, change: Change) {
    ledger
        .apply(&page(from, from + 1, from + 1, vec![change]), &[])
        .unwrap();
}

/// How many facts each of the tickets 1 to 3 has, how many there are in all, and who is inside.
fn counted(ledger: &mut dyn Ledger) -> ([usize; 3], usize, u32) {
    let each = [1, 2, 3].map(|number| facts_of(ledger, number).len());
    (each, ledger.facts().unwrap().len(), inside(ledger, "venue"))
}

pub(super) fn facts_beyond_what_is_believed_count_in_nothing_and_stay(backend: Backend) {
    let mut store = with_entries_of_west(backend);
    let ledger = store.ledger.as_mut();
    assert_eq!(counted(ledger), ([1, 1, 1], 3, 3));
    change(ledger, 1, believed(&[(2, 1)]));
    assert_eq!(counted(ledger), ([1, 0, 0], 1, 1));
    assert_eq!(ledger.status().unwrap().others_facts, 3, "nothing is deleted");
    // A person looked: more of it counts after all.
    change(ledger, 2, believed(&[(2, 2)]));
    assert_eq!(counted(ledger), ([1, 1, 0], 2, 2));
    // This gate's own facts have nothing to do with it.
    ledger.record(&exit(1, 9)).unwrap();
    assert_eq!(counted(ledger), ([2, 1, 0], 3, 1));
}

pub(super) fn a_stream_that_is_not_named_is_not_believed_whenever_it_comes(backend: Backend) {
    let mut store = with_entries_of_west(backend);
    let ledger = store.ledger.as_mut();
    merge(ledger, &[segment(3, 1, vec![entry(1, 4)])]);
    change(ledger, 1, believed(&[(2, 3)]));
    merge(ledger, &[segment(4, 1, vec![entry(2, 5)])]);
    merge(ledger, &[segment(2, 4, vec![entry(3, 6)])]);
    assert_eq!(counted(ledger), ([1, 1, 1], 3, 3));
}

pub(super) fn a_list_aside_changes_no_belief_before_it_is_live(backend: Backend) {
    let mut store = with_entries_of_west(backend);
    let ledger = store.ledger.as_mut();
    take(ledger, &snapshot(4, (0, 2), &[row(1)], vec![believed(&[])])).unwrap();
    assert_eq!(counted(ledger), ([1, 1, 1], 3, 3));
    take(ledger, &snapshot(4, (1, 2), &[row(2)], Vec::new())).unwrap();
    assert_eq!(counted(ledger), ([0, 0, 0], 0, 0));
}

pub(super) fn a_wiped_store_has_no_list_takes_none_and_keeps_its_facts(backend: Backend) {
    let mut store = with_entries_of_west(backend);
    let ledger = store.ledger.as_mut();
    change(ledger, 1, Change::Keyring("keys".to_owned()));
    take(ledger, &snapshot(4, (0, 2), &[row(4)], Vec::new())).unwrap();
    ledger.set_setting(DEVICE_KEY_SETTING, &[7; 32]).unwrap();
    ledger.record(&entry(1, 9)).unwrap();
    ledger.wipe(b"order").unwrap();
    ledger.wipe(b"order").unwrap();

    assert_eq!(ledger.look_up(&ticket(1)).unwrap().listing, Listing::Incomplete);
    assert_eq!(ledger.documents().unwrap(), EventDocuments::default());
    assert_eq!(
        (ledger.cursor().unwrap(), ledger.live_list().unwrap()),
        (None, None)
    );
    assert_eq!(ledger.device_key(&"west".parse().unwrap()).unwrap(), None);
    let status = ledger.status().unwrap();
    assert_eq!((status.tickets, status.own_facts, status.others_facts), (0, 1, 3));
    assert_eq!(
        ledger.setting(WIPE_ORDER_SETTING).unwrap().as_deref(),
        Some(&b"order"[..])
    );
    assert_eq!(
        ledger.setting(DEVICE_KEY_SETTING).unwrap().as_deref(),
        Some(&[7; 32][..])
    );
    let refused = take(ledger, &snapshot(9, (0, 1), &[row(1)], Vec::new()));
    assert!(matches!(refused, Err(LedgerError::Wiped)), "{refused:?}");
    let refused = ledger.apply(&page(2, 3, 3, tickets([row(1)])), &[]);
    assert!(matches!(refused, Err(LedgerError::Wiped)), "{refused:?}");
    assert_eq!(
        ledger.unsealed(10).unwrap().map(|next| next.drafts.len()),
        Some(1)
    );
}
