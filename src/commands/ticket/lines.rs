//! Lines of standard input as scanners and scripts write them: any bytes, of any length, and never too much memory.

use std::io::{self, BufRead, Read};

/// The longest line that is looked at: a thousand times a ticket, so that nothing longer can be one.
pub(super) const LINE_BYTES_MAX: usize = 1 << 20;

/// A line of input, without its ending (line feed, or carriage return and line feed).
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Its bytes.
    Whole(Vec<u8>),
    /// More than [`LINE_BYTES_MAX`]; it was passed over.
    TooLong,
}

/// The next line; none at the end of the input.
pub(super) fn next_line(input: &mut impl BufRead) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    // Room for the line's ending.
    let limit = LINE_BYTES_MAX as u64 + 2;
    if input.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    match line.strip_suffix(b"\n") {
        Some(rest) => {
            let length = rest.strip_suffix(b"\r").unwrap_or(rest).len();
            line.truncate(length);
        }
        None if line.len() > LINE_BYTES_MAX => {
            input.skip_until(b'\n')?;
        }
        None => {}
    }
    let fits = line.len() <= LINE_BYTES_MAX;
    Ok(Some(if fits { Line::Whole(line) } else { Line::TooLong }))
}

/// The text itself, or for `-` the first line of the input; what is no text becomes one that is no code.
pub(super) fn text_or_first_line(text: &str, input: &mut impl BufRead) -> io::Result<String> {
    if text != "-" {
        return Ok(text.to_owned());
    }
    match next_line(input)? {
        Some(Line::Whole(line)) => Ok(String::from_utf8_lossy(&line).into_owned()),
        Some(Line::TooLong) | None => Ok(String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(mut input: &[u8]) -> Vec<Line> {
        std::iter::from_fn(|| next_line(&mut input).unwrap()).collect()
    }

    fn whole(bytes: &[u8]) -> Line {
        Line::Whole(bytes.to_vec())
    }

    #[test]
    fn only_the_line_ending_is_taken_off() {
        assert_eq!(lines(b""), []);
        assert_eq!(
            lines(b" a \r\n\n\xff\r\r\n\tb "),
            [whole(b" a "), whole(b""), whole(b"\xff\r"), whole(b"\tb ")]
        );
    }

    #[test]
    fn a_line_beyond_the_limit_is_passed_over_and_the_next_is_read() {
        let longest = vec![b'A'; LINE_BYTES_MAX];
        for extra in 1..5 {
            let mut input = longest.clone();
            input.extend(vec![b'B'; extra]);
            assert_eq!(lines(&input), [Line::TooLong], "{extra}");
            input.extend(b"\r\nC");
            assert_eq!(lines(&input), [Line::TooLong, whole(b"C")], "{extra}");
        }
        for ending in [&b"\n"[..], b"\r\n"] {
            let input = [&longest, ending, b"C"].concat();
            assert_eq!(lines(&input), [whole(&longest), whole(b"C")]);
        }
    }
}
