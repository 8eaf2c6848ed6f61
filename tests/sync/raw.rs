//! HTTP by hand, for requests that no gate of ours would send.

use std::io::{Read, Write};
use std::net::TcpStream;

use ed25519_dalek::{SigningKey, VerifyingKey};
use wicket::wire::request::{Refusal, RequestClaims, hash};
use wicket::wire::upload::{Answer as UploadAnswer, Held, Receipt, Upload};
use wicket::wire::{compression, from_cbor, to_cbor};

use super::{EVENT, Server, seed, unique};

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The code of a refusal.
    pub(crate) fn code(&self) -> String {
        from_cbor::<Refusal>(&self.body)
            .unwrap_or_else(|why| panic!("{why}: {self:?}"))
            .code
    }
}

/// Sends one request with these header lines and reads its answer to the end.
pub(crate) fn send(address: &str, method: &str, path: &str, headers: &[String], body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: gate\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    // A server that refuses by the head alone need not read the rest.
    let _ = stream.write_all(body);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        body: bytes[end..].to_vec(),
        head,
    }
}

/// A device that signs by hand.
pub(crate) struct Device {
    pub(super) name: String,
    epoch: [u8; 16],
    counter: u64,
}

impl Device {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            epoch: unique(),
            counter: 0,
        }
    }

    /// The `authorization` line of its next request.
    pub(crate) fn sign(&mut self, method: &str, path: &str, body: &[u8]) -> String {
        self.counter += 1;
        let claims = RequestClaims {
            event: EVENT.parse().unwrap(),
            device: self.name.parse().unwrap(),
            method: method.to_owned(),
            path: path.to_owned(),
            body: hash(body),
            epoch: self.epoch.into(),
            counter: self.counter,
        };
        format!(
            "authorization: {}",
            claims.seal(&SigningKey::from_bytes(&seed(&self.name)))
        )
    }

    /// Uploads segments as they are.
    pub(super) fn upload(&mut self, server: &Server, segments: &[Vec<u8>]) -> Answer {
        let segments = segments.iter().map(|bytes| bytes.clone().into()).collect();
        self.post(server, &to_cbor(&Upload { segments, have: None }))
    }

    /// Posts check-ins with this body, packed.
    pub(super) fn post(&mut self, server: &Server, body: &[u8]) -> Answer {
        let body = compression::pack(body).unwrap();
        let authorization = self.sign("POST", "/sync/v1/check-ins", &body);
        let headers = [authorization, "content-encoding: zstd".to_owned()];
        send(&server.address, "POST", "/sync/v1/check-ins", &headers, &body)
    }

    /// Uploads, and reads the answer with the server's signed word.
    pub(super) fn uploaded(&mut self, server: &Server, segments: &[Vec<u8>]) -> (UploadAnswer, Vec<Held>) {
        let answer = self.upload(server, segments);
        assert_eq!(answer.status, 200, "{answer:?}");
        let answer: UploadAnswer = from_cbor(&answer.body).unwrap();
        let receipt = Receipt::open(&answer.receipts[0], &server_key(server)).unwrap();
        assert_eq!(receipt.whole_of.unwrap().as_str(), self.name);
        (answer, receipt.held)
    }
}

/// The server's public key.
pub(super) fn server_key(server: &Server) -> VerifyingKey {
    server.db().server_key(&[0; 32]).unwrap().verifying_key()
}
