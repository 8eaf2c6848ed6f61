//! Devices that are believed no more: what still counts of them, and what they forget.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::Value;
use wicket::device::clock::{boot, estimated};
use wicket::domain::health::{Camera, Vitals};
use wicket::domain::ids::Sequence;
use wicket::domain::time::{Now, UnixSeconds};
use wicket::ledger::{DEVICE_KEY_SETTING, Ledger};
use wicket::sync::{Contact, Machine, Notice, SyncError, accompany};
use wicket::wire::Segment;
use wicket::wire::order::{Order, Orders};
use wicket::wire::upload::{ItemAnswer, codes};
use wicket::wire::{compression, from_cbor};

use super::raw::{Device, send, server_key};
use super::samples::{entry, sealed, segment};
use super::venue::Venue;
use super::{EVENT, Server, seed, unique};
use crate::cli::wicket;

const ORDERS: &str = "/sync/v1/orders";

fn revoke(server: &Server, device: &str, more: &[&str]) -> String {
    server.admin(&[&["device", "revoke", device, "--event", EVENT], more].concat())
}

/// The lines of `admin parked list`, split at their tabs.
fn parked(server: &Server) -> Vec<Vec<String>> {
    let listed = server.admin(&["parked", "list", "--event", EVENT]);
    let fields = |line: &str| line.split('\t').map(str::to_owned).collect();
    listed.lines().map(fields).collect()
}

