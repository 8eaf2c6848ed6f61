//! Files and folders, names and words.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use wicket::server::db::Db;

use super::stick::Venue;
use crate::cli::wicket;
use crate::sync::{EVENT, Gate, Server};

#[test]
fn files_are_numbered_short_named_their_owners_alone_and_never_written_over() {
    let venue = Venue::with_lists(1, 1);
    venue.exports(0);
    venue.exports(0);
    assert_eq!(
        venue.files(),
        [
            "wicket-spring-26-pi-1-1.wkb",
            "wicket-spring-26-pi-1-2.wkb",
            "wicket-spring-26-server-1.wkb"
        ]
    );
    let file = venue.stick.path().join("wicket-spring-26-pi-1-1.wkb");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let before = fs::read(&file).unwrap();
    let output = venue.gates[0].run(&["export", file.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("nothing is written over"), "{said}");
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn a_whole_stick_is_imported_and_one_bad_bundle_stops_no_other() {
    let mut venue = Venue::with_lists(4, 2);
    venue.gates[0].enter(&[1; 8]);
    venue.exports(0);
    venue.server.add_tickets(2);
    venue.server_exports(&[]);
    fs::write(venue.stick.path().join("holiday.wkb"), "no bundle").unwrap();
    fs::write(venue.stick.path().join("notes.txt"), "no bundle either").unwrap();
    let stick = venue.path();
    let output = venue.gates[1].run(&["import", &stick]);
    let (said, complained) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert_eq!(output.status.code(), Some(1), "{said}{complained}");
    assert!(
        complained.contains("holiday.wkb: this is no bundle") && !complained.contains("notes.txt"),
        "{complained}"
    );
    let status = venue.status(1);
    assert_eq!((status.tickets, status.others_facts), (6, 1));
}

#[test]
fn wrong_use_says_what_to_do() {
    let venue = Venue::new(1, 1);
    let empty = tempfile::tempdir().unwrap();
    let empty = empty.path().to_str().unwrap();
    let (unenrolled, enrolled) = (Gate::new(), &venue.gates[0]);
    for (gate, args, words) in [
        (&unenrolled, &["export", empty][..], "not enrolled"),
        (enrolled, &["import", empty], "no bundle in"),
        (enrolled, &["import", "missing.wkb"], "is the stick still there"),
        (enrolled, &["export", "missing/a.wkb"], "is the stick still there"),
        (enrolled, &["import"], "PLACE"),
    ] {
        let output = gate.run(args);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(words), "{args:?}: {said}");
    }
    for (args, words) in [
        (
            &["bundle", "export", "--event", "other", empty][..],
            "there is no event",
        ),
        (
            &["bundle", "export", "--event", EVENT, "--device", "pi-9", empty],
            "pi-9",
        ),
        (&["bundle", "import", empty], "no bundle in"),
    ] {
        let output = venue.server.try_admin(args);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(words), "{args:?}: {said}");
    }
}

#[test]
fn a_relay_signs_no_bundles() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Db::open(folder.path()).unwrap();
    relay.follow_event(&EVENT.parse().unwrap()).unwrap();
    let output = wicket()
        .args(["admin", "bundle", "export", "--event", EVENT, "--data"])
        .args([folder.path(), folder.path()])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("a relay's data"), "{said}");
}

#[test]
fn bundles_for_others_events_and_servers_are_refused_each_in_its_words() {
    let mut venue = Venue::with_lists(1, 1);
    let mut other = Venue::with_lists(1, 1);
    let own = venue.server_exports(&[]);
    // Another server: the same names, other keys.
    let stranger = other.server_exports(&[]);
    let refused = venue.import(0, &stranger);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(said.contains("changed since it was made"), "{said}");
    // Its own server's bundle taken for a gate's.
    let output = venue
        .server
        .try_admin(&["bundle", "import", own.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("run `wicket import`"), "{said}");
    // A gate's bundle at a server that has another gate of that name.
    other.gates[0].enter(&[1; 8]);
    let file = other.exports(0);
    let output = venue
        .server
        .try_admin(&["bundle", "import", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    // Another event.
    let mut server = Server::with_tickets(0);
    server.kill();
    server.admin(&["event", "add", "autumn-26"]);
    let output = server.try_admin(&["bundle", "export", "--event", "autumn-26", &venue.path()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("enrol a gate first"), "{said}");
}
