use std::fs;

use wicket::domain::admission::{Listing, Status};
use wicket::domain::ids::TicketId;
use wicket::ledger::Ledger;

use super::{EVENT, Gate, Server};
use crate::cli::wicket;

/// A copy of the server's data, taken while it does not run.
pub(super) fn backup(server: &mut Server) -> Vec<u8> {
    server.kill();
    // A killed server leaves its write-ahead log; opening the data folds it in.
    server.admin(&["device", "list", "--event", EVENT]);
    let copy = fs::read(server.file()).unwrap();
    server.start();
    copy
}

pub(super) fn restore(server: &mut Server, copy: &[u8]) {
    server.kill();
    for ending in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{ending}", server.file().display()));
    }
    fs::write(server.file(), copy).unwrap();
}

fn listed(gate: &mut Gate, ticket: &[u8]) -> bool {
    let known = gate.ledger.look_up(&TicketId::new(ticket).unwrap()).unwrap();
    matches!(known.listing, Listing::Listed(row) if row.status == Status::Valid)
}

#[test]
fn a_server_restored_from_a_backup_is_read_anew_and_asks_for_what_it_lost() {
    let mut server = Server::with_tickets(3);
    let mut gate = server.gate("pi-1");
    gate.enter(&[1; 8]);
    gate.sync().unwrap();
    let copy = backup(&mut server);
    let before = server.tickets();

    server.add_tickets(2);
    gate.enter(&[2; 8]);
    gate.sync().unwrap();
    let lost: Vec<Vec<u8>> = server
        .tickets()
        .into_iter()
        .filter(|ticket| !before.contains(ticket))
        .collect();
    assert!(listed(&mut gate, &lost[0]));

    restore(&mut server, &copy);
    server.add_tickets(4);
    server.start();
    let summary = gate.sync().unwrap();
    assert!(summary.down.anew);
    assert_eq!((summary.up.facts, summary.up.waiting), (1, 0));
    assert_eq!(server.attendance()["facts"], 2);
    assert!(server.tickets().iter().all(|ticket| listed(&mut gate, ticket)));
    assert!(
        !lost.iter().any(|ticket| listed(&mut gate, ticket)),
        "a list built aside replaces the old one"
    );
    assert!(!gate.sync().unwrap().down.anew);
}

#[test]
fn a_server_that_is_told_of_its_restore_begins_its_log_anew() {
    let mut server = Server::with_tickets(3);
    let mut gate = server.gate("pi-1");
    let copy = backup(&mut server);
    let kept = server.tickets();
    server.add_tickets(2);
    gate.enter(&[1; 8]);
    gate.sync().unwrap();
    assert_eq!(gate.ledger.status().unwrap().tickets, 5);

    restore(&mut server, &copy);
    server.admin(&["restored"]);
    server.start();
    let summary = gate.sync().unwrap();
    assert!(summary.down.anew, "not taken for an older page of the log before");
    assert_eq!(gate.ledger.status().unwrap().tickets, 3);
    assert!(kept.iter().all(|ticket| listed(&mut gate, ticket)));
    assert_eq!(server.attendance()["facts"], 1, "what it lost comes again");
}

#[test]
fn a_server_restored_behind_its_gates_gets_their_check_ins_and_catches_up() {
    let mut server = Server::with_tickets(3);
    let mut gate = server.gate("pi-1");
    gate.sync().unwrap();
    let copy = backup(&mut server);
    for ticket in [[1; 8], [2; 8]] {
        gate.enter(&ticket);
        gate.sync().unwrap();
    }
    // The gate's own check-ins came back down, so it stands beyond the copy.
    gate.sync().unwrap();
    restore(&mut server, &copy);
    server.start();
    // The old log does not fit, but what it lacks goes up; with that, the next sync fits.
    let _ = gate.sync();
    assert_eq!(server.attendance()["facts"], 2);
    assert_eq!(gate.sync().unwrap().up.waiting, 0);
    assert_eq!(gate.ledger.status().unwrap().tickets, 3);
}

#[test]
fn a_new_log_is_read_from_its_start() {
    let mut server = Server::with_tickets(1_500);
    let mut gate = server.gate("pi-1");
    gate.sync().unwrap();
    server.kill();
    let database = server.database();
    database
        .execute("UPDATE events SET log = zeroblob(16)", [])
        .unwrap();
    drop(database);
    server.start();
    let down = gate.sync().unwrap().down;
    assert!(down.anew);
    assert_eq!((down.pages, down.tickets), (2, 1_500));
    assert_eq!(gate.ledger.status().unwrap().tickets, 1_500);
}

#[test]
fn a_server_that_lost_a_whole_stream_gets_it_again() {
    let mut server = Server::with_tickets(1);
    let mut gate = server.gate("pi-1");
    let copy = backup(&mut server);
    gate.enter(&[1; 8]);
    gate.sync().unwrap();
    assert_eq!(gate.unsent(), 0);
    restore(&mut server, &copy);
    server.start();
    let up = gate.sync().unwrap().up;
    assert_eq!((up.facts, up.waiting), (1, 0));
    assert_eq!(server.attendance()["facts"], 1);
}

#[test]
fn data_of_a_newer_release_is_refused_in_words() {
    let server = Server::with_tickets(0);
    server.database().pragma_update(None, "user_version", 99).unwrap();
    let output = server.try_admin(&["device", "list", "--event", EVENT]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("version 99") && said.contains("newer release"),
        "{said}"
    );
}

#[test]
fn a_backup_taken_while_the_server_runs_is_put_back_by_one_command() {
    let mut server = Server::with_tickets(3);
    let mut gate = server.gate("pi-1");
    gate.enter(&[1; 8]);
    gate.sync().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("backup");
    let run = |args: &[&str], server: &Server| {
        let mut command = wicket();
        let output = command
            .args(args)
            .arg(&copy)
            .arg("--data")
            .arg(server.path())
            .output();
        output.unwrap()
    };
    let output = run(&["backup"], &server);
    assert!(output.status.success(), "{output:?}");
    server.add_tickets(2);
    gate.enter(&[2; 8]);
    gate.sync().unwrap();
    assert!(!run(&["restore", "--force"], &server).status.success(), "it runs");
    server.kill();
    assert!(!run(&["restore"], &server).status.success(), "there are data");
    let output = run(&["restore", "--force"], &server);
    assert!(output.status.success(), "{output:?}");
    server.start();
    let summary = gate.sync().unwrap();
    assert!(summary.down.anew, "not taken for an older page of the log before");
    assert_eq!(gate.ledger.status().unwrap().tickets, 3);
    assert_eq!(server.attendance()["facts"], 2, "what it lost comes again");
}
