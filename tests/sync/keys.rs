//! The keys that sign tickets, and how one takes another's place.

use crate::cli::wicket;

use std::process::Command;

use wicket::domain::control::{Desk, Listening};
use wicket::domain::ticket::Keyring;
use wicket::domain::time::{Moment, Now, UnixSeconds};
use wicket::ledger::{Ledger, Opening, SqliteLedger};

use super::venue::Venue;
use super::{EVENT, Server};

fn key(server: &Server, action: &[&str]) {
    server.admin(&[&["key"], action, &["--event", EVENT]].concat());
}

fn control_command(server: &Server, action: &[&str]) -> Command {
    let mut command = wicket();
    command
        .args(["control", "--event", EVENT, "--data"])
        .arg(server.path())
        .args(action);
    command
}

fn control(server: &Server, action: &[&str]) -> String {
    let made = control_command(server, action).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    String::from_utf8(made.stdout).unwrap()
}

#[test]
pub(super) fn a_new_key_takes_the_place_of_an_old_one_while_tickets_of_both_hold() {
    let server = Server::with_tickets(0);
    let old: Vec<String> = (0..3).map(|_| server.ticket()).collect();
    let gate = Venue::new(&server, "pi-1");
    key(&server, &["add"]);
    let new = server.ticket();
    let listed = server.admin(&["key", "list", "--event", EVENT]);
    assert_eq!(listed, "issuer-1\tactive\nissuer-2\tactive\tsigns new tickets\n");
    assert_eq!(gate.verdict(&new), "deny UNKNOWN_KEY", "before its next sync");
    gate.synced();
    assert_eq!(gate.verdict(&new), "admit");
    assert_eq!(gate.verdict(&old[0]), "admit");

    key(&server, &["retire", "issuer-1"]);
    gate.synced();
    assert_eq!(gate.verdict(&old[1]), "admit", "what a retired key signed holds");
    key(&server, &["revoke", "issuer-1"]);
    gate.synced();
    assert_eq!(gate.verdict(&old[2]), "deny UNKNOWN_KEY");
    assert_eq!(
        gate.verdict(&server.ticket()),
        "admit",
        "the newer key signs on: sold after the sync"
    );
}

#[test]
fn a_key_that_leaked_holds_only_for_what_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let jwk = folder.path().join("issuer.jwk");
    let made = wicket()
        .args(["ticket", "keygen", "--kid", "leaked", "--out"])
        .arg(&jwk)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let server = Server::with_tickets(0);
    key(&server, &["add", "--from-jwk", jwk.to_str().unwrap()]);
    let listed = server.ticket();
    let unlisted = wicket()
        .args([
            "ticket",
            "issue",
            "--event",
            EVENT,
            "--type",
            "adult",
            "--until",
            "1900000000",
            "--key",
        ])
        .arg(&jwk)
        .output()
        .unwrap();
    let unlisted = String::from_utf8(unlisted.stdout).unwrap();
    let gate = Venue::new(&server, "pi-1");
    assert_ne!(
        gate.verdict(&unlisted),
        "deny NOT_ON_LIST",
        "as if sold after the sync"
    );
    key(&server, &["add", "issuer-3"]);
    key(&server, &["list-only", "leaked"]);
    gate.synced();
    assert_eq!(gate.verdict(&unlisted), "deny NOT_ON_LIST");
    assert_eq!(gate.verdict(&listed), "admit");
}

#[test]
fn an_event_keeps_a_key_that_signs_and_no_key_comes_to_count_for_more() {
    let server = Server::with_tickets(0);
    let refused = |action: &[&str], why: &str| {
        let output = server.try_admin(&[&["key"], action, &["--event", EVENT]].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(why), "{said}");
    };
    for action in ["retire", "list-only", "revoke"] {
        refused(&[action, "issuer-1"], "key add");
    }
    refused(&["add", "issuer-1"], "choose another kid");
    refused(&["add", "a-kid-of-many-characters"], "1 to 16");
    refused(&["retire", "issuer-9"], "key list");
    key(&server, &["add"]);
    key(&server, &["list-only", "issuer-1"]);
    refused(&["retire", "issuer-1"], "list-only already");
    refused(&["revoke", "issuer-2"], "key add");
    // A key that signs no more is nothing to steal.
    let secrets: i64 = server
        .database()
        .query_row("SELECT count(secret) FROM issuer_keys", [], |row| row.get(0))
        .unwrap();
    assert_eq!(secrets, 1);
}

