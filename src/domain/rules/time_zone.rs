//! The event's time zone, from a database in the binary: a gate's system may have none, or an old one.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::domain::time::{Span, UnixMillis};

/// The last instant that is reckoned with, in the year 9000: the calendar ends soon after, and a day before
/// or after must still exist.
const CALENDAR_END_MS: i64 = 221_845_392_000_000;
/// Minutes of a day on a clock on the wall.
const DAY_MIN: u16 = 24 * 60;

/// An IANA time zone by its name, such as `Asia/Shanghai`. UTC by default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventTimeZone {
    name: String,
    zone: TimeZone,
}

/// No time zone has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no time zone: use a name of the IANA database, such as \"Europe/Berlin\"")]
pub struct UnknownTimeZone(String);

impl Default for EventTimeZone {
    fn default() -> Self {
        Self {
            name: "UTC".to_owned(),
            zone: TimeZone::UTC,
        }
    }
}

impl TryFrom<String> for EventTimeZone {
    type Error = UnknownTimeZone;

    fn try_from(name: String) -> Result<Self, UnknownTimeZone> {
        // `Etc/Unknown` is a name that stands for the lack of one.
        let found = TimeZoneDatabase::bundled().get(&name).ok();
        match found.filter(|zone| !zone.is_unknown()) {
            Some(zone) => Ok(Self { name, zone }),
            None => Err(UnknownTimeZone(name)),
        }
    }
}

impl From<EventTimeZone> for String {
    fn from(zone: EventTimeZone) -> Self {
        zone.name
    }
}

impl EventTimeZone {
    /// The day of the event that an instant lies in, where days begin at `starts_min` after local midnight.
    #[must_use]
    pub fn day(&self, at: UnixMillis, starts_min: u16) -> Span {
        let date = self.date(at);
        let begins = |date: Date| self.first_instant(date, starts_min);
        let (yesterday, tomorrow) = (plus_days(date, -1), plus_days(date, 1));
        let midday = begins(date);
        if at < midday {
            Span {
                from: begins(yesterday),
                until: midday,
            }
        } else {
            Span {
                from: midday,
                until: begins(tomorrow),
            }
        }
    }

    /// The stretch of a date in which a clock on the wall shows `from_min..until_min`; `until` at or before
    /// `from` is on the next day. None where the clocks were put forward over all of it.
    pub(super) fn daily(&self, date: Date, from_min: u16, until_min: u16) -> Option<Span> {
        let until_date = if until_min <= from_min {
            plus_days(date, 1)
        } else {
            date
        };
        let span = Span {
            from: self.first_instant(date, from_min),
            until: self.last_instant(until_date, until_min),
        };
        (span.from < span.until).then_some(span)
    }

    /// The hour and the minute that a clock on the wall shows at an instant.
    #[must_use]
    pub fn time_of_day(&self, at: UnixMillis) -> (i8, i8) {
        let shown = self.zone.to_datetime(timestamp(at));
        (shown.hour(), shown.minute())
    }

    /// The local date of an instant.
    pub(super) fn date(&self, at: UnixMillis) -> Date {
        self.zone.to_datetime(timestamp(at)).date()
    }

    /// The first instant of a date at which a clock on the wall shows this minute or a later one.
    fn first_instant(&self, date: Date, minute: u16) -> UnixMillis {
        self.instant(date, minute, |shown| shown.earlier())
    }

    /// As [`Self::first_instant`], but the later one where the clocks were put back and show it twice.
    fn last_instant(&self, date: Date, minute: u16) -> UnixMillis {
        self.instant(date, minute, |shown| shown.later())
    }

    fn instant(
        &self,
        date: Date,
        minute: u16,
        choose: impl Fn(jiff::tz::AmbiguousTimestamp) -> Result<Timestamp, jiff::Error>,
    ) -> UnixMillis {
        let shown = self.zone.to_ambiguous_timestamp(wall(date, minute));
        let before_gap = matches!(shown.offset(), AmbiguousOffset::Gap { .. })
            .then(|| shown.earlier().ok())
            .flatten();
        let instant = match before_gap.and_then(|before| self.zone.following(before).next()) {
            // The clocks were put forward over it: what comes first after it is the end of the gap.
            Some(transition) => transition.timestamp(),
            None => choose(shown).unwrap_or(Timestamp::MAX),
        };
        UnixMillis(u64::try_from(instant.as_millisecond()).unwrap_or(0))
    }
}

