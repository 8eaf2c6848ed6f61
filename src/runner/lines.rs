//! Lines: each is a scan.

use std::io::{self, BufRead};

use super::feed::{Feed, Gone};
use super::intake::{End, Intake, Place, Seen, Sight};
use super::timing::Arrival;
use crate::device::scanner_line::{Line, Lines};

/// Takes lines on a thread of its own.
///
/// # Errors
/// Where the system gives no thread.
pub fn read_lines<R: BufRead>(feed: Feed, open: impl FnOnce() -> R + Send + 'static) -> io::Result<()> {
    feed.run(move |feed| feed_lines(feed, Lines::new(open())))
}

fn feed_lines<R: BufRead>(feed: &Feed, lines: Lines<R>) -> Result<End, Gone> {
    for (index, line) in (0..).zip(lines) {
        let line = match line {
            Ok(line) => line,
            Err(error) => return Ok(End::Failed(error)),
        };
        let text = match line {
            Line::Text(text) => Some(text),
            Line::NoText => None,
        };
        feed.give(Intake::Seen(Seen {
            place: Place { folder: None, index },
            replayed_at: None,
            arrival: Arrival::now(),
            sight: Sight::Line(text),
        }))?;
    }
    Ok(End::Source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_scan_and_counts() {
        let (feed, intake) = Feed::new();
        read_lines(feed, || &b"A B\n\xff\n"[..]).unwrap();
        let lines = intake.iter().map(|intake| match intake {
            Intake::Seen(seen) => (seen.place.index, seen.sight),
            other => (99, Sight::Line(Some(format!("{other:?}")))),
        });
        let expected = [
            (0, Sight::Line(Some("A B".to_owned()))),
            (1, Sight::Line(None)),
            (99, Sight::Line(Some("End(Source)".to_owned()))),
        ];
        assert_eq!(lines.collect::<Vec<_>>(), expected);
    }
}
