use wicket::wire::limits::{SEGMENT_FACTS_MAX, UPLOAD_BYTES_MAX, UPLOAD_FACTS_MAX, UPLOAD_PACKED_BYTES_MAX};

use super::raw::{Device, send};
use super::samples::{sealed, segment};
use super::{Server, seed, unique};

#[test]
fn bodies_beyond_their_limit_are_refused() {
    let server = Server::with_tickets(0);
    let _gate = server.gate("pi-1");
    let mut device = Device::new("pi-1");
    for (path, bytes) in [
        ("/sync/v1/enrol", 17 << 10),
        ("/sync/v1/check-ins", UPLOAD_PACKED_BYTES_MAX + 1),
    ] {
        let body = vec![0; bytes];
        let answer = send(
            &server.address,
            "POST",
            path,
            &[device.sign("POST", path, &body)],
            &body,
        );
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (413, "too-large"),
            "{path}"
        );
    }
}

#[test]
fn a_small_body_that_unpacks_to_a_huge_one_is_refused() {
    let server = Server::with_tickets(0);
    let _gate = server.gate("pi-1");
    let answer = Device::new("pi-1").post(&server, &vec![0; UPLOAD_BYTES_MAX + 1]);
    assert_eq!((answer.status, answer.code().as_str()), (400, "malformed"));
}

#[test]
fn an_upload_takes_so_many_facts_and_not_one_more() {
    let server = Server::with_tickets(0);
    let _gate = server.gate("pi-1");
    let mut device = Device::new("pi-1");
    let full = |facts: usize| {
        sealed(
            &segment("pi-1", unique(), 1, None, &vec![1; facts]),
            &seed("pi-1"),
        )
    };
    let segments = UPLOAD_FACTS_MAX / SEGMENT_FACTS_MAX;
    let mut upload: Vec<Vec<u8>> = (0..segments).map(|_| full(SEGMENT_FACTS_MAX)).collect();
    device.uploaded(&server, &upload);
    upload.push(full(1));
    let answer = device.upload(&server, &upload);
    assert_eq!((answer.status, answer.code().as_str()), (413, "too-many-facts"));
}

#[test]
fn what_is_no_message_is_malformed_and_the_server_lives_on() {
    let server = Server::with_tickets(0);
    let _gate = server.gate("pi-1");
    let mut device = Device::new("pi-1");
    assert_eq!(device.post(&server, b"\xff\xff").code(), "malformed");
    assert_eq!(
        send(&server.address, "POST", "/sync/v1/enrol", &[], b"no").code(),
        "malformed"
    );
    for path in [
        "/sync/v1/time",
        "/sync/v1/time?nonce=00",
        "/sync/v1/time?nonce=zz",
    ] {
        assert_eq!(
            send(&server.address, "GET", path, &[], b"").code(),
            "malformed",
            "{path}"
        );
    }
    let place = format!("log={}&chain={}", "0".repeat(32), "0".repeat(64));
    for path in [
        "log".to_owned(),
        "log?after=1".to_owned(),
        "log?after=x&log=00&chain=00".to_owned(),
        "log?after=-1&log=&chain=".to_owned(),
        "snapshot?page=0".to_owned(),
        "snapshot?least=x".to_owned(),
        "snapshot?at=1&page=0".to_owned(),
        format!("snapshot?at=1&{place}"),
        format!("snapshot?at=1&{place}&page=-1"),
        format!("snapshot?at=x&{place}&page=0"),
    ] {
        let path = format!("/sync/v1/{path}");
        let header = device.sign("GET", &path, b"");
        assert_eq!(
            send(&server.address, "GET", &path, &[header], b"").code(),
            "malformed",
            "{path}"
        );
    }
    assert_eq!(
        send(&server.address, "POST", "/sync/v1/log", &[], b"").status,
        405
    );
}
