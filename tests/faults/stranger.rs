//! The answers of those who are not the server.

use std::io::{self, Write};

use super::fault::Stranger;
use super::http::Message;

const HTML: &str = "content-type: text/html\r\n";
const PAGE: &[u8] = b"<html><body>Please <a href=\"/login\">log in</a></body></html>";
/// Beyond what any client keeps of a head.
const HUGE_BYTES: usize = 1 << 20;
/// Beyond what any client counts of headers.
const MANY: usize = 300;

impl Stranger {
    /// Answers, as long as the client listens.
    pub(super) fn speak(self, client: &mut impl Write) -> io::Result<()> {
        let whole = |status: &str, headers: &str| Message::answer(status, headers, PAGE).bytes();
        let bytes = match self {
            Self::Failed => whole("500 Internal Server Error", HTML),
            Self::BadGateway => whole("502 Bad Gateway", HTML),
            Self::TooMany(None) => whole("429 Too Many Requests", HTML),
            Self::TooMany(Some(seconds)) => whole("429 Too Many Requests", &retry_after(seconds)),
            Self::Unavailable(seconds) => whole("503 Service Unavailable", &retry_after(seconds)),
            Self::Portal => whole("200 OK", HTML),
            Self::Redirect => whole("302 Found", "location: http://login.invalid/\r\n"),
            Self::HugeHead => whole("200 OK", &format!("x: {}\r\n", "x".repeat(HUGE_BYTES))),
            Self::ManyHeaders => whole("200 OK", &"x: x\r\n".repeat(MANY)),
            Self::Noise => b"SSH-2.0-OpenSSH_9.2p1\r\n".to_vec(),
            Self::Endless => return endless(client),
        };
        client.write_all(&bytes)
    }
}

fn retry_after(seconds: u64) -> String {
    format!("{HTML}retry-after: {seconds}\r\n")
}

fn endless(client: &mut impl Write) -> io::Result<()> {
    client.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/cbor\r\n\r\n")?;
    loop {
        client.write_all(&[0; 4096])?;
    }
}
