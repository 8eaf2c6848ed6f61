//! The event's list: built aside, swapped in whole, changed only in place.

use super::super::{Building, CHAIN_MAX, EventDocuments, Ledger, LedgerError};
use super::Backend;
use super::samples::{
    complete_list, complete_list_at, cursor, device, entry, facts_of, page, replacing, row, segment,
    snapshot, take, ticket, tickets,
};
use crate::domain::admission::{Listing, Status, TicketRow};
use crate::domain::ids::TicketId;
use crate::domain::ticket::check_code;
use crate::domain::time::UnixSeconds;
use crate::wire::{Change, Cursor, DeviceStatus, LogPage, SnapshotPage};

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

fn refused(result: Result<(), LedgerError>) -> (u64, u32) {
    match result {
        Err(LedgerError::SnapshotOutOfPlace { page, of }) => (of, page),
        other => panic!("not refused as out of place: {other:?}"),
    }
}

/// The snapshot that is being taken, by its change number, and the page that is due of how many.
fn building(ledger: &mut dyn Ledger) -> Option<(u64, u32, u32)> {
    let building = ledger.building().unwrap();
    building.map(|Building { to, next, pages }| (to.sequence, next, pages))
}

pub(super) fn a_gate_without_a_list_says_so(backend: Backend) {
    let mut store = backend.open();
    assert_eq!(listing(store.ledger.as_mut(), 1), Listing::Incomplete);
    assert_eq!(store.ledger.cursor().unwrap(), None);
    assert_eq!(store.ledger.building().unwrap(), None);
    assert_eq!(store.ledger.documents().unwrap(), EventDocuments::default());
    let mut on_signatures = backend.open_as(true);
    assert_eq!(listing(on_signatures.ledger.as_mut(), 1), Listing::NoList);
}

pub(super) fn a_list_is_live_once_it_is_complete(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    let first = snapshot(4, (0, 2), &[row(1)], vec![Change::Rulebook("rules".to_owned())]);
    let keyrings = vec![
        Change::Keyring("keys".to_owned()),
        Change::ControlKeyring("control".to_owned()),
    ];
    let last = snapshot(4, (1, 2), &[row(2)], keyrings);
    take(ledger, &first).unwrap();
    assert_eq!(listing(ledger, 1), Listing::Incomplete);
    assert_eq!(ledger.documents().unwrap(), EventDocuments::default());
    assert_eq!(building(ledger), Some((4, 1, 2)));
    assert_eq!(ledger.cursor().unwrap(), None);
    assert_eq!(ledger.status().unwrap().cursor, None);
    take(ledger, &last).unwrap();
    assert_eq!(listing(ledger, 1), Listing::Listed(row(1)));
    assert_eq!(listing(ledger, 2), Listing::Listed(row(2)));
    assert_eq!(listing(ledger, 3), unlisted(1004));
    let documents = ledger.documents().unwrap();
    assert_eq!(
        (documents.rulebook.as_deref(), documents.keyring.as_deref()),
        (Some("rules"), Some("keys"))
    );
    assert_eq!(documents.control_keyring.as_deref(), Some("control"));
    assert_eq!(building(ledger), None);
    assert_eq!(ledger.cursor().unwrap(), Some(cursor(4)));
    assert_eq!(ledger.status().unwrap().cursor, Some(last.to));
}

pub(super) fn pages_that_do_not_continue_are_refused(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    let without_a_list = [
        page(0, 4, 4, Vec::new()),
        page(3, 4, 4, Vec::new()),
        page(0, 0, 0, Vec::new()),
    ];
    for page in &without_a_list {
        assert_eq!(out_of_place(ledger.apply(page, &[])), (page.from, 0), "{page:?}");
    }
    complete_list_at(ledger, 5, []);
    let another = |to: Cursor| LogPage {
        to,
        ..page(5, 9, 9, Vec::new())
    };
    let refused = [
        page(6, 9, 9, Vec::new()),
        page(5, 4, 9, Vec::new()),
        page(5, 9, 8, Vec::new()),
        page(0, 4, 9, Vec::new()),
        another(Cursor {
            log: [8; 16].into(),
            ..cursor(9)
        }),
        another(Cursor {
            chain: [9; 32].into(),
            ..cursor(5)
        }),
    ];
    for page in &refused {
        assert_eq!(out_of_place(ledger.apply(page, &[])), (page.from, 5), "{page:?}");
    }
    ledger.apply(&page(5, 9, 9, Vec::new()), &[]).unwrap();
    assert_eq!(
        out_of_place(ledger.apply(&page(5, 8, 9, Vec::new()), &[])),
        (5, 9)
    );
}

/// A page whose changes have these numbers.
fn numbered(from: u64, to: u64, changes: Vec<(u64, Change)>) -> LogPage {
    LogPage {
        changes,
        ..page(from, to, to, Vec::new())
    }
}

