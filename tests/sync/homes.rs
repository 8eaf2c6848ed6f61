//! Home gates: where a ticket enters while gates cannot see each other.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::venue::Venue;
use super::{EVENT, Server};
use crate::cli::wicket;

/// A running server whose event binds every ticket to the gate `north`; its devices stand at `gate-a`.
fn server() -> Server {
    let mut server = Server::at_rest(TempDir::new().unwrap(), &[]);
    let rules = server.path().join("rules.json");
    let homes = json!([{"hash": {"from": 0, "to": 65535}, "gates": ["north"]}]);
    fs::write(&rules, json!({"event": EVENT, "homes": homes}).to_string()).unwrap();
    server.admin(&["event", "add", EVENT, "--rules", rules.to_str().unwrap()]);
    server.start();
    server
}

/// Scans a code once the gate has said this of its server.
fn scan_when(venue: &Venue, said: &str, code: &str) -> Value {
    let mut scan = wicket()
        .args(["scan", "--json", "--data"])
        .arg(venue.folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(scan.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with(said)), "{said}");
    scan.stdin.take().unwrap().write_all(code.as_bytes()).unwrap();
    let output = scan.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_ticket_is_sent_home_by_a_gate_that_is_apart_and_let_in_by_one_in_touch() {
    let mut server = server();
    let code = server.admin(&[
        "ticket",
        "add",
        "--event",
        EVENT,
        "--type",
        "adult",
        "--until",
        "1900000000",
    ]);
    let venue = Venue::new(&server, "pi-1");
    server.kill();
    let sent = scan_when(&venue, "wicket: not in touch", &code);
    assert_eq!(
        (&sent["reason"], &sent["homes"]),
        (&json!("NOT_HOME_GATE"), &json!(["north"]))
    );
    server.start();
    let admitted = scan_when(&venue, "wicket: in touch", &code);
    assert_eq!(
        (&admitted["verdict"], &admitted["homes"]),
        (&json!("admit"), &Value::Null)
    );
}
