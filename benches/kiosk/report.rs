//! What it took, and the bars.

use std::time::{Duration, Instant};

use super::gate::Told;
use super::screen::Seen;

/// What a gate may add to reading and commit, at the 99th percentile of guests.
const ADDED_MOST_MS: f64 = 1.0;
/// Full repaints, at their 99th percentile, that a verdict may take from its commit.
const REPAINTS_MOST: f64 = 2.0;
/// From a frame to both relay and screen, at the 99th percentile.
const BOTH_MOST_MS: f64 = 50.0;

/// A guest who was let in: the steps in milliseconds.
struct Guest {
    reading: f64,
    commit: f64,
    relay: f64,
    shown: f64,
    repaint: f64,
    both: f64,
}

impl Guest {
    fn of((told, seen): (Told, Seen)) -> Self {
        let us = |span: Option<u64>| Duration::from_micros(span.unwrap()).as_secs_f64() * 1e3;
        let timing = told.timing;
        let committed: Instant = told.arrived + Duration::from_micros(timing.recorded_us.unwrap());
        let relay = us(timing.opened_us);
        Self {
            reading: us(Some(timing.read_us)),
            commit: us(timing.recorded_us) - us(timing.handed_us),
            relay,
            shown: millis(seen.at - committed),
            repaint: millis(seen.repaint),
            both: relay.max(millis(seen.at - told.arrived)),
        }
    }
}

pub(super) fn print(guests: impl Iterator<Item = (Told, Seen)>) {
    let guests: Vec<Guest> = guests.map(Guest::of).collect();
    println!("{} guests; milliseconds: median, p99, most", guests.len());
    let tell = |what: &str, step: fn(&Guest) -> f64| {
        let mut times: Vec<f64> = guests.iter().map(step).collect();
        times.sort_by(f64::total_cmp);
        let at = |percent: usize| times[(times.len() - 1) * percent / 100];
        println!("{what:<42} {:>8.2} {:>8.2} {:>8.2}", at(50), at(99), at(100));
        at(99)
    };
    tell("frame -> read", |guest| guest.reading);
    tell("commit", |guest| guest.commit);
    tell("frame -> relay", |guest| guest.relay);
    let added = tell("frame -> relay, without reading and commit", |guest| {
        guest.relay - guest.reading - guest.commit
    });
    let repaint = tell("a full repaint", |guest| guest.repaint);
    let shown = tell("commit -> verdict on the screen", |guest| guest.shown);
    let both = tell("frame -> relay and screen", |guest| guest.both);
    bar("added to reading and commit, ms", added, ADDED_MOST_MS);
    bar(
        "commit -> screen, in full repaints",
        shown / repaint,
        REPAINTS_MOST,
    );
    bar("frame -> relay and screen, ms", both, BOTH_MOST_MS);
}

/// A figure at the 99th percentile beside the most that it may be.
pub(super) fn bar(what: &str, found: f64, most: f64) {
    let word = if found <= most { "within" } else { "OVER" };
    println!("{what:<42} {found:>8.2}, {word} the bar of {most}");
}

pub(super) fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}