pub(super) fn a_page_brings_what_is_above_the_cursor_alone(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    complete_list_at(ledger, 5, [row(1), row(2)]);
    let with_status = |number, status| {
        Change::Ticket(TicketRow {
            status,
            ..row(number)
        })
    };
    let changes = vec![
        (4, with_status(1, Status::Revoked)),
        (5, with_status(1, Status::Revoked)),
        (6, with_status(2, Status::Blocked)),
    ];
    ledger.apply(&numbered(2, 7, changes), &[]).unwrap();
    assert_eq!(listing(ledger, 1), Listing::Listed(row(1)));
    assert!(matches!(listing(ledger, 2), Listing::Listed(row) if row.status == Status::Blocked));
    assert_eq!(ledger.cursor().unwrap(), Some(cursor(7)));
}

/// The log of a few tickets' changes, compacted to one page, by the server at `head`.
fn compacted(log: &[(u64, Change)], from: u64, to: u64, head: u64) -> LogPage {
    let newest = |place: usize, change: &Change| {
        let later = log.iter().skip(place + 1).filter(|(number, _)| *number <= head);
        !later.into_iter().any(|(_, later)| match (later, change) {
            (Change::Ticket(later), Change::Ticket(row)) => later.ticket == row.ticket,
            _ => false,
        })
    };
    let inside = log
        .iter()
        .enumerate()
        .filter(|(place, (number, change))| (from + 1..=to).contains(number) && newest(*place, change));
    LogPage {
        head,
        ..numbered(from, to, inside.map(|(_, change)| change.clone()).collect())
    }
}

/// Relays and sticks pass pages on in whatever alignment they got them, and as old as they are.
pub(super) fn pages_in_any_alignment_lead_to_the_same_list(backend: Backend) {
    let statuses = [Status::Revoked, Status::Blocked, Status::Valid];
    let log: Vec<(u64, Change)> = (2..=12)
        .map(|number| {
            let row = TicketRow {
                status: statuses[usize::try_from(number % 3).unwrap()],
                admits: u8::try_from(number).unwrap(),
                ..row(1 + u8::try_from(number * number % 4).unwrap())
            };
            (number, Change::Ticket(row))
        })
        .collect();
    let ways = [
        vec![(1, 12, 12)],
        vec![(1, 4, 4), (4, 8, 12), (8, 12, 12)],
        vec![(1, 6, 6), (3, 9, 9), (0, 12, 12)],
        vec![(1, 6, 12), (2, 7, 7), (5, 12, 12), (0, 12, 12)],
        vec![(0, 3, 11), (1, 5, 9), (4, 12, 12)],
    ];
    let mut ends = Vec::new();
    for way in ways {
        let mut store = backend.open();
        let ledger = store.ledger.as_mut();
        complete_list(ledger, (1..=4).map(row));
        for (from, to, head) in way {
            ledger.apply(&compacted(&log, from, to, head), &[]).unwrap();
        }
        assert_eq!(ledger.cursor().unwrap(), Some(cursor(12)));
        ends.push((1..=4).map(|number| listing(ledger, number)).collect::<Vec<_>>());
    }
    assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{ends:?}");
}

pub(super) fn a_page_that_comes_late_sets_no_time_back(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    complete_list_at(ledger, 5, []);
    let late = LogPage {
        as_of: UnixSeconds(3),
        ..page(5, 6, 6, Vec::new())
    };
    ledger.apply(&late, &[]).unwrap();
    assert_eq!(listing(ledger, 1), unlisted(1005));
}

pub(super) fn pages_of_a_snapshot_are_taken_in_order_and_each_once(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    let pages: Vec<SnapshotPage> = (0..3)
        .map(|page| snapshot(9, (page, 3), &[row(page as u8 + 1)], Vec::new()))
        .collect();
    assert_eq!(refused(take(ledger, &pages[1])), (9, 1));
    take(ledger, &pages[0]).unwrap();
    assert_eq!(refused(take(ledger, &pages[2])), (9, 2));
    for again in [&pages[0], &pages[1], &pages[0], &pages[1]] {
        take(ledger, again).unwrap();
    }
    assert_eq!(building(ledger), Some((9, 2, 3)));
    let others = [
        snapshot(8, (2, 3), &[], Vec::new()),
        snapshot(9, (2, 4), &[], Vec::new()),
        snapshot(9, (3, 3), &[], Vec::new()),
    ];
    for other in &others {
        refused(take(ledger, other));
    }
    take(ledger, &pages[2]).unwrap();
    assert_eq!(ledger.status().unwrap().tickets, 3);
    for page in &pages {
        take(ledger, page).unwrap();
    }
    assert_eq!(building(ledger), None, "what is live is not begun again");
}

pub(super) fn facts_that_come_with_a_snapshot_count_at_once(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    let came = segment(2, 1, vec![entry(1, 10)]);
    let first = snapshot(9, (0, 2), &[row(1)], vec![Change::Segment(came.0.clone().into())]);
    ledger
        .apply_snapshot(&first, &[row(1)], std::slice::from_ref(&came))
        .unwrap();
    assert_eq!(facts_of(ledger, 1), came.1.facts().collect::<Vec<_>>());
}

