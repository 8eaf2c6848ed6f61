//! Comma-separated values as spreadsheets write them (RFC 4180).

/// The cells of each line; a line without any character is left out. A cell in quotes may hold commas, line ends and, twice,
/// quotes.
pub(super) fn lines(text: &str) -> Vec<Vec<String>> {
    // Some spreadsheets mark UTF-8 so.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut lines, mut line, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut characters) = (false, text.chars().peekable());
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => line.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                line.push(std::mem::take(&mut cell));
                lines.push(std::mem::take(&mut line));
            }
            other => cell.push(other),
        }
    }
    line.push(cell);
    lines.push(line);
    lines.retain(|line| line.iter().any(|cell| !cell.is_empty()));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_as_spreadsheets_write_them() {
        for (text, expected) in [
            ("", vec![]),
            ("a,b\n1,2\n", vec![vec!["a", "b"], vec!["1", "2"]]),
            ("\u{feff}a,b\r\n1,\r\n\r\n", vec![vec!["a", "b"], vec!["1", ""]]),
            (
                "\"Li, Wei\",\"the \"\"boss\"\"\"",
                vec![vec!["Li, Wei", "the \"boss\""]],
            ),
            ("\"two\nlines\",x", vec![vec!["two\nlines", "x"]]),
            ("张伟,\"\"", vec![vec!["张伟", ""]]),
        ] {
            assert_eq!(lines(text), expected, "{text:?}");
        }
    }
}
