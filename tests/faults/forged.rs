//! Answers that nobody but the server may give.

use ed25519_dalek::SigningKey;
use wicket::wire::upload::{Answer, Held, ItemAnswer, Receipt, Upload};
use wicket::wire::{Context, Segment, Signed, compression, from_cbor, to_cbor};

use super::http::Message;
use crate::sync::{EVENT, Server};

/// Far more than any message here.
const BYTES_MAX: usize = 1 << 24;

/// The server's answer to a request, signed by another key.
pub(super) fn by_a_stranger(request: &Message, answer: &Message) -> Message {
    let bytes = unpacked(answer);
    match request.route().as_str() {
        "GET /sync/v1/time" => packed(&signed_anew(Context::Time, &bytes)),
        "GET /sync/v1/snapshot" => packed(&signed_anew(Context::SnapshotPage, &bytes)),
        "GET /sync/v1/log" => packed(&signed_anew(Context::LogPage, &bytes)),
        "POST /sync/v1/check-ins" => {
            let mut answer: Answer = from_cbor(&bytes).unwrap();
            for receipt in &mut answer.receipts {
                *receipt = signed_anew(Context::Receipt, receipt).into();
            }
            packed(&to_cbor(&answer))
        }
        other => panic!("{other} is signed by nobody"),
    }
}

/// An answer with a receipt of the server's own for everything in an upload.
pub(super) fn by_the_server(server: &Server, request: &Message) -> Message {
    let upload: Upload = from_cbor(&unpacked(request)).unwrap();
    let held = upload.segments.iter().map(|bytes| {
        let segment = Segment::unverified(bytes).unwrap();
        Held {
            stream: segment.stream,
            holds: segment.last(),
            tip: Some(Segment::hash(bytes)),
        }
    });
    let log: [u8; 16] = server
        .database()
        .query_row("SELECT log FROM events", [], |row| row.get(0))
        .unwrap();
    let lie = Receipt {
        event: EVENT.parse().unwrap(),
        log: log.into(),
        as_of: wicket::server::now(),
        held: held.collect(),
        whole_of: None,
    };
    packed(&to_cbor(&Answer {
        items: vec![ItemAnswer::Stored; upload.segments.len()],
        receipts: vec![lie.seal(&secret(server)).into()],
        ..Answer::default()
    }))
}

fn signed_anew(context: Context, bytes: &[u8]) -> Vec<u8> {
    let stranger = SigningKey::from_bytes(&[0x66; 32]);
    let signed = Signed::from_bytes(bytes).unwrap();
    Signed::seal(context, &stranger, signed.unverified().to_vec()).to_bytes()
}

fn secret(server: &Server) -> SigningKey {
    let secret: [u8; 32] = server
        .database()
        .query_row("SELECT secret FROM server_key", [], |row| row.get(0))
        .unwrap();
    SigningKey::from_bytes(&secret)
}

fn unpacked(message: &Message) -> Vec<u8> {
    match message.header("content-encoding") {
        Some("zstd") => compression::unpack(&message.body, BYTES_MAX).unwrap(),
        _ => message.body.clone(),
    }
}

fn packed(bytes: &[u8]) -> Message {
    let body = compression::pack(bytes).unwrap();
    let headers = "content-type: application/cbor\r\ncontent-encoding: zstd\r\n";
    Message::answer("200 OK", headers, &body)
}
