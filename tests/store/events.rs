use wicket::domain::admission::Status;
use wicket::domain::ids::TicketId;
use wicket::domain::label::Label;
use wicket::domain::ticket::KeyStatus;
use wicket::server::db::{DbError, KeyUse, LogRead};
use wicket::wire::upload::ItemAnswer;
use wicket::wire::{Change, Cursor, LogPage};

use super::{Backend, NOW, Store, event, issuer, row, ticket};

fn page(store: &mut Store, after: &Cursor) -> LogPage {
    match store.db.log_page(&event(), after, NOW.seconds()).unwrap() {
        LogRead::Page(page) => page,
        LogRead::DoesNotFit => panic!("it fits"),
    }
}

pub(super) fn the_servers_key_is_drawn_once(backend: Backend) {
    let mut store = backend.open();
    let key = store.db.server_key(&[5; 32]).unwrap();
    assert_eq!(key.to_bytes(), [5; 32]);
    assert_eq!(store.another().server_key(&[6; 32]).unwrap().to_bytes(), [5; 32]);
}

pub(super) fn an_event_is_there_once(backend: Backend) {
    let mut store = backend.open();
    store.add_event("a").unwrap();
    let again = store.add_event("e").unwrap_err();
    assert!(matches!(again, DbError::Refused(_)), "{again}");
    let names: Vec<String> = store
        .db
        .events()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names, ["a", "e"]);
    assert!(store.db.rulebook(&event()).unwrap().contains("adult"));
    let nowhere = store.db.rulebook(&"elsewhere".parse().unwrap()).unwrap_err();
    assert!(matches!(nowhere, DbError::NoEvent(_)), "{nowhere}");
    assert!(store.db.is_origin().unwrap());
}

pub(super) fn a_ticket_is_listed_once_and_revoked_for_ever(backend: Backend) {
    let mut store = backend.open();
    store.add_tickets(&[1, 2]);
    let twice = store
        .db
        .add_tickets(&event(), &[row(3), row(2)], NOW)
        .unwrap_err();
    assert!(matches!(twice, DbError::Refused(_)), "{twice}");
    let mut set = |id: TicketId, status| store.db.set_ticket_status(&event(), &id, status, NOW);
    set(ticket(1), Status::Blocked).unwrap();
    set(ticket(1), Status::Revoked).unwrap();
    set(ticket(1), Status::Revoked).unwrap();
    assert!(matches!(set(ticket(1), Status::Valid), Err(DbError::Refused(_))));
    assert!(matches!(
        set(ticket(3), Status::Blocked),
        Err(DbError::Refused(_))
    ));
}

pub(super) fn a_log_brings_what_came_after_a_cursor(backend: Backend) {
    let mut store = backend.open();
    store.add_tickets(&[1, 2]);
    let start = store.db.log_head(&event()).unwrap();
    store
        .db
        .set_ticket_status(&event(), &ticket(2), Status::Blocked, NOW)
        .unwrap();
    store.add_tickets(&[3]);
    store
        .db
        .set_ticket_status(&event(), &ticket(2), Status::Revoked, NOW)
        .unwrap();
    let page = page(&mut store, &start);
    assert_eq!((page.from, page.head), (start.sequence, start.sequence + 3));
    assert_eq!(page.to, store.db.log_head(&event()).unwrap());
    let tickets: Vec<(u64, u8, Status)> = page
        .changes
        .iter()
        .map(|(number, change)| match change {
            Change::Ticket(row) => (number - start.sequence, row.ticket.as_bytes()[0], row.status),
            other => panic!("{other:?}"),
        })
        .collect();
    // The newer change of a ticket takes the older one's place.
    assert_eq!(tickets, [(2, 3, Status::Valid), (3, 2, Status::Revoked)]);
    let elsewhere = Cursor {
        sequence: start.sequence + 1,
        ..start
    };
    let read = store.db.log_page(&event(), &elsewhere, NOW.seconds()).unwrap();
    assert_eq!(read, LogRead::DoesNotFit);
}

