//! The event's list: built aside, swapped in whole, changed only in place.

use super::super::{CHAIN_MAX, EventDocuments, Ledger, LedgerError};
use super::Backend;
use super::samples::{
    complete_list, device, entry, facts_of, page, replacing, row, segment, ticket, tickets,
};
use crate::domain::admission::{Listing, Status, TicketRow};
use crate::domain::ids::TicketId;
use crate::domain::time::UnixSeconds;
use crate::wire::{Change, DeviceStatus, LogPage};

fn listing(ledger: &mut dyn Ledger, number: u8) -> Listing {
    ledger.look_up(&ticket(number)).unwrap().listing
}

fn unlisted(as_of: u64) -> Listing {
    Listing::Unlisted {
        as_of: UnixSeconds(as_of),
    }
}

fn out_of_place(result: Result<(), LedgerError>) -> (u64, u64) {
    match result {
        Err(LedgerError::PageOutOfPlace { from, at }) => (from, at),
        other => panic!("not refused as out of place: {other:?}"),
    }
}

pub(super) fn a_gate_without_a_list_says_so(backend: Backend) {
    let mut store = backend.open();
    assert_eq!(listing(store.ledger.as_mut(), 1), Listing::Incomplete);
    assert_eq!(store.ledger.cursor().unwrap(), None);
    assert_eq!(store.ledger.documents().unwrap(), EventDocuments::default());
    let mut on_signatures = backend.open_as(true);
    assert_eq!(listing(on_signatures.ledger.as_mut(), 1), Listing::NoList);
}

pub(super) fn a_list_is_live_once_it_is_complete(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    let first = page(
        0,
        2,
        4,
        vec![Change::Rulebook("rules".to_owned()), Change::Ticket(row(1))],
    );
    let last = page(
        2,
        4,
        4,
        vec![Change::Keyring("keys".to_owned()), Change::Ticket(row(2))],
    );
    ledger.apply(&first, &[]).unwrap();
    assert_eq!(listing(ledger, 1), Listing::Incomplete);
    assert_eq!(ledger.documents().unwrap(), EventDocuments::default());
    assert_eq!(ledger.cursor().unwrap(), Some(first.to));
    assert_eq!(ledger.status().unwrap().cursor, None);
    ledger.apply(&last, &[]).unwrap();
    assert_eq!(listing(ledger, 1), Listing::Listed(row(1)));
    assert_eq!(listing(ledger, 2), Listing::Listed(row(2)));
    assert_eq!(listing(ledger, 3), unlisted(1004));
    let documents = ledger.documents().unwrap();
    assert_eq!(
        (documents.rulebook.as_deref(), documents.keyring.as_deref()),
        (Some("rules"), Some("keys"))
    );
    assert_eq!(ledger.status().unwrap().cursor, Some(last.to));
}

pub(super) fn pages_that_do_not_continue_are_refused(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    assert_eq!(
        out_of_place(ledger.apply(&page(3, 4, 4, Vec::new()), &[])),
        (3, 0)
    );
    ledger.apply(&page(0, 5, 9, Vec::new()), &[]).unwrap();
    let other_log = LogPage {
        to: crate::wire::Cursor {
            log: [8; 16].into(),
            ..page(5, 9, 9, Vec::new()).to
        },
        ..page(5, 9, 9, Vec::new())
    };
    let refused = [
        page(4, 9, 9, Vec::new()),
        page(6, 9, 9, Vec::new()),
        page(5, 4, 9, Vec::new()),
        page(5, 9, 8, Vec::new()),
        other_log,
    ];
    for page in &refused {
        assert_eq!(out_of_place(ledger.apply(page, &[])), (page.from, 5), "{page:?}");
    }
    ledger.apply(&page(5, 9, 9, Vec::new()), &[]).unwrap();
    assert_eq!(
        out_of_place(ledger.apply(&page(5, 9, 9, Vec::new()), &[])),
        (5, 9)
    );
}