fn said(output: &std::process::Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
pub(super) fn a_revoked_gate_forgets_its_list_at_its_next_contact_and_says_so_everywhere() {
    let server = Server::with_tickets(0);
    let code = server.ticket();
    let gate = Venue::new(&server, "pi-1");
    let other = server.ticket();
    gate.synced();
    assert_eq!(gate.verdict(&code), "admit");
    gate.synced();
    revoke(&server, "pi-1", &[]);
    let listed = server.admin(&["device", "list", "--event", EVENT]);
    assert!(
        listed.contains("revoked") && listed.contains("not in contact since"),
        "{listed}"
    );
    assert_eq!(gate.verdict(&other), "admit", "it has not heard of it");

    let output = gate.run(&["sync"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("had it forget the event"),
        "{}",
        said(&output)
    );
    let status = gate.status();
    assert!(status["wiped"].is_u64(), "{status}");
    assert_eq!(
        (&status["tickets"], &status["list_as_of"]),
        (&0.into(), &Value::Null)
    );
    assert_eq!((&status["facts"], &status["unsent"]), (&2.into(), &1.into()));
    let told = String::from_utf8(gate.run(&["status"]).stdout).unwrap();
    assert!(told.contains("WIPED"), "{told}");
    let scan = gate.run(&["scan"]);
    assert_eq!(scan.status.code(), Some(2));
    assert!(said(&scan).contains("admits nobody"), "{}", said(&scan));
    let listed = server.admin(&["device", "list", "--event", EVENT]);
    assert!(listed.contains("and told so at"), "{listed}");
}

#[test]
fn what_a_wiped_gate_had_not_sent_is_kept_for_rescue_and_taken_by_hand() {
    let server = Server::with_tickets(0);
    let mut gate = server.gate("pi-1");
    let mut witness = server.gate("pi-2");
    gate.enter(&[1; 8]);
    gate.sync().unwrap();
    revoke(&server, "pi-1", &[]);
    gate.enter(&[2; 8]);
    for _ in 0..2 {
        let stopped = gate.sync();
        assert!(
            matches!(stopped, Err(SyncError::Wiped { unsent: 1 })),
            "{stopped:?}"
        );
    }
    assert!(gate.ledger.setting(DEVICE_KEY_SETTING).unwrap().is_some());
    assert_eq!(server.attendance()["facts"], 1);
    let aside = parked(&server);
    assert_eq!(
        (aside.len(), aside[0][1].as_str()),
        (1, codes::DEVICE_NOT_BELIEVED)
    );
    let shown = server.admin(&["parked", "show", &aside[0][0], "--event", EVENT]);
    assert!(shown.contains("0202020202020202"), "{shown}");

    server.admin(&["parked", "take", &aside[0][0], "--event", EVENT]);
    assert_eq!(server.attendance()["facts"], 2);
    assert_eq!(parked(&server).len(), 0);
    witness.sync().unwrap();
    assert_eq!(witness.ledger.facts().unwrap().len(), 2);
    // What was taken is held, and the gate learns it; it stays wiped.
    let stopped = gate.sync();
    assert!(
        matches!(stopped, Err(SyncError::Wiped { unsent: 0 })),
        "{stopped:?}"
    );
}

#[test]
fn a_gate_that_scans_while_it_is_wiped_admits_nobody_from_then_on() {
    let server = Server::with_tickets(0);
    let codes = [server.ticket(), server.ticket()];
    let gate = Venue::new(&server, "pi-1");
    let mut scan = wicket()
        .args(["scan", "--no-sync", "--json", "--data"])
        .arg(gate.folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(scan.stdout.take().unwrap()).lines();
    let mut input = scan.stdin.take().unwrap();
    let mut judged = |code: &str| {
        writeln!(input, "{code}").unwrap();
        let line = lines.next().unwrap().unwrap();
        let verdict: Value = serde_json::from_str(&line).unwrap();
        (verdict["verdict"].to_string(), verdict["reason"].to_string())
    };
    assert_eq!(judged(&codes[0]).0, "\"admit\"");
    revoke(&server, "pi-1", &[]);
    assert_eq!(gate.run(&["sync"]).status.code(), Some(1));
    assert_eq!(
        judged(&codes[1]),
        ("\"deny\"".to_owned(), "\"OUT_OF_ORDER\"".to_owned())
    );
    drop(input);
    let output = scan.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(
        said(&output).contains("admits nobody any more"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_connected_gate_is_wiped_as_it_is_revoked_and_its_companion_ends() {
    let server = Server::with_tickets(1);
    let mut gate = server.gate("pi-1");
    let machine = Machine {
        boot: &boot,
        clock: estimated,
        random: &|| Ok(unique()),
        network: &String::new,
        vitals: &|_| {
            Ok(Vitals {
                now: Now::exactly(UnixSeconds(1_795_000_000)),
                uptime_s: 1,
                disk: None,
                camera: Camera::None,
                peers: 0,
            })
        },
    };
    let mut revoke_once = |notice: Notice<'_>| {
        if let Notice::Connected(_) = notice {
            revoke(&server, "pi-1", &[]);
        }
    };
    let contact = Contact::default();
    let ended = accompany(
        &mut gate.ledger,
        &machine,
        &contact,
        std::future::pending(),
        &mut revoke_once,
    );
    assert!(matches!(ended, Err(SyncError::Wiped { unsent: 0 })), "{ended:?}");
    assert!(gate.ledger.documents().unwrap().keyring.is_none());
    assert!(!contact.is_together());
}

#[test]
fn believing_less_takes_facts_out_of_every_count_and_out_of_the_other_gates_histories() {
    let server = Server::with_tickets(0);
    let code = server.ticket();
    let (liar, other) = (Venue::new(&server, "pi-1"), Venue::new(&server, "pi-2"));
    assert_eq!(liar.verdict(&code), "admit");
    liar.synced();
    other.synced();
    assert_eq!(other.verdict(&code), "deny ALREADY_USED");
    let streams = server.attendance()["streams"].clone();
    let stream = streams[0]["stream"].as_str().unwrap().to_owned();

    let told = revoke(&server, "pi-1", &["--believe", &format!("{stream}=0")]);
    assert!(told.contains("1 facts beyond do not count"), "{told}");
    assert_eq!(server.attendance()["facts"], 0);
    other.synced();
    assert_eq!(other.verdict(&code), "admit");
    assert_eq!(other.status()["others_facts"], 1, "nothing is deleted");

    // It was no lie after all.
    revoke(&server, "pi-1", &["--believe", &format!("{stream}=1")]);
    assert_eq!(server.attendance()["zones"]["venue"]["entries"], 1);
    revoke(&server, "pi-1", &["--believe-none"]);
    assert_eq!(server.attendance()["facts"], 0);
    let elses = server.try_admin(&[
        "device",
        "revoke",
        "pi-2",
        "--event",
        EVENT,
        "--believe",
        &format!("{stream}=1"),
    ]);
    assert!(
        said(&elses).contains("did not make the stream"),
        "{}",
        said(&elses)
    );
}

#[test]
fn a_case_that_rests_on_what_is_not_believed_is_withdrawn_and_comes_back_with_the_belief() {
    let server = Server::with_tickets(0);
    let code = server.ticket();
    let (one, liar) = (Venue::new(&server, "pi-1"), Venue::new(&server, "pi-2"));
    for gate in [&one, &liar] {
        assert_eq!(gate.verdict(&code), "admit", "they were apart");
        gate.synced();
    }
    let state = || -> i64 {
        let query = "SELECT state FROM cases";
        server.database().query_row(query, [], |row| row.get(0)).unwrap()
    };
    const OPEN: i64 = 0;
    const WITHDRAWN: i64 = 2;
    assert_eq!(state(), OPEN);
    let streams = server.attendance()["streams"].clone();
    let streams = streams.as_array().unwrap();
    let of_liar = streams.iter().find(|stream| stream["device"] == "pi-2").unwrap();
    let stream = of_liar["stream"].as_str().unwrap();
    revoke(&server, "pi-2", &["--believe-none"]);
    assert_eq!(state(), WITHDRAWN);
    revoke(&server, "pi-2", &["--believe", &format!("{stream}=1")]);
    assert_eq!(state(), OPEN);
}

#[test]
fn segments_of_a_revoked_device_are_taken_in_order_and_those_believed_as_they_come() {
    let server = Server::with_tickets(0);
    let _gate = server.gate("pi-1");
    let mut carrier = Device::new("pi-2");
    let _carrier = server.gate("pi-2");
    let stream = unique();
    let (mut parts, mut previous) = (Vec::new(), None);
    for first in [1, 3, 5] {
        let bytes = sealed(
            &segment("pi-1", stream, first, previous, &[first as u8, 9]),
            &seed("pi-1"),
        );
        previous = Some(Segment::hash(&bytes));
        parts.push(bytes);
    }
    let name: String = stream.iter().map(|byte| format!("{byte:02x}")).collect();
    // Two facts were made before it was stolen, and are still on a stick.
    revoke(&server, "pi-1", &["--believe", &format!("{name}=2")]);
    let (word, held) = carrier.uploaded(&server, &parts);
    assert_eq!(word.items[0], ItemAnswer::Stored);
    for item in &word.items[1..] {
        assert!(
            matches!(item, ItemAnswer::Refused { code, .. } if code == codes::DEVICE_NOT_BELIEVED),
            "{item:?}"
        );
    }
    assert_eq!(held[0].holds, Sequence(2));
    let aside = parked(&server);
    let take = |hash: &str| server.try_admin(&["parked", "take", hash, "--event", EVENT]);
    let skipped = take(&aside[1][0]);
    assert!(
        said(&skipped).contains("take what lies between"),
        "{}",
        said(&skipped)
    );
    assert!(take(&aside[0][0]).status.success() && take(&aside[1][0]).status.success());
    assert_eq!(server.attendance()["facts"], 6);
}

#[test]
pub(super) fn more_admissions_a_minute_than_a_gate_can_make_are_held_for_review() {
    let server = Server::with_tickets(0);
    let _gate = server.gate("pi-1");
    let mut device = Device::new("pi-1");
    // All in one minute by their own time, whenever they come.
    let within_a_minute = |first: u8, count: u8| {
        let mut facts = segment("pi-1", unique(), 1, None, &vec![1; count.into()]);
        for (number, draft) in facts.drafts.iter_mut().enumerate() {
            let ticket = [first, number as u8, 0, 0, 0, 0, 0, 0];
            draft.ticket = entry(&ticket).ticket;
        }
        sealed(&facts, &seed("pi-1"))
    };
    let (most, one_more) = (within_a_minute(1, 120), within_a_minute(2, 1));
    assert_eq!(device.uploaded(&server, &[most]).0.items, [ItemAnswer::Stored]);
    let (word, _) = device.uploaded(&server, std::slice::from_ref(&one_more));
    assert!(
        matches!(&word.items[0], ItemAnswer::Refused { code, .. } if code == codes::TOO_MANY_ADMISSIONS),
        "{word:?}"
    );
    assert_eq!(server.attendance()["facts"], 120);
    let aside = parked(&server);
    assert_eq!(aside[0][1], codes::TOO_MANY_ADMISSIONS);
    // Exits of a crowd are no admissions, and another minute is another minute.
    let later = sealed(&segment("pi-1", unique(), 1, None, &[200]), &seed("pi-1"));
    assert_eq!(device.uploaded(&server, &[later]).0.items, [ItemAnswer::Stored]);
    server.admin(&["parked", "take", &aside[0][0], "--event", EVENT]);
    assert_eq!(server.attendance()["facts"], 122);
    assert_eq!(
        device.uploaded(&server, &[one_more]).0.items,
        [ItemAnswer::AlreadyHeld]
    );
}

#[test]
fn what_is_forged_cannot_be_taken_by_hand_either() {
    let server = Server::with_tickets(0);
    let _gate = server.gate("pi-1");
    let forged = sealed(&segment("pi-1", unique(), 1, None, &[1]), &[7; 32]);
    Device::new("pi-1").uploaded(&server, &[forged, b"garbage".to_vec()]);
    let aside = parked(&server);
    assert_eq!(aside.len(), 2);
    for line in &aside {
        let taken = server.try_admin(&["parked", "take", &line[0], "--event", EVENT]);
        assert!(said(&taken).contains("cannot be taken"), "{}", said(&taken));
    }
    let unknown = server.try_admin(&["parked", "take", "%", "--event", EVENT]);
    assert!(said(&unknown).contains("parked list"), "{}", said(&unknown));
}

#[test]
fn orders_can_be_carried_to_a_gate_that_never_meets_the_server() {
    let server = Server::with_tickets(1);
    let (mut lost, mut friend) = (server.gate("pi-1"), server.gate("pi-2"));
    let _carrier = server.gate("pi-3");
    lost.sync().unwrap();
    friend.sync().unwrap();
    revoke(&server, "pi-1", &[]);
    let authorization = Device::new("pi-3").sign("GET", ORDERS, b"");
    let headers = [authorization, "accept-encoding: zstd".to_owned()];
    let answer = send(&server.address, "GET", ORDERS, &headers, b"");
    let orders: Orders = from_cbor(&compression::unpack(&answer.body, 1 << 20).unwrap()).unwrap();
    assert_eq!(orders.orders.len(), 1);
    assert!(Order::open(&orders.orders[0], &server_key(&server)).is_ok());

    for (gate, device, is_meant) in [(&mut friend, "pi-2", false), (&mut lost, "pi-1", true)] {
        let enrolment = wicket::sync::enrolment(&mut gate.ledger).unwrap();
        let key = ed25519_dalek::SigningKey::from_bytes(&seed(device)).verifying_key();
        let obeyed = wicket::sync::obey(&mut gate.ledger, &enrolment, &key, &orders.orders).unwrap();
        assert_eq!(obeyed, is_meant, "{device}");
        assert_eq!(
            gate.ledger.documents().unwrap().keyring.is_none(),
            is_meant,
            "{device}"
        );
    }
    // It needs no server to know.
    let handed = server.admin(&["device", "list", "--event", EVENT]);
    assert!(handed.contains("not in contact since"), "{handed}");
}

#[test]
fn a_suspended_device_is_told_to_wait_and_forgets_nothing() {
    let server = Server::with_tickets(1);
    let code = server.code("pi-1");
    let mut gate = super::Gate::new();
    wicket::sync::enrol(&mut gate.ledger, &code, &seed("pi-1"), estimated).unwrap();
    gate.sync().unwrap();
    // Somebody else comes with the same code.
    let mut impostor = super::Gate::new();
    assert!(wicket::sync::enrol(&mut impostor.ledger, &code, &seed("pi-x"), estimated).is_err());
    let refused = gate.sync();
    assert!(
        matches!(&refused, Err(SyncError::Refused(refusal)) if refusal.code == "suspended-device" && refusal.order.is_none()),
        "{refused:?}"
    );
    assert!(gate.ledger.documents().unwrap().keyring.is_some());
}
