//! Servers on PostgreSQL: part of the tests of before run on it too, and several processes share one database.

use std::process::{Child, Stdio};

use postgres::Client;
use wicket::ledger::Ledger;

use super::{EVENT, Server};
use crate::cli::wicket;

/// Runs tests of other files once more, with their servers' data in PostgreSQL.
macro_rules! again {
    ($($area:ident::$case:ident,)*) => {
        $(#[test] fn $case() { super::Server::on_postgres(super::$area::$case); })*
    };
}

again! {
    conflicts::cases_are_read_page_by_page_and_resolved_over_http,
    conflicts::what_was_given_back_or_recorded_in_error_withdraws_a_case,
    conflicts::whichever_gate_uploads_first_the_case_is_the_same,
    devices::a_request_counts_once_also_after_the_server_was_killed,
    devices::a_revoked_device_is_refused_keeps_its_check_ins_and_what_it_sent_before_stays,
    enrolment::a_gate_enrols_and_syncs_from_the_command_line_and_holds_the_servers_list,
    enrolment::a_token_used_by_two_keys_suspends_the_first_until_a_person_confirms_it,
    facts::a_gap_is_stored_shown_and_closed_by_what_was_missing,
    facts::a_killed_server_holds_everything_that_it_acknowledged,
    facts::segments_that_the_server_cannot_take_are_set_aside_and_block_nothing,
    facts::two_gates_see_each_others_check_ins_and_a_gate_meets_its_own_unharmed,
    fleet::the_fleet_is_the_same_over_http,
    keys::a_new_key_takes_the_place_of_an_old_one_while_tickets_of_both_hold,
    live::a_check_in_at_one_gate_is_known_at_the_other_as_it_happens,
    live::a_revoked_ticket_is_known_at_a_gate_in_touch_without_its_asking,
    log::a_cursor_fits_only_the_log_and_the_changes_that_it_came_from,
    log::a_reader_that_pauses_while_the_log_changes_ends_where_a_new_one_does,
    log::tickets_are_added_all_or_none,
    revoked::a_revoked_gate_forgets_its_list_at_its_next_contact_and_says_so_everywhere,
    revoked::more_admissions_a_minute_than_a_gate_can_make_are_held_for_review,
}

/// Begins to add a ticket in a process of its own.
fn add_ticket(server: &Server) -> Child {
    wicket()
        .args([
            "admin",
            "ticket",
            "add",
            "--event",
            EVENT,
            "--type",
            "adult",
            "--until",
            "1900000000",
        ])
        .args(server.place())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until so many sessions wait for a lock of this kind, as they come to by themselves.
fn waiting(client: &mut Client, kind: &str, count: i64) {
    let sql = "SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = $1";
    while client.query_one(sql, &[&kind]).unwrap().get::<_, i64>(0) < count {}
}

#[test]
fn no_gate_misses_a_change_that_is_committed_late() {
    Server::on_postgres(|| {
        let server = Server::with_tickets(1);
        let other = server.beside();
        let mut gate = other.gate("pi-1");
        gate.sync().unwrap();
        let mut client = server.postgres();
        // Whoever has taken a change number waits before the commit for as long as this test holds the lock.
        let late = "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                      PERFORM pg_advisory_xact_lock_shared(7); RETURN NULL;
                    END $$;
                    CREATE TRIGGER late AFTER INSERT ON chain FOR EACH ROW EXECUTE FUNCTION late()";
        client.batch_execute(late).unwrap();
        let mut look = server.postgres();
        let mut hold = client.transaction().unwrap();
        hold.execute("SELECT pg_advisory_xact_lock(7)", &[]).unwrap();
        let mut first = add_ticket(&server);
        waiting(&mut look, "advisory", 1);
        // The next one to write to the event can take no number before the first has committed.
        let mut second = add_ticket(&other);
        waiting(&mut look, "transactionid", 1);
        for _ in 0..3 {
            gate.sync().unwrap();
            assert_eq!(gate.ledger.status().unwrap().tickets, 1);
        }
        hold.rollback().unwrap();
        assert!(first.wait().unwrap().success() && second.wait().unwrap().success());
        assert!(!gate.sync().unwrap().down.anew);
        assert_eq!(gate.ledger.status().unwrap().tickets, 3);
    });
}

#[test]
fn gates_of_two_servers_on_one_database_know_each_others_check_ins() {
    Server::on_postgres(|| {
        let server = Server::with_tickets(2);
        let other = server.beside();
        let (mut here, mut there) = (server.gate("pi-1"), other.gate("pi-2"));
        here.sync().unwrap();
        there.sync().unwrap();
        let ticket = server.tickets().remove(0);
        here.enter(&ticket);
        here.sync().unwrap();
        assert_eq!(there.sync().unwrap().down.segments, 1);
        there.enter(&ticket);
        there.sync().unwrap();
        assert_eq!(server.attendance()["facts"], 2);
        assert_eq!(other.attendance()["facts"], 2);
        let cases = server.admin(&["conflict", "list", "--event", EVENT]);
        assert!(cases.contains("open"), "{cases}");
    });
}
