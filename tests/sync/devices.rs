use wicket::sync::SyncError;
use wicket::wire::upload::{ItemAnswer, codes};

use super::raw::{Device, send};
use super::samples::{sealed, segment};
use super::{EVENT, Server, seed, unique};

const LIST: &str = "/sync/v1/snapshot";

#[test]
pub(super) fn a_request_counts_once_also_after_the_server_was_killed() {
    let mut server = Server::with_tickets(0);
    let _gate = server.gate("pi-1");
    let mut device = Device::new("pi-1");
    let older = [device.sign("GET", LIST, b"")];
    let newer = [device.sign("GET", LIST, b"")];
    assert_eq!(send(&server.address, "GET", LIST, &newer, b"").status, 200);
    for replayed in [&newer, &older] {
        assert_eq!(
            send(&server.address, "GET", LIST, replayed, b"").code(),
            "replayed"
        );
    }
    server.kill();
    server.start();
    assert_eq!(send(&server.address, "GET", LIST, &newer, b"").code(), "replayed");
}

#[test]
fn a_signature_holds_for_its_method_path_and_body_alone() {
    let server = Server::with_tickets(0);
    let _gate = server.gate("pi-1");
    let mut device = Device::new("pi-1");
    let mut other = Device::new("pi-9");
    let cases = [
        (
            "GET",
            "/sync/v1/attendance",
            device.sign("GET", LIST, b""),
            "bad-signature",
        ),
        ("GET", LIST, device.sign("POST", LIST, b""), "bad-signature"),
        (
            "POST",
            "/sync/v1/check-ins",
            device.sign("POST", "/sync/v1/check-ins", b"other"),
            "bad-signature",
        ),
        ("GET", LIST, other.sign("GET", LIST, b""), "unknown-device"),
        ("GET", LIST, "authorization: Bearer abc".to_owned(), "malformed"),
        ("GET", LIST, "authorization: Wicket AAAA".to_owned(), "malformed"),
        ("GET", LIST, "x: y".to_owned(), "unsigned"),
    ];
    for (method, path, header, code) in cases {
        let answer = send(&server.address, method, path, &[header], b"");
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (401, code),
            "{method} {path}"
        );
    }
}

#[test]
fn another_devices_key_signs_nothing_for_this_one() {
    let server = Server::with_tickets(0);
    let (_one, _two) = (server.gate("pi-1"), server.gate("pi-2"));
    let mut two = Device::new("pi-2");
    let stolen = two.sign("GET", LIST, b"");
    let mut forged = Device::new("pi-1");
    forged.name = "pi-1".to_owned();
    assert_eq!(
        send(
            &server.address,
            "GET",
            LIST,
            &[forged.sign("GET", LIST, b"")],
            b""
        )
        .status,
        200
    );
    assert_eq!(
        send(
            &server.address,
            "GET",
            LIST,
            &[stolen.replace("Wicket ", "Wicket A")],
            b""
        )
        .status,
        401
    );
}

#[test]
pub(super) fn a_revoked_device_is_refused_keeps_its_check_ins_and_what_it_sent_before_stays() {
    let server = Server::with_tickets(0);
    let mut gate = server.gate("pi-1");
    let mut witness = server.gate("pi-2");
    gate.enter(&[1; 8]);
    gate.sync().unwrap();
    server.admin(&["device", "revoke", "pi-1", "--event", EVENT]);
    gate.enter(&[2; 8]);
    let refused = gate.sync();
    assert!(
        matches!(&refused, Err(SyncError::Wiped { unsent: 1 })),
        "{refused:?}"
    );
    assert_eq!(gate.unsent(), 1);
    assert_eq!(server.attendance()["facts"], 1);

    // A new gate reads facts of a device whose key is revoked by then.
    let down = witness.sync().unwrap().down;
    assert_eq!(down.segments, 1);
    // What another carries for it is set aside.
    let late = sealed(&segment("pi-1", unique(), 1, None, &[3]), &seed("pi-1"));
    let (word, _) = Device::new("pi-2").uploaded(&server, &[late]);
    assert!(matches!(&word.items[0], ItemAnswer::Refused { code, .. } if code == codes::DEVICE_NOT_BELIEVED));
}

#[test]
fn refusals_are_json_for_those_who_ask() {
    let server = Server::with_tickets(0);
    let answer = send(
        &server.address,
        "GET",
        "/",
        &["accept: application/json".to_owned()],
        b"",
    );
    assert_eq!(answer.status, 404);
    let refusal: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(refusal["code"], "no-such-route");
    assert!(answer.head.contains("no-store"), "{}", answer.head);
}
