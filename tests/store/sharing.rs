use std::thread;

use wicket::server::db::{DbError, LogRead};

use super::{Backend, NOW, event, row};

pub(super) fn a_write_that_fails_leaves_nothing(backend: Backend) {
    let mut store = backend.open();
    store.add_tickets(&[9]);
    let before = store.db.log_head(&event()).unwrap();
    let refused = store
        .db
        .add_tickets(&event(), &[row(1), row(2), row(9)], NOW)
        .unwrap_err();
    assert!(matches!(refused, DbError::Refused(_)), "{refused}");
    assert_eq!(store.db.log_head(&event()).unwrap(), before);
    assert_eq!(store.db.snapshot(&event(), NOW.seconds()).unwrap().tickets, 1);
}

/// Four writers at once, and one who reads: whatever place in the log is seen, all that comes before it is there.
pub(super) fn change_numbers_have_no_gap_whoever_writes(backend: Backend) {
    const WRITERS: u8 = 4;
    const WRITES: u8 = 12;
    let mut store = backend.open();
    let mut after = store.db.log_head(&event()).unwrap();
    let end = after.sequence + u64::from(WRITERS * WRITES);
    let writers: Vec<_> = (0..WRITERS).map(|writer| (writer, store.another())).collect();
    thread::scope(|scope| {
        for (writer, mut db) in writers {
            scope.spawn(move || {
                for write in 0..WRITES {
                    db.add_tickets(&event(), &[row(1 + writer * WRITES + write)], NOW)
                        .unwrap();
                }
            });
        }
        while after.sequence < end {
            let LogRead::Page(page) = store.db.log_page(&event(), &after, NOW.seconds()).unwrap() else {
                panic!("it fits");
            };
            let numbers: Vec<u64> = page.changes.iter().map(|(number, _)| *number).collect();
            let expected: Vec<u64> = (after.sequence + 1..=page.to.sequence).collect();
            assert_eq!(
                numbers, expected,
                "each change is of a ticket of its own, so none is superseded"
            );
            after = page.to;
        }
    });
}
