//! A span of time, and a time of day, in words.

use crate::domain::rules::EventTimeZone;
use crate::domain::time::UnixMillis;
use crate::kiosk::words::Language;

const MINUTE_S: u64 = 60;
const HOUR_S: u64 = 60 * MINUTE_S;
const DAY_S: u64 = 24 * HOUR_S;

/// A span in its largest whole unit: nobody at a gate counts the seconds of an hour.
pub(super) fn span(words: &Language, seconds: u64) -> String {
    let (key, number) = match seconds {
        0..MINUTE_S => ("duration.seconds", seconds),
        MINUTE_S..HOUR_S => ("duration.minutes", seconds / MINUTE_S),
        HOUR_S..DAY_S => ("duration.hours", seconds / HOUR_S),
        DAY_S.. => ("duration.days", seconds / DAY_S),
    };
    words.fill(key, &[("n", &number.to_string())])
}

/// The time on a clock on the wall at the event, such as `14:02`.
pub(super) fn time_of_day(zone: &EventTimeZone, at: UnixMillis) -> String {
    let (hour, minute) = zone.time_of_day(at);
    format!("{hour:02}:{minute:02}")
}
