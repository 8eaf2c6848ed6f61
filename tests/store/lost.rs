//! What befalls a database server: lost connections, transactions that meet, a database of somebody else's.

use std::thread;

use postgres::Client;
use wicket::server::db::{Db, DbError};

use super::{Backend, NOW, Place, Store, event, row};
use crate::postgres::Database;

fn store() -> (Store, Client) {
    let store = Backend::Postgres.open();
    let Place::Database(database) = &store.place else {
        panic!("it is a database");
    };
    let client = database.client();
    (store, client)
}

/// Ends the server's sessions that match.
fn end_sessions(client: &mut Client, which: &str) {
    let sql = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'wicket' AND datname = current_database() AND {which}"
    );
    assert!(!client.query(&sql, &[]).unwrap().is_empty());
}

#[test]
fn a_lost_connection_is_made_again_by_the_next_operation() {
    let (mut store, mut client) = store();
    end_sessions(&mut client, "true");
    store.add_tickets(&[1]);
    end_sessions(&mut client, "true");
    assert_eq!(store.db.snapshot(&event(), NOW.seconds()).unwrap().tickets, 1);
}

#[test]
fn an_operation_whose_connection_is_lost_says_so_and_leaves_nothing() {
    let (mut store, mut client) = store();
    let mut lock = client.transaction().unwrap();
    lock.execute("SELECT 1 FROM events FOR UPDATE", &[]).unwrap();
    let failed = thread::scope(|scope| {
        let adding = scope.spawn(|| store.db.add_tickets(&event(), &[row(1)], NOW));
        let waits = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE datname = current_database() AND wait_event_type = 'Lock'";
        // It comes to wait for the lock by itself.
        while lock.query(waits, &[]).unwrap().is_empty() {}
        adding.join().unwrap().unwrap_err()
    });
    assert!(matches!(failed, DbError::Lost(_)), "{failed}");
    assert!(failed.to_string().contains("nothing was changed"), "{failed}");
    lock.rollback().unwrap();
    store.add_tickets(&[1]);
}

/// A table that refuses the first so many rows, as where two transactions met.
fn meet(client: &mut Client, times: u32) {
    let sql = format!(
        "CREATE SEQUENCE met;
         CREATE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF nextval('met') <= {times} THEN RAISE EXCEPTION 'met' USING ERRCODE = '40001'; END IF;
           RETURN NEW;
         END $$;
         CREATE TRIGGER meet BEFORE INSERT ON tickets FOR EACH ROW EXECUTE FUNCTION meet()"
    );
    client.batch_execute(&sql).unwrap();
}

#[test]
fn a_transaction_that_met_another_is_run_again() {
    let (mut store, mut client) = store();
    meet(&mut client, 3);
    store.add_tickets(&[1, 2]);
    assert_eq!(store.db.snapshot(&event(), NOW.seconds()).unwrap().tickets, 2);
}

#[test]
fn it_is_not_run_again_for_ever() {
    let (mut store, mut client) = store();
    meet(&mut client, u32::MAX);
    let failed = store.db.add_tickets(&event(), &[row(1)], NOW).unwrap_err();
    assert!(matches!(failed, DbError::Contended(_)), "{failed}");
    let runs: i64 = client
        .query_one("SELECT last_value FROM met", &[])
        .unwrap()
        .get(0);
    assert_eq!(runs, 10);
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let database = Database::new();
    database
        .client()
        .batch_execute("CREATE TABLE somebodys (a INT)")
        .unwrap();
    let refused = Db::connect(&database.url()).unwrap_err();
    assert!(matches!(refused, DbError::Refused(_)), "{refused}");
}

#[test]
fn a_database_of_a_newer_release_is_refused_in_words() {
    let (store, mut client) = store();
    client
        .batch_execute("UPDATE wicket_server SET version = 99")
        .unwrap();
    let Place::Database(database) = &store.place else {
        panic!("it is a database");
    };
    let refused = Db::connect(&database.url()).unwrap_err();
    assert!(matches!(refused, DbError::Newer { found: 99, .. }), "{refused}");
}

#[test]
fn a_database_that_is_not_there_says_what_to_check() {
    let database = Database::new();
    let refused = Db::connect(&database.url().replace("test_", "gone_")).unwrap_err();
    assert!(matches!(refused, DbError::Unreachable(_)), "{refused}");
    assert!(refused.to_string().contains("--database"), "{refused}");
}

#[test]
fn servers_that_start_together_make_the_tables_once() {
    let database = Database::new();
    let opened: Vec<_> = thread::scope(|scope| {
        let opening: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| Db::connect(&database.url())))
            .collect();
        opening
            .into_iter()
            .map(|opening| opening.join().unwrap())
            .collect()
    });
    for db in opened {
        assert!(db.unwrap().events().unwrap().is_empty());
    }
}