pub(super) fn a_refused_page_leaves_nothing_behind(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    complete_list(ledger, [row(1)]);
    let refused = page(2, 3, 3, tickets([row(2)]));
    out_of_place(ledger.apply(&refused, &[segment(2, 1, vec![entry(1, 10)])]));
    assert_eq!(listing(ledger, 2), unlisted(1001));
    assert_eq!(facts_of(ledger, 1), []);
    assert_eq!(ledger.cursor().unwrap().unwrap().sequence, 1);
}

pub(super) fn a_delta_changes_the_live_list(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    complete_list(ledger, [row(1), row(2)]);
    let revoked = TicketRow {
        status: Status::Revoked,
        ticket_type: "child".parse().unwrap(),
        ..row(1)
    };
    let delta = page(
        1,
        3,
        3,
        vec![
            Change::Ticket(revoked.clone()),
            Change::Rulebook("new".to_owned()),
        ],
    );
    ledger.apply(&delta, &[]).unwrap();
    assert_eq!(listing(ledger, 1), Listing::Listed(revoked));
    assert_eq!(listing(ledger, 2), Listing::Listed(row(2)));
    assert_eq!(ledger.documents().unwrap().rulebook.as_deref(), Some("new"));
    let status = ledger.status().unwrap();
    assert_eq!((status.tickets, status.withdrawn), (2, 1));
    assert_eq!(status.cursor, Some(delta.to));
}

pub(super) fn a_list_is_as_of_its_last_complete_page(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    complete_list(ledger, []);
    // More follows: what it brings was on the server before this page's time.
    ledger.apply(&page(1, 5, 9, Vec::new()), &[]).unwrap();
    assert_eq!(listing(ledger, 1), unlisted(1001));
    ledger.apply(&page(5, 9, 9, Vec::new()), &[]).unwrap();
    assert_eq!(listing(ledger, 1), unlisted(1009));
    let later = LogPage {
        as_of: UnixSeconds(5000),
        ..page(9, 9, 9, Vec::new())
    };
    ledger.apply(&later, &[]).unwrap();
    assert_eq!(ledger.status().unwrap().as_of, Some(UnixSeconds(5000)));
}

pub(super) fn the_live_list_tells_its_place_and_time(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    ledger.apply(&page(0, 1, 2, Vec::new()), &[]).unwrap();
    assert_eq!(ledger.live_list().unwrap(), None);
    ledger.apply(&page(1, 2, 2, Vec::new()), &[]).unwrap();
    let live = ledger.live_list().unwrap().unwrap();
    assert_eq!((live.cursor.sequence, live.as_of), (2, UnixSeconds(1002)));
    assert!(!ledger.written_by_others().unwrap());
}

pub(super) fn a_new_list_replaces_the_old_one_whole(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    complete_list(ledger, [row(1), row(2)]);
    ledger
        .apply(&page(1, 2, 2, vec![Change::Rulebook("old".to_owned())]), &[])
        .unwrap();
    ledger.apply(&page(0, 5, 6, tickets([row(2)])), &[]).unwrap();
    assert_eq!(
        listing(ledger, 1),
        Listing::Listed(row(1)),
        "the old list holds until the new one is complete"
    );
    ledger.apply(&page(5, 6, 6, tickets([row(3)])), &[]).unwrap();
    assert_eq!(listing(ledger, 1), unlisted(1006));
    assert_eq!(listing(ledger, 2), Listing::Listed(row(2)));
    assert_eq!(listing(ledger, 3), Listing::Listed(row(3)));
    assert_eq!(ledger.documents().unwrap(), EventDocuments::default());
    assert_eq!(ledger.status().unwrap().tickets, 2);
}

