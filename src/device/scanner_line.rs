//! A scanner that gives a code a line, as hardware scanners do in serial and keyboard mode.

use std::io::{self, BufRead};

/// The most bytes of a line: four times the longest code, so that a code with a scanner's additions fits and a
/// flood without a line's end takes no memory.
pub const LINE_BYTES_MAX: usize = 4096;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Its text, spaces and all, without the line's end.
    Text(String),
    /// Longer than [`LINE_BYTES_MAX`], or not UTF-8: no code.
    NoText,
}

/// The lines of a source, in order. A line ends with CR, LF or both: a base45 text has neither, and scanners differ.
#[derive(Debug)]
pub struct Lines<R> {
    source: R,
    /// The line before ended with CR, so an LF that follows belongs to it.
    after_cr: bool,
}

/// A line in the making, of which no more is kept than a line may have.
#[derive(Default)]
struct Partial {
    bytes: Vec<u8>,
    too_long: bool,
}

impl<R: BufRead> Lines<R> {
    /// The lines of a source.
    pub fn new(source: R) -> Self {
        Self {
            source,
            after_cr: false,
        }
    }

    fn next_line(&mut self) -> io::Result<Option<Line>> {
        let mut line = None;
        loop {
            let buffer = match self.source.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            let Some(first) = buffer.first() else {
                return Ok(line.map(Partial::finish));
            };
            if std::mem::take(&mut self.after_cr) && *first == b'\n' {
                self.source.consume(1);
                continue;
            }
            let end = buffer.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
            let (piece, rest) = buffer.split_at(end.unwrap_or(buffer.len()));
            line.get_or_insert_with(Partial::default).add(piece);
            self.after_cr = rest.first() == Some(&b'\r');
            let used = piece.len() + usize::from(end.is_some());
            self.source.consume(used);
            if end.is_some() {
                return Ok(line.map(Partial::finish));
            }
        }
    }
}

impl Partial {
    fn add(&mut self, piece: &[u8]) {
        let room = LINE_BYTES_MAX - self.bytes.len();
        self.too_long |= piece.len() > room;
        self.bytes.extend(piece.iter().take(room));
    }

    fn finish(self) -> Line {
        match String::from_utf8(self.bytes) {
            // Spaces may belong to a code, so nothing but the line's end is taken off.
            Ok(text) if !self.too_long => Line::Text(text),
            _ => Line::NoText,
        }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_line().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<Line> {
        // A small buffer, so that lines span several fills.
        let source = io::BufReader::with_capacity(7, bytes);
        Lines::new(source).map(|line| line.unwrap()).collect()
    }

    fn text(text: &str) -> Line {
        Line::Text(text.to_owned())
    }

    #[test]
    fn only_the_lines_end_is_taken_off() {
        assert_eq!(lines(b" A B \r\nC\n"), [text(" A B "), text("C")]);
        assert_eq!(lines(b"\n\r\nlast"), [text(""), text(""), text("last")]);
        assert_eq!(lines(b""), []);
        assert_eq!(lines(b"A\rB\r"), [text("A"), text("B")], "CR alone");
        assert_eq!(
            lines(b"123456\r\nB"),
            [text("123456"), text("B")],
            "CR LF over two fills"
        );
        assert_eq!(lines(b"A\r\rB"), [text("A"), text(""), text("B")]);
    }

    #[test]
    fn a_line_that_is_no_text_costs_that_line_only() {
        assert_eq!(lines(b"A\n\xff\xfe\nB"), [text("A"), Line::NoText, text("B")]);
    }

    #[test]
    fn a_line_is_too_long_from_one_byte_over_the_limit() {
        for (bytes, too_long) in [
            (LINE_BYTES_MAX, false),
            (LINE_BYTES_MAX + 1, true),
            (9 * LINE_BYTES_MAX, true),
        ] {
            let long = "x".repeat(bytes);
            let expected = if too_long { Line::NoText } else { text(&long) };
            let input = format!("{long}\nB\n");
            assert_eq!(
                lines(input.as_bytes()),
                [expected.clone(), text("B")],
                "{bytes} bytes"
            );
            assert_eq!(lines(long.as_bytes()), [expected], "{bytes} bytes at the end");
        }
    }
}