pub(super) fn a_restored_log_is_another(backend: Backend) {
    let mut store = backend.open();
    let before = store.db.log_head(&event()).unwrap();
    assert_eq!(store.db.restored(|| [9; 16]).unwrap(), 1);
    let after = store.db.log_head(&event()).unwrap();
    assert_eq!(
        (after.sequence, after.log.as_slice()),
        (before.sequence, [9; 16].as_slice())
    );
    let read = store.db.log_page(&event(), &before, NOW.seconds()).unwrap();
    assert_eq!(read, LogRead::DoesNotFit);
}

pub(super) fn the_ends_of_the_logs_are_told(backend: Backend) {
    let mut store = backend.open();
    let end = |store: &mut Store| Some(store.db.heads_if_changed().unwrap()?[&event()].head);
    let first = end(&mut store).unwrap();
    store.add_tickets(&[1]);
    assert_eq!(end(&mut store), Some(first + 1));
    store.another().add_tickets(&event(), &[row(2)], NOW).unwrap();
    assert_eq!(end(&mut store), Some(first + 2));
}

pub(super) fn a_key_comes_to_count_for_less_and_never_for_more(backend: Backend) {
    let mut store = backend.open();
    let db = &mut store.db;
    db.add_key(&event(), &issuer("k2"), KeyUse::Tickets).unwrap();
    assert!(matches!(
        db.add_key(&event(), &issuer("k2"), KeyUse::Tickets),
        Err(DbError::Refused(_))
    ));
    assert!(db.signing_jwk(&event(), KeyUse::Tickets).unwrap().contains("k2"));
    assert!(matches!(
        db.signing_jwk(&event(), KeyUse::Control),
        Err(DbError::Refused(_))
    ));
    db.add_key(&event(), &issuer("c1"), KeyUse::Control).unwrap();
    db.lower_key(&event(), "k1", KeyStatus::Retired).unwrap();
    assert!(matches!(
        db.lower_key(&event(), "k1", KeyStatus::Retired),
        Err(DbError::Refused(_))
    ));
    assert!(matches!(
        db.lower_key(&event(), "k2", KeyStatus::Revoked),
        Err(DbError::Refused(_))
    ));
    let keys = db.issuer_keys(&event()).unwrap();
    let keys: Vec<(&str, KeyStatus, bool)> = keys
        .iter()
        .map(|key| (key.kid.as_str(), key.status, key.signs))
        .collect();
    assert_eq!(
        keys,
        [
            ("k1", KeyStatus::Retired, false),
            ("k2", KeyStatus::Active, true),
            ("c1", KeyStatus::Active, true)
        ]
    );
}

pub(super) fn figures_are_of_this_process_and_of_the_data(backend: Backend) {
    let mut store = backend.open();
    store.enrol("pi-1");
    store.upload("pi-1", 1, None, &[1, 2]);
    let forged = store.upload("pi-2", 1, None, &[3]);
    assert!(matches!(forged.items[0], ItemAnswer::Refused { .. }));
    let again = store.db.again().unwrap().figures().unwrap();
    assert_eq!(store.db.figures().unwrap(), again, "one process has one tally");
    assert_eq!(again.tally.facts, 2);
    assert_eq!(again.events[0].parked.len(), 1);
    let elsewhere = store.another().figures().unwrap();
    assert_eq!((elsewhere.tally.facts, elsewhere.events), (0, again.events));
}

pub(super) fn labels_go_out_with_names_while_the_event_says_so(backend: Backend) {
    let mut store = backend.open();
    store.add_tickets(&[1]);
    let start = store.db.log_head(&event()).unwrap();
    let label = Label {
        ticket: ticket(1),
        order: Some("A-1".parse().unwrap()),
        name: Some("Ada".parse().unwrap()),
    };
    let elsewhere = Label {
        ticket: ticket(2),
        ..label.clone()
    };
    assert!(matches!(
        store.db.set_labels(&event(), &[elsewhere]),
        Err(DbError::Refused(_))
    ));
    let told = |store: &mut Store| match page(store, &start).changes.pop() {
        Some((_, Change::Label(label))) => label.name.is_some(),
        other => panic!("{other:?}"),
    };
    store
        .db
        .set_labels(&event(), std::slice::from_ref(&label))
        .unwrap();
    assert!(!told(&mut store));
    assert_eq!(store.db.set_names(&event(), true).unwrap(), 1);
    assert!(told(&mut store));
    assert_eq!(store.db.set_names(&event(), false).unwrap(), 1);
    assert!(!told(&mut store));
}
