//! Tickets that two gates admitted while they could not see each other.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};
use wicket::domain::checkin::{Draft, FactRange, FactRef, Kind};
use wicket::domain::ids::{Sequence, StreamId, TicketId};
use wicket::domain::time::{ClockState, Now, UnixSeconds};
use wicket::ledger::Ledger;
use wicket::wire::upload::ItemAnswer;
use wicket::wire::{Segment, SegmentHash};

use super::raw::{Answer, Device, send};
use super::samples::{entry, sealed};
use super::{EVENT, Gate, Server, seed};
use crate::cli::wicket;

/// The ticket of these tests, and what its case goes by.
const TICKET: [u8; 8] = [7; 8];
const CASE: &str = "0707070707070707";
/// When it enters for the first time.
const AT: u64 = 1_795_000_000;

/// A server with that ticket, and two gates' devices.
fn server() -> (Server, Gate, Gate) {
    let server = Server::with_tickets(0);
    add_ticket(&server, CASE);
    let gates = (server.gate("pi-1"), server.gate("pi-2"));
    (server, gates.0, gates.1)
}

/// Puts a ticket on the list; its code.
fn add_ticket(server: &Server, ticket: &str) -> String {
    let args = [
        "ticket",
        "add",
        "--event",
        EVENT,
        "--type",
        "adult",
        "--until",
        "1900000000",
    ];
    server.admin(&[&args[..], &["--ticket", ticket]].concat())
}

/// An entry of the ticket so many seconds after the first, at a gate whose clock is not quite sure.
fn at(gate: &str, after_s: u64) -> Draft {
    let best = UnixSeconds(AT + after_s).millis();
    Draft {
        gate: gate.parse().unwrap(),
        now: Now {
            earliest: best.minus(300),
            latest: Some(best.plus(500)),
            best,
            state: ClockState::Holdover,
        },
        order: best.0,
        operator: Some("op-9".parse().unwrap()),
        ..entry(&TICKET)
    }
}

/// The first segment of a device's only stream, or the next.
fn segment(device: &str, first: u64, previous: Option<SegmentHash>, drafts: Vec<Draft>) -> Vec<u8> {
    let segment = Segment {
        device: device.parse().unwrap(),
        stream: stream(device),
        first: Sequence(first),
        previous,
        drafts,
    };
    sealed(&segment, &seed(device))
}

fn stream(device: &str) -> StreamId {
    StreamId::new([device.as_bytes()[3]; 16])
}

fn upload(server: &Server, device: &str, segment: &[u8]) {
    let (answer, _) = Device::new(device).uploaded(server, &[segment.to_vec()]);
    assert_eq!(answer.items, [ItemAnswer::Stored]);
}

