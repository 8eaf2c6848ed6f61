//! A scanner that gives a code a line, as hardware scanners do in serial and keyboard mode.

use std::io::{self, BufRead, Read};

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

/// The lines of a source, in order.
#[derive(Debug)]
pub struct Lines<R> {
    source: R,
}

impl<R: BufRead> Lines<R> {
    /// The lines of a source.
    pub fn new(source: R) -> Self {
        Self { source }
    }

    fn next_line(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        // One byte more for the line's end: without it there, the line is too long.
        let limit = LINE_BYTES_MAX as u64 + 1;
        if self.source.by_ref().take(limit).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        if bytes.len() > LINE_BYTES_MAX && !bytes.ends_with(b"\n") {
            self.skip_line()?;
            return Ok(Some(Line::NoText));
        }
        Ok(Some(text_of(bytes)))
    }

    /// Passes over the rest of a line without keeping it.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = match self.source.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            let (bytes, ended) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(end) => (end + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.source.consume(bytes);
            if ended {
                return Ok(());
            }
        }
    }
}

fn text_of(mut bytes: Vec<u8>) -> Line {
    // Spaces may belong to a code, so nothing but the line's end is taken off.
    while matches!(bytes.last(), Some(b'\r' | b'\n')) {
        bytes.pop();
    }
    String::from_utf8(bytes).map_or(Line::NoText, Line::Text)
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