pub(super) fn a_list_that_was_given_up_leaves_no_rows(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    ledger.apply(&page(0, 1, 9, tickets([row(1)])), &[]).unwrap();
    ledger.apply(&page(0, 1, 9, tickets([row(2)])), &[]).unwrap();
    ledger.apply(&page(1, 9, 9, Vec::new()), &[]).unwrap();
    assert_eq!(listing(ledger, 1), unlisted(1009));
    assert_eq!(ledger.status().unwrap().tickets, 1);
}

pub(super) fn an_older_list_of_the_same_log_is_refused(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    ledger.apply(&page(0, 9, 9, tickets([row(1)])), &[]).unwrap();
    assert_eq!(
        out_of_place(ledger.apply(&page(0, 8, 8, Vec::new()), &[])),
        (0, 9)
    );
    let restored = LogPage {
        to: crate::wire::Cursor {
            log: [8; 16].into(),
            ..page(0, 3, 3, Vec::new()).to
        },
        ..page(0, 3, 3, tickets([row(2)]))
    };
    ledger.apply(&restored, &[]).unwrap();
    assert_eq!(ledger.cursor().unwrap(), Some(restored.to));
    assert_eq!(listing(ledger, 1), unlisted(1003));
}

pub(super) fn a_chain_brings_the_facts_of_all_its_tickets(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    complete_list(ledger, [row(1), replacing(2, 1), replacing(3, 2), row(4)]);
    let facts: Vec<_> = [1, 2, 3, 4]
        .into_iter()
        .map(|of| ledger.record(&entry(of, 10 + u64::from(of))).unwrap())
        .collect();
    for of in 1..=3 {
        assert_eq!(facts_of(ledger, of), facts[..3], "from ticket {of}");
    }
    assert_eq!(facts_of(ledger, 4), facts[3..]);
}

pub(super) fn a_chain_in_circles_ends(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    let long = u8::try_from(CHAIN_MAX).unwrap() + 10;
    let links = (10..10 + long).map(|number| replacing(number + 1, number));
    complete_list(
        ledger,
        [replacing(1, 2), replacing(2, 1)].into_iter().chain(links),
    );
    let fact = ledger.record(&entry(1, 10)).unwrap();
    assert_eq!(facts_of(ledger, 2), [fact]);
    assert_eq!(facts_of(ledger, 10), []);
}

pub(super) fn device_keys_hold_until_they_are_revoked(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    let west = "west".parse().unwrap();
    assert_eq!(ledger.device_key(&west).unwrap(), None);
    // Known while the list is being built: the segments that come with it must be read.
    ledger
        .apply(&page(0, 1, 2, vec![device("west", 5, DeviceStatus::Active)]), &[])
        .unwrap();
    assert_eq!(ledger.device_key(&west).unwrap(), Some([5; 32]));
    ledger
        .apply(
            &page(1, 2, 2, vec![device("west", 6, DeviceStatus::Suspended)]),
            &[],
        )
        .unwrap();
    assert_eq!(ledger.device_key(&west).unwrap(), Some([6; 32]));
    ledger
        .apply(
            &page(2, 3, 3, vec![device("west", 6, DeviceStatus::Revoked)]),
            &[],
        )
        .unwrap();
    assert_eq!(ledger.device_key(&west).unwrap(), None);
    // A new list that does not name it yet does not bring it back.
    ledger.apply(&page(0, 1, 4, Vec::new()), &[]).unwrap();
    assert_eq!(ledger.device_key(&west).unwrap(), None);
}

pub(super) fn every_row_comes_back_as_it_went_in(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    let extreme = TicketRow {
        ticket: TicketId::new(&[0; 16]).unwrap(),
        ticket_type: "a".parse().unwrap(),
        status: Status::Blocked,
        admits: 99,
        valid_from: Some(UnixSeconds(u64::MAX)),
        valid_until: UnixSeconds(u64::MAX),
        replaces: Some(TicketId::new(&[0; 8]).unwrap()),
    };
    complete_list(ledger, [extreme.clone()]);
    let known = ledger.look_up(&extreme.ticket).unwrap();
    assert_eq!(known.listing, Listing::Listed(extreme));
}