/// The cases that stand so, as `admin conflict list --json` prints them.
fn cases(server: &Server, state: &str) -> Vec<Value> {
    let text = server.admin(&["conflict", "list", "--event", EVENT, "--state", state, "--json"]);
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A case without when the server noticed, which no two servers share.
fn timeless(mut case: Value) -> Value {
    for key in ["opened_ms", "changed_ms"] {
        assert!(case[key].as_u64().unwrap() > 0, "{case}");
        case[key] = Value::Null;
    }
    case
}

/// Both gates admit the ticket, the second a minute after the first.
fn both() -> [(&'static str, Vec<u8>); 2] {
    [
        ("pi-1", segment("pi-1", 1, None, vec![at("north", 0)])),
        ("pi-2", segment("pi-2", 1, None, vec![at("south", 60)])),
    ]
}

#[test]
pub(super) fn whichever_gate_uploads_first_the_case_is_the_same() {
    let found = [[0, 1], [1, 0]].map(|order| {
        let (server, ..) = server();
        for gate in order {
            let (device, segment) = &both()[gate];
            upload(&server, device, segment);
        }
        let [case] = <[Value; 1]>::try_from(cases(&server, "open")).unwrap();
        assert_eq!(server.attendance()["open_conflicts"], 1);
        timeless(case)
    });
    assert_eq!(found[0], found[1]);

    let case = &found[0];
    assert_eq!((&case["case"], &case["event"]), (&json!(CASE), &json!(EVENT)));
    let finding = &case["findings"][0];
    assert_eq!(finding["reason"], "ALREADY_USED");
    let told = |fact: &Value| {
        let word = |key: &str| fact[key].as_str().unwrap().to_owned();
        (word("device"), word("gate"), word("ticket"), word("operator"))
    };
    let expected = |device: &str, gate: &str| (device.into(), gate.into(), CASE.into(), "op-9".into());
    assert_eq!(told(&finding["denied"]), expected("pi-2", "south"));
    assert_eq!(told(&finding["because"]), expected("pi-1", "north"));
    assert_eq!(
        finding["denied"]["now"],
        json!({
            "earliest": (AT + 60) * 1000 - 300,
            "latest": (AT + 60) * 1000 + 500,
            "best": (AT + 60) * 1000,
            "state": "holdover",
        })
    );
}

#[test]
fn a_case_reaches_both_gates_with_their_next_sync_and_staff_see_it() {
    let (server, mut one, mut other) = server();
    let code = add_ticket(&server, "0808080808080808");
    let ticket = TicketId::new(&[8; 8]).unwrap();
    for (gate, after_s) in [(&mut one, 0), (&mut other, 60)] {
        let draft = Draft {
            ticket: Some(ticket),
            ..at("north", after_s)
        };
        gate.ledger.record(&draft).unwrap();
        gate.sync().unwrap();
    }
    for gate in [&mut one, &mut other] {
        gate.sync().unwrap();
        assert!(gate.ledger.look_up(&ticket).unwrap().conflict);
        let output = gate.run(&["status", "--json"]);
        let status: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(status["open_conflicts"], 1);
    }
    let Gate { folder, ledger } = one;
    drop(ledger);
    let scan = |mode: &str| {
        let mut scan = wicket()
            .args(["scan", "--json", "--mode", mode, "--data"])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        scan.stdin.take().unwrap().write_all(code.as_bytes()).unwrap();
        let output = scan.wait_with_output().unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let refused = scan("entry");
    assert_eq!(
        (&refused["verdict"], &refused["reason"]),
        (&json!("deny"), &json!("ALREADY_USED"))
    );
    let left = scan("exit");
    assert_eq!(left["verdict"], "admit");
    for told in [refused, left] {
        let flags = told["flags"].as_array().unwrap();
        assert!(flags.contains(&json!("conflict")), "{told}");
    }
}

#[test]
fn a_case_is_looked_at_resolved_and_opened_again_by_more() {
    let (server, mut gate, _) = server();
    let third = server.gate("pi-3");
    for (device, segment) in both() {
        upload(&server, device, &segment);
    }
    let shown = server.admin(&["conflict", "show", CASE]);
    for word in [
        "open",
        "ALREADY_USED",
        "south",
        "pi-2",
        "north",
        "pi-1",
        "holdover",
        "op-9",
    ] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    let listed = server.admin(&["conflict", "list", "--gate", "south"]);
    assert!(listed.starts_with(CASE), "{listed}");
    assert_eq!(server.admin(&["conflict", "list", "--gate", "sout"]), "");

    for silent in ["", "  "] {
        let refused = server.try_admin(&["conflict", "resolve", CASE, "--note", silent]);
        assert!(!refused.status.success());
    }
    server.admin(&["conflict", "resolve", CASE, "--note", "twins, \"both\" paid"]);
    assert_eq!(cases(&server, "open"), [Value::Null; 0]);
    let [resolved] = <[Value; 1]>::try_from(cases(&server, "resolved")).unwrap();
    assert_eq!(
        (&resolved["note"], &resolved["resolved_by"]),
        (&json!("twins, \"both\" paid"), &json!("admin"))
    );
    assert_eq!(server.attendance()["open_conflicts"], 0);
    gate.sync().unwrap();
    assert_eq!(gate.ledger.status().unwrap().open_conflicts, 0);

    // The same facts once more change nothing; a third entry does.
    let (again, _) = Device::new("pi-2").uploaded(&server, &[both()[1].1.clone()]);
    assert_eq!(again.items, [ItemAnswer::AlreadyHeld]);
    assert_eq!(cases(&server, "open").len(), 0);
    upload(&server, "pi-3", &segment("pi-3", 1, None, vec![at("east", 30)]));
    let [open] = <[Value; 1]>::try_from(cases(&server, "open")).unwrap();
    assert_eq!(open["findings"].as_array().unwrap().len(), 2);
    assert_eq!(open["note"], resolved["note"]);
    gate.sync().unwrap();
    assert_eq!(gate.ledger.status().unwrap().open_conflicts, 1);
    drop(third);
}

#[test]
pub(super) fn what_was_given_back_or_recorded_in_error_withdraws_a_case() {
    let released = |denied: FactRef| Draft {
        kind: Kind::Released(denied),
        ..at("south", 61)
    };
    let void = |denied: FactRef| Draft {
        kind: Kind::Void(FactRange {
            stream: denied.stream,
            first: denied.sequence,
            last: denied.sequence,
        }),
        ticket: None,
        ..at("south", 61)
    };
    for undo in [released, void] as [fn(FactRef) -> Draft; 2] {
        let (server, mut gate, _) = server();
        for (device, segment) in both() {
            upload(&server, device, &segment);
        }
        let denied = FactRef {
            stream: stream("pi-2"),
            sequence: Sequence(1),
        };
        let previous = Segment::hash(&both()[1].1);
        let next = segment("pi-2", 2, Some(previous), vec![undo(denied)]);
        upload(&server, "pi-2", &next);
        assert_eq!(cases(&server, "open").len(), 0);
        let [withdrawn] = <[Value; 1]>::try_from(cases(&server, "withdrawn")).unwrap();
        assert_eq!(withdrawn["findings"][0]["denied"]["device"], "pi-2");
        gate.sync().unwrap();
        assert_eq!(gate.ledger.status().unwrap().open_conflicts, 0);
        let refused = server.try_admin(&["conflict", "resolve", CASE, "--note", "seen"]);
        assert!(!refused.status.success());
    }
}

#[test]
fn an_entry_after_the_revocation_has_a_case_and_one_before_it_has_none() {
    // Before this test was written, and long after it was run last.
    for (after_s, expected) in [(0, 0), (1_890_000_000 - AT, 1)] {
        let (server, ..) = server();
        server.admin(&["ticket", "revoke", "--event", EVENT, "--ticket", CASE]);
        upload(
            &server,
            "pi-1",
            &segment("pi-1", 1, None, vec![at("north", after_s)]),
        );
        let cases = cases(&server, "open");
        assert_eq!(cases.len(), expected);
        assert!(
            cases
                .iter()
                .all(|case| case["findings"][0]["reason"] == "REVOKED")
        );
    }
}

#[test]
fn a_ticket_that_was_never_issued_has_a_case_until_it_is() {
    let (server, ..) = server();
    let draft = Draft {
        ticket: Some(TicketId::new(&[9; 8]).unwrap()),
        ..at("north", 0)
    };
    upload(&server, "pi-1", &segment("pi-1", 1, None, vec![draft]));
    let [case] = <[Value; 1]>::try_from(cases(&server, "open")).unwrap();
    assert_eq!(case["findings"][0]["reason"], "NOT_ON_LIST");
    // Sold elsewhere, and listed late.
    add_ticket(&server, "0909090909090909");
    assert_eq!(cases(&server, "open").len(), 0);
    assert_eq!(cases(&server, "withdrawn").len(), 1);
}

#[test]
fn an_event_without_a_list_says_nothing_about_tickets() {
    let server = Server::with_tickets(0);
    let _gate = server.gate("pi-1");
    upload(
        &server,
        "pi-1",
        &segment("pi-1", 1, None, vec![at("north", 0), at("north", 1)]),
    );
    assert_eq!(cases(&server, "all").len(), 0);
    // Its first ticket makes it one with a list, which tells of the entries before too.
    add_ticket(&server, CASE);
    assert_eq!(cases(&server, "open").len(), 1);
}

#[test]
fn cases_are_exported_for_people_and_programs() {
    let (server, ..) = server();
    for (device, segment) in both() {
        upload(&server, device, &segment);
    }
    server.admin(&["conflict", "resolve", CASE, "--note", "seen, all well"]);
    let export = |format: &str| server.admin(&["conflict", "export", "--format", format]);
    let array: Vec<Value> = serde_json::from_str(&export("json")).unwrap();
    assert_eq!(array, cases(&server, "resolved"));
    let csv = export("csv");
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 2);
    let start = format!(
        "{EVENT},{CASE},resolved,ALREADY_USED,{CASE},entry,south,pi-2,op-9,1,2026-11-18T11:07:40Z,2026-11-18T11:07:39.7Z,2026-11-18T11:07:40.5Z,holdover,{CASE},entry,north,pi-1,"
    );
    assert!(lines[1].starts_with(&start), "{}", lines[1]);
    assert!(lines[1].contains(",\"seen, all well\","), "{}", lines[1]);
}

/// A request with a device's signature.
fn ask(server: &Server, method: &str, path: &str, body: &[u8]) -> Answer {
    let authorization = Device::new("pi-1").sign(method, path, body);
    let headers = [authorization, "accept: application/json".to_owned()];
    send(&server.address, method, path, &headers, body)
}

#[test]
pub(super) fn cases_are_read_page_by_page_and_resolved_over_http() {
    let (server, ..) = server();
    let drafts = (1..=3_u8).map(|ticket| Draft {
        ticket: Some(TicketId::new(&[ticket; 8]).unwrap()),
        ..at("north", 0)
    });
    upload(&server, "pi-1", &segment("pi-1", 1, None, drafts.collect()));
    let read = |query: &str| -> Value {
        let answer = ask(&server, "GET", &format!("/sync/v1/conflicts{query}"), b"");
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_slice(&answer.body).unwrap()
    };
    let ids = |page: &Value| -> Vec<String> {
        let conflicts = page["conflicts"].as_array().unwrap().iter();
        conflicts
            .map(|case| case["case"].as_str().unwrap()[..2].to_owned())
            .collect()
    };
    assert_eq!(ids(&read("")), ["01", "02", "03"]);
    let first = read("?limit=2");
    assert_eq!(ids(&first), ["01", "02"]);
    let rest = read(&format!("?limit=2&after={}", first["next"].as_str().unwrap()));
    assert_eq!((ids(&rest), &rest["next"]), (vec!["03".to_owned()], &Value::Null));
    assert_eq!(ids(&read("?gate=south")), [""; 0]);
    for wrong in ["?limit=0", "?limit=101", "?state=shut", "?gate=A", "?after=1"] {
        assert_eq!(
            ask(&server, "GET", &format!("/sync/v1/conflicts{wrong}"), b"").status,
            400,
            "{wrong}"
        );
    }

    let resolve = |body: &Value| {
        ask(
            &server,
            "POST",
            "/sync/v1/conflicts/resolve",
            body.to_string().as_bytes(),
        )
    };
    let answer = resolve(&json!({"case": "0101010101010101", "note": "a forgery"}));
    assert_eq!(answer.status, 200, "{answer:?}");
    let case: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(
        (&case["state"], &case["resolved_by"]),
        (&json!("resolved"), &json!("device pi-1"))
    );
    assert_eq!(ids(&read("?state=resolved")), ["01"]);
    assert_eq!(ids(&read("?state=open")), ["02", "03"]);
    assert_eq!(
        resolve(&json!({"case": "0101010101010101", "note": ""})).status,
        409
    );
    assert_eq!(resolve(&json!({"case": CASE, "note": "what case?"})).status, 409);
    assert_eq!(resolve(&json!({"case": "01", "note": "x"})).status, 400);
    let unsigned = send(&server.address, "GET", "/sync/v1/conflicts", &[], b"");
    assert_eq!(unsigned.status, 401);
}

#[test]
fn a_blocked_ticket_comes_back_and_a_revoked_one_does_not() {
    let (server, mut gate, _) = server();
    let ticket = TicketId::new(&TICKET).unwrap();
    let mut status = |server: &Server, verb: &str| {
        let done = server.try_admin(&["ticket", verb, "--event", EVENT, "--ticket", CASE]);
        gate.sync().unwrap();
        let known = gate.ledger.look_up(&ticket).unwrap();
        let wicket::domain::admission::Listing::Listed(row) = known.listing else {
            panic!("not listed")
        };
        let said = String::from_utf8(done.stderr).unwrap();
        (done.status.success(), format!("{:?}", row.status), said)
    };
    for (verb, expected) in [
        ("block", (true, "Blocked")),
        ("block", (true, "Blocked")),
        ("unblock", (true, "Valid")),
        ("block", (true, "Blocked")),
        ("revoke", (true, "Revoked")),
        ("unblock", (false, "Revoked")),
        ("block", (false, "Revoked")),
        ("revoke", (true, "Revoked")),
    ] {
        let (done, stands, said) = status(&server, verb);
        assert_eq!((done, stands.as_str()), expected, "{verb}: {said}");
        assert!(done || said.contains("for ever"), "{said}");
    }
}
