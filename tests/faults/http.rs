//! As much of HTTP/1.1 as a fault must know: where a message's head ends, how long its body is.

use std::io::{BufRead, Read};

/// More than any head here but one that is meant to be too large.
const HEAD_BYTES_MAX: u64 = 64 << 10;

/// A request or an answer, as it travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// To the empty line, which is part of it.
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Message {
    /// An answer of a server that is none of ours.
    pub(super) fn answer(status: &str, headers: &str, body: &[u8]) -> Self {
        let length = body.len();
        Self {
            head: format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n"),
            body: body.to_vec(),
        }
    }

    /// The next message of a connection; none where it ends, or breaks off, before the message does.
    pub(super) fn read(stream: &mut impl BufRead) -> Option<Self> {
        let mut head = Vec::new();
        let mut lines = stream.by_ref().take(HEAD_BYTES_MAX);
        while !head.ends_with(b"\r\n\r\n") {
            if lines.read_until(b'\n', &mut head).ok()? == 0 {
                return None;
            }
        }
        let mut message = Self {
            head: String::from_utf8(head).ok()?,
            body: Vec::new(),
        };
        message.body = vec![0; message.length()?];
        stream.read_exact(&mut message.body).ok()?;
        Some(message)
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        [self.head.as_bytes(), &self.body].concat()
    }

    /// A header's value.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// What a request asks for, without its query: `GET /sync/v1/log`.
    pub(super) fn route(&self) -> String {
        let line = self.head.lines().next().unwrap_or_default();
        let mut words = line.split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        format!("{method} {}", path.split('?').next().unwrap_or_default())
    }

    /// The same with another body, whose length the head gives.
    pub(super) fn with_body(&self, body: Vec<u8>) -> Self {
        let length = format!("content-length: {}", body.len());
        let lines = self.head.trim_end().split("\r\n").map(|line| {
            let is_length = line.to_ascii_lowercase().starts_with("content-length:");
            if is_length { length.as_str() } else { line }
        });
        Self {
            head: lines.collect::<Vec<_>>().join("\r\n") + "\r\n\r\n",
            body,
        }
    }

    fn length(&self) -> Option<usize> {
        self.header("content-length")
            .map_or(Some(0), |length| length.parse().ok())
    }
}

#[test]
fn a_message_is_read_to_its_end_and_no_further() {
    let two = b"POST /a?b=c HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /d HTTP/1.1\r\n\r\n";
    let mut stream = &two[..];
    let first = Message::read(&mut stream).unwrap();
    assert_eq!(
        (first.route().as_str(), first.body.as_slice()),
        ("POST /a", &b"abc"[..])
    );
    assert_eq!(first.bytes(), two[..46]);
    assert_eq!(Message::read(&mut stream).unwrap().route(), "GET /d");
    assert_eq!(Message::read(&mut stream), None);
    for torn in [10, 30, 45] {
        assert_eq!(Message::read(&mut &two[..torn]), None, "{torn}");
    }
    let shorter = first.with_body(b"x".to_vec()).bytes();
    assert_eq!(shorter, b"POST /a?b=c HTTP/1.1\r\ncontent-length: 1\r\n\r\nx");
}
