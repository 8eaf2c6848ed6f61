use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use super::raw::send;
use super::{EVENT, Server};
use crate::cli::wicket;

const NONCE: &str = "/sync/v1/time?nonce=00112233445566778899aabbccddeeff";

#[test]
fn plain_http_where_tls_is_spoken_is_told_so_and_nothing_else() {
    let server = Server::with_tls(0, &["--tls"]);
    for (method, path, body) in [("GET", NONCE, &b""[..]), ("POST", "/sync/v1/enrol", b"secret")] {
        let answer = send(&server.address, method, path, &[], body);
        assert_eq!((answer.status, answer.code().as_str()), (400, "tls-only"));
    }
    let json = ["accept: application/json".to_owned()];
    let answer = send(&server.address, "GET", NONCE, &json, b"");
    let said: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert!(said["message"].as_str().unwrap().contains("https://"), "{said}");
}

#[test]
fn what_only_begins_like_tls_is_cut_and_the_server_lives_on() {
    let server = Server::with_tls(0, &["--tls"]);
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream
        .write_all(&[22, 3, 1, 0, 5, 0xff, 0xff, 0xff, 0xff, 0xff])
        .unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    // At most an alert (RFC 8446 section 6), and no HTTP.
    assert_ne!(answer.first(), Some(&b'H'));
    assert_eq!(send(&server.address, "GET", NONCE, &[], b"").code(), "tls-only");
}

#[test]
fn files_that_hold_no_certificate_are_named_before_anybody_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty.pem");
    std::fs::write(&file, "").unwrap();
    let said = refused(
        folder.path(),
        &["--tls-cert", path(&file), "--tls-key", path(&file)],
    );
    assert!(
        said.contains("empty.pem") && said.contains("certificates"),
        "{said}"
    );
    let said = refused(folder.path(), &["--tls-cert", path(&file)]);
    assert!(said.contains("--tls-key"), "{said}");
}

/// What `wicket serve` says that does not start.
fn refused(folder: &Path, tls: &[&str]) -> String {
    let data = folder.join("data");
    let output = wicket()
        .args(["admin", "event", "add", EVENT, "--data", path(&data)])
        .output()
        .unwrap();
    assert!(output.status.success() || data.exists(), "{output:?}");
    let output = wicket()
        .args(["serve", "--listen", "127.0.0.1:0", "--data", path(&data)])
        .args(tls)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
