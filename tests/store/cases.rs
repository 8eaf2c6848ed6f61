use wicket::domain::admission::{Status, TicketRow};
use wicket::domain::checkin::{Draft, FactRange, Kind};
use wicket::domain::conflict::CaseState;
use wicket::domain::ids::Sequence;
use wicket::domain::time::UnixMillis;
use wicket::domain::verdict::Reason;
use wicket::server::db::{CaseFilter, DbError};
use wicket::wire::Segment;

use super::{Backend, NOW, Store, caller, event, row, samples, stream, ticket};

const ALL: CaseFilter = CaseFilter {
    state: None,
    gate: None,
    after: None,
    limit: 100,
};

fn states(store: &mut Store) -> Vec<(u8, CaseState)> {
    let cases = store.db.cases(&event(), &ALL).unwrap();
    cases
        .iter()
        .map(|case| (case.case.as_bytes()[0], case.state))
        .collect()
}

pub(super) fn a_ticket_admitted_twice_is_a_case_that_a_person_resolves(backend: Backend) {
    let mut store = backend.open();
    store.add_tickets(&[1, 2]);
    for device in ["pi-1", "pi-2"] {
        store.enrol(device);
        store.upload(device, 1, None, &[1]);
    }
    assert_eq!(states(&mut store), [(1, CaseState::Open)]);
    assert_eq!(store.db.open_cases(&event()).unwrap(), 1);
    let case = store.db.case(&event(), &ticket(1)).unwrap().unwrap();
    assert_eq!(case.findings[0].reason, Reason::AlreadyUsed);
    assert_eq!(case.findings[0].denied.device, "pi-2");
    assert_eq!(case.findings[0].because.as_ref().unwrap().device, "pi-1");
    assert_eq!(store.db.case(&event(), &ticket(2)).unwrap(), None);
    let later = UnixMillis(NOW.0 + 5);
    let mut resolve = |id, note: &str| store.db.resolve_case(&event(), &ticket(id), note, "staff", later);
    assert!(matches!(resolve(2, "x"), Err(DbError::Refused(_))));
    assert!(matches!(resolve(1, " "), Err(DbError::Refused(_))));
    resolve(1, "a twin").unwrap();
    let case = store.db.case(&event(), &ticket(1)).unwrap().unwrap();
    assert_eq!(
        (case.state, case.note.as_deref()),
        (CaseState::Resolved, Some("a twin"))
    );
    assert_eq!((case.resolved_ms, case.opened_ms), (Some(later), NOW));
    assert_eq!(store.db.open_cases(&event()).unwrap(), 0);
}

pub(super) fn a_ticket_revoked_before_it_came_is_a_case(backend: Backend) {
    let mut store = backend.open();
    store.add_tickets(&[1, 2]);
    store.enrol("pi-1");
    // It came some time after 1,795,000,000 s.
    let before = UnixMillis(1_794_000_000_000);
    for status in [Status::Blocked, Status::Revoked] {
        store
            .db
            .set_ticket_status(&event(), &ticket(1), status, before)
            .unwrap();
    }
    store
        .db
        .set_ticket_status(
            &event(),
            &ticket(2),
            Status::Revoked,
            UnixMillis(1_796_000_000_000),
        )
        .unwrap();
    store.upload("pi-1", 1, None, &[1, 2]);
    assert_eq!(states(&mut store), [(1, CaseState::Open)]);
    let case = store.db.case(&event(), &ticket(1)).unwrap().unwrap();
    assert_eq!(case.findings[0].reason, Reason::Revoked);
}

pub(super) fn issues_of_one_ticket_are_one_case(backend: Backend) {
    let mut store = backend.open();
    store.add_tickets(&[3]);
    let again = TicketRow {
        replaces: Some(ticket(3)),
        ..row(2)
    };
    store.db.add_tickets(&event(), &[again], NOW).unwrap();
    for (device, id) in [("pi-1", 3), ("pi-2", 2)] {
        store.enrol(device);
        store.upload(device, 1, None, &[id]);
    }
    assert_eq!(states(&mut store), [(3, CaseState::Open)]);
    let named = store.db.case(&event(), &ticket(2)).unwrap().unwrap();
    assert_eq!(named.case, ticket(3), "it goes by the first issue");
}

pub(super) fn cases_are_found_by_state_gate_and_place(backend: Backend) {
    let mut store = backend.open();
    store.add_tickets(&[1, 2, 3]);
    for device in ["pi-1", "pi-2"] {
        store.enrol(device);
        store.upload(device, 1, None, &[1, 2, 3]);
    }
    store
        .db
        .resolve_case(&event(), &ticket(2), "seen", "staff", NOW)
        .unwrap();
    let mut found = |filter: CaseFilter| {
        let cases = store.db.cases(&event(), &filter).unwrap();
        cases
            .iter()
            .map(|case| case.case.as_bytes()[0])
            .collect::<Vec<_>>()
    };
    let state = Some(CaseState::Resolved);
    assert_eq!(found(CaseFilter { state, ..ALL }), [2]);
    let after = Some(ticket(1));
    assert_eq!(
        found(CaseFilter {
            after,
            limit: 1,
            ..ALL
        }),
        [2]
    );
    for (gate, expected) in [("gate-a", 3), ("gate", 0)] {
        let gate = Some(gate.parse().unwrap());
        assert_eq!(found(CaseFilter { gate, ..ALL }).len(), expected);
    }
}

pub(super) fn an_entry_that_is_made_void_judges_again(backend: Backend) {
    let mut store = backend.open();
    store.add_tickets(&[1]);
    for device in ["pi-1", "pi-2", "pi-3"] {
        store.enrol(device);
    }
    store.upload("pi-1", 1, None, &[1]);
    store.upload("pi-2", 1, None, &[1]);
    assert_eq!(states(&mut store), [(1, CaseState::Open)]);
    // Somebody says that the second entry was none.
    let range = FactRange {
        stream: stream("pi-2"),
        first: Sequence(1),
        last: Sequence(1),
    };
    let void = Draft {
        kind: Kind::Void(range),
        ticket: None,
        ..samples::entry(&[9; 8])
    };
    let segment = Segment {
        drafts: vec![void],
        ..samples::segment("pi-3", super::bytes("pi-3"), 1, None, &[])
    };
    let bytes = samples::sealed(&segment, &super::bytes("pi-3"));
    store
        .db
        .take_upload(&caller("pi-3"), &[bytes.into()], NOW)
        .unwrap();
    assert_eq!(states(&mut store), [(1, CaseState::Withdrawn)]);
}
