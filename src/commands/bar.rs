//! A line that tells how far a sync is, for a person at a terminal.

use std::io::{IsTerminal, Write, stderr};

use crate::sync::Progress;

/// Characters of the bar itself.
const WIDTH: u64 = 30;

/// Shows a step, over the one before.
pub(super) fn show(progress: Progress) {
    let mut stderr = stderr();
    if stderr.is_terminal() {
        // Nobody is there to see it where it cannot be written.
        let _ = write!(stderr, "\r{}\x1b[K", line(progress));
        let _ = stderr.flush();
    }
}

/// Takes the line away, so that what follows stands by itself.
pub(super) fn clear() {
    let mut stderr = stderr();
    if stderr.is_terminal() {
        let _ = write!(stderr, "\r\x1b[K");
        let _ = stderr.flush();
    }
}

fn line(progress: Progress) -> String {
    match progress {
        Progress::List { pages, of } => format!("list     {}", bar(u64::from(pages), u64::from(of))),
        Progress::Log { at, of } => format!("changes  {}", bar(at, of)),
        Progress::Sent { facts } => format!("{facts} check-ins sent"),
    }
}

fn bar(done: u64, of: u64) -> String {
    let filled = done
        .saturating_mul(WIDTH)
        .checked_div(of)
        .unwrap_or(WIDTH)
        .min(WIDTH);
    let bar: String = (0..WIDTH)
        .map(|place| if place < filled { '#' } else { '.' })
        .collect();
    format!("[{bar}] {done} of {of}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills_with_what_is_done() {
        assert_eq!(bar(0, 4), format!("[{}] 0 of 4", ".".repeat(30)));
        assert_eq!(
            bar(2, 4),
            format!("[{}{}] 2 of 4", "#".repeat(15), ".".repeat(15))
        );
        assert_eq!(bar(4, 4), format!("[{}] 4 of 4", "#".repeat(30)));
        assert_eq!(bar(0, 0), format!("[{}] 0 of 0", "#".repeat(30)));
        assert!(line(Progress::Sent { facts: 7 }).contains('7'));
    }
}