pub(super) fn the_live_list_follows_the_log_while_another_is_built(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    complete_list(ledger, [row(1)]);
    take(ledger, &snapshot(5, (0, 2), &[row(3)], Vec::new())).unwrap();
    ledger.apply(&page(1, 2, 2, tickets([row(2)])), &[]).unwrap();
    assert_eq!(listing(ledger, 2), Listing::Listed(row(2)));
    assert_eq!(building(ledger), Some((5, 1, 2)));
    take(ledger, &snapshot(5, (1, 2), &[], Vec::new())).unwrap();
    assert_eq!(listing(ledger, 2), unlisted(1005));
    assert_eq!(listing(ledger, 3), Listing::Listed(row(3)));
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
    take(ledger, &snapshot(2, (0, 2), &[], Vec::new())).unwrap();
    assert_eq!(ledger.live_list().unwrap(), None);
    take(ledger, &snapshot(2, (1, 2), &[], Vec::new())).unwrap();
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
    take(ledger, &snapshot(6, (0, 2), &[row(2)], Vec::new())).unwrap();
    assert_eq!(
        listing(ledger, 1),
        Listing::Listed(row(1)),
        "the old list holds until the new one is complete"
    );
    take(ledger, &snapshot(6, (1, 2), &[row(3)], Vec::new())).unwrap();
    assert_eq!(listing(ledger, 1), unlisted(1006));
    assert_eq!(listing(ledger, 2), Listing::Listed(row(2)));
    assert_eq!(listing(ledger, 3), Listing::Listed(row(3)));
    assert_eq!(ledger.documents().unwrap(), EventDocuments::default());
    assert_eq!(ledger.status().unwrap().tickets, 2);
}

pub(super) fn a_list_that_was_given_up_leaves_no_rows(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    take(ledger, &snapshot(8, (0, 2), &[row(1)], Vec::new())).unwrap();
    take(ledger, &snapshot(9, (0, 2), &[row(2)], Vec::new())).unwrap();
    assert_eq!(
        refused(take(ledger, &snapshot(8, (1, 2), &[], Vec::new()))),
        (8, 1)
    );
    take(ledger, &snapshot(9, (1, 2), &[], Vec::new())).unwrap();
    assert_eq!(listing(ledger, 1), unlisted(1009));
    assert_eq!(ledger.status().unwrap().tickets, 1);
}

pub(super) fn an_older_list_of_the_same_log_is_refused(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    complete_list_at(ledger, 9, [row(1)]);
    assert_eq!(
        refused(take(ledger, &snapshot(8, (0, 1), &[], Vec::new()))),
        (8, 0)
    );
    let restored = SnapshotPage {
        to: Cursor {
            log: [8; 16].into(),
            ..cursor(3)
        },
        ..snapshot(3, (0, 1), &[row(2)], Vec::new())
    };
    take(ledger, &restored).unwrap();
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
    let named = |to, place, key, status| snapshot(to, place, &[], vec![device("west", key, status)]);
    // Known while the list is being built: the segments that come with it must be read.
    take(ledger, &named(2, (0, 2), 5, DeviceStatus::Active)).unwrap();
    assert_eq!(ledger.device_key(&west).unwrap(), Some([5; 32]));
    assert_eq!(ledger.active_devices().unwrap(), []);
    let others = vec![
        device("west", 6, DeviceStatus::Suspended),
        device("east", 7, DeviceStatus::Active),
    ];
    take(ledger, &snapshot(2, (1, 2), &[], others)).unwrap();
    assert_eq!(ledger.device_key(&west).unwrap(), Some([6; 32]));
    let east = ("east".parse().unwrap(), [7; 32]);
    assert_eq!(ledger.active_devices().unwrap(), [east]);
    ledger
        .apply(
            &page(2, 3, 3, vec![device("west", 6, DeviceStatus::Revoked)]),
            &[],
        )
        .unwrap();
    assert_eq!(ledger.device_key(&west).unwrap(), None);
    // A new list that does not name it yet does not bring it back.
    take(ledger, &snapshot(4, (0, 2), &[], Vec::new())).unwrap();
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

pub(super) fn a_check_code_finds_its_tickets_on_the_live_list_alone(backend: Backend) {
    let mut store = backend.open();
    let ledger = store.ledger.as_mut();
    let code = check_code(&ticket(2));
    assert_eq!(ledger.with_check_code(code).unwrap(), []);
    let first = snapshot(4, (0, 2), &[row(1), row(2)], Vec::new());
    let last = snapshot(4, (1, 2), &[row(3)], Vec::new());
    take(ledger, &first).unwrap();
    assert_eq!(ledger.with_check_code(code).unwrap(), []);
    take(ledger, &last).unwrap();
    assert_eq!(ledger.with_check_code(code).unwrap(), [ticket(2)]);
    assert_eq!(ledger.with_check_code(check_code(&ticket(9))).unwrap(), []);
}
