//! The keys that sign tickets, and how one takes another's place.

use crate::cli::wicket;

use super::venue::Venue;
use super::{EVENT, Server};

fn key(server: &Server, action: &[&str]) {
    server.admin(&[&["key"], action, &["--event", EVENT]].concat());
}

#[test]
fn a_new_key_takes_the_place_of_an_old_one_while_tickets_of_both_hold() {
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
fn the_data_of_an_earlier_release_keeps_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let old = rusqlite::Connection::open(folder.path().join("server.sqlite")).unwrap();
    old.execute_batch(include_str!("../../src/server/db/schema.sql"))
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
    let kept: serde_json::Value = serde_json::from_str(&db.issuer_jwk(&event).unwrap()).unwrap();
    assert_eq!((&kept["kid"], &kept["d"]), (&"first".into(), &"D".into()));
    let database = rusqlite::Connection::open(folder.path().join("server.sqlite")).unwrap();
    let public: String = database
        .query_row("SELECT public FROM issuer_keys", [], |row| row.get(0))
        .unwrap();
    assert!(!public.contains("\"d\"") && public.contains("\"x\""), "{public}");
}