/// What a clock on the wall shows so many minutes after midnight; 1440 is the next midnight.
fn wall(date: Date, minute: u16) -> DateTime {
    let (date, minute) = if minute < DAY_MIN {
        (date, minute)
    } else {
        (plus_days(date, 1), 0)
    };
    let small = |n: u16| i8::try_from(n).unwrap_or(0);
    date.at(small(minute / 60), small(minute % 60), 0, 0)
}

/// The date so many days later; the calendar's own ends are never reached from [`timestamp`].
pub(super) fn plus_days(date: Date, days: i64) -> Date {
    date.checked_add(days.days()).unwrap_or(date)
}

fn timestamp(at: UnixMillis) -> Timestamp {
    let millis = i64::try_from(at.0).map_or(CALENDAR_END_MS, |millis| millis.min(CALENDAR_END_MS));
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> EventTimeZone {
        EventTimeZone::try_from(name.to_owned()).expect("a known zone")
    }

    fn at(text: &str) -> UnixMillis {
        let instant: Timestamp = text.parse().expect("an instant");
        UnixMillis(u64::try_from(instant.as_millisecond()).expect("after 1970"))
    }

    #[test]
    fn only_names_of_the_database_are_time_zones() {
        for bad in ["", "Mars/Olympus", "Etc/Unknown", "+02:00"] {
            assert!(EventTimeZone::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
        assert_eq!(String::from(zone("Asia/Shanghai")), "Asia/Shanghai");
    }

    #[test]
    fn a_day_begins_at_its_boundary_in_local_time() {
        let shanghai = zone("Asia/Shanghai");
        let day = |instant| shanghai.day(at(instant), 300);
        assert_eq!(day("2026-04-01T20:59:59Z").from, at("2026-03-31T21:00:00Z"));
        assert_eq!(day("2026-04-01T21:00:00Z").from, at("2026-04-01T21:00:00Z"));
        assert_eq!(day("2026-04-01T21:00:00Z").until, at("2026-04-02T21:00:00Z"));
    }

    #[test]
    fn the_time_of_day_is_that_of_the_place() {
        let time = |name: &str, instant| zone(name).time_of_day(at(instant));
        assert_eq!(time("Asia/Shanghai", "2026-04-01T06:02:59Z"), (14, 2));
        assert_eq!(time("Europe/Berlin", "2026-03-29T01:00:00Z"), (3, 0));
    }

    #[test]
    fn days_are_as_long_as_the_clocks_make_them() {
        let berlin = zone("Europe/Berlin");
        let hours = |instant| {
            let day = berlin.day(at(instant), 300);
            day.until.since(day.from) / 3_600_000
        };
        assert_eq!(hours("2026-03-28T12:00:00Z"), 23);
        assert_eq!(hours("2026-10-24T12:00:00Z"), 25);
        assert_eq!(hours("2026-06-24T12:00:00Z"), 24);
    }

    #[test]
    fn a_daily_window_follows_the_clock_on_the_wall_where_it_jumps() {
        let berlin = zone("Europe/Berlin");
        let daily = |date: &str, from, until| berlin.daily(date.parse().expect("a date"), from, until);
        // 2026-03-29: 02:00 becomes 03:00 at 01:00Z.
        let spring = "2026-03-29";
        let from_gap = daily(spring, 150, 195).expect("15 minutes are left");
        assert_eq!(from_gap.from, at("2026-03-29T01:00:00Z"));
        assert_eq!(from_gap.until, at("2026-03-29T01:15:00Z"));
        assert_eq!(daily(spring, 130, 170), None, "these minutes do not exist");
        // 2026-10-25: 03:00 becomes 02:00 at 01:00Z, so that 02:30 is shown twice.
        let autumn = daily("2026-10-25", 90, 150).expect("a window");
        assert_eq!(autumn.from, at("2026-10-24T23:30:00Z"));
        assert_eq!(autumn.until, at("2026-10-25T01:30:00Z"));
    }

    #[test]
    fn the_ends_of_time_are_days_too() {
        let shanghai = zone("Asia/Shanghai");
        assert_eq!(shanghai.day(UnixMillis(0), 300).from, UnixMillis(0));
        let last = shanghai.day(UnixMillis(u64::MAX), 300);
        assert!(last.from < last.until);
    }
}