#[test]
fn a_control_key_signs_no_tickets_and_its_codes_reach_no_gate_that_did_not_sync() {
    let server = Server::with_tickets(0);
    key(&server, &["add", "--use", "control"]);
    let listed = server.admin(&["key", "list", "--event", EVENT]);
    let expected = "issuer-1\tactive\tsigns new tickets\ncontrol-1\tactive\tsigns control codes\n";
    assert_eq!(listed, expected);
    let issued = server.ticket();
    let gate = Venue::new(&server, "pi-1");
    assert_eq!(
        gate.verdict(&issued),
        "admit",
        "the newest key of all signs no tickets"
    );
    let folder = tempfile::tempdir().unwrap();
    let png = folder.path().join("code.png");
    let made = control(
        &server,
        &[
            "--device",
            "pi-1",
            "--challenge",
            "042117",
            "--qr",
            png.to_str().unwrap(),
            "set-mode",
            "exit",
        ],
    );
    assert!(made.starts_with("TKC1:"), "{made}");
    assert!(std::fs::metadata(&png).unwrap().len() > 0);
    let mut ledger = SqliteLedger::attach(gate.folder.path(), &Opening::default()).unwrap();
    let keyring = ledger
        .documents()
        .unwrap()
        .control_keyring
        .expect("the sync brought it");
    let desk = Desk {
        device: "pi-1".parse().unwrap(),
        event: EVENT.parse().unwrap(),
        keyring: Keyring::from_jwks(&keyring).unwrap(),
    };
    let listening = Listening::Shown {
        challenge: "042117".parse().unwrap(),
        since: Moment(0),
    };
    let now = Now::exactly(UnixSeconds(jiff::Timestamp::now().as_second().cast_unsigned()));
    let order = desk.judge(made.trim(), listening, Moment(1), &now).unwrap();
    assert_eq!(order.action.to_string(), "set-mode exit");
}

#[test]
fn the_last_control_key_can_be_revoked_and_none_is_needed() {
    let server = Server::with_tickets(0);
    let made = control_command(&server, &["sync-now"]).output().unwrap();
    assert_eq!(made.status.code(), Some(2));
    let why = String::from_utf8(made.stderr).unwrap();
    assert!(why.contains("wicket admin key add --use control"), "{why}");
    key(&server, &["add", "--use", "control"]);
    assert!(control(&server, &["sync-now"]).starts_with("TKC1:"));
    let refused = server.try_admin(&["key", "list-only", "control-1", "--event", EVENT]);
    let why = String::from_utf8(refused.stderr).unwrap();
    assert!(why.contains("revoke it"), "{why}");
    key(&server, &["revoke", "control-1"]);
    assert_eq!(
        control_command(&server, &["sync-now"])
            .output()
            .unwrap()
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn the_data_of_an_earlier_release_keeps_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let old = rusqlite::Connection::open(folder.path().join("server.sqlite")).unwrap();
    old.execute_batch(include_str!("../../src/server/db/migrations/0001_server.sql"))
        .unwrap();
    let jwk = r#"{"kty":"OKP","crv":"Ed25519","kid":"first","x":"X","d":"D"}"#;
    old.execute(
        "INSERT INTO events (name, log, issuer_jwk) VALUES ('e', zeroblob(16), ?1)",
        [jwk],
    )
    .unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    drop(old);
    let mut db = wicket::server::db::Db::open(folder.path()).unwrap();
    let event = "e".parse().unwrap();
    let kept: serde_json::Value = serde_json::from_str(
        &db.signing_jwk(&event, wicket::server::db::KeyUse::Tickets)
            .unwrap(),
    )
    .unwrap();
    assert_eq!((&kept["kid"], &kept["d"]), (&"first".into(), &"D".into()));
    let database = rusqlite::Connection::open(folder.path().join("server.sqlite")).unwrap();
    let public: String = database
        .query_row("SELECT public FROM issuer_keys", [], |row| row.get(0))
        .unwrap();
    assert!(!public.contains("\"d\"") && public.contains("\"x\""), "{public}");
}
