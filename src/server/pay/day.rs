//! The merchant's calendar: days of Beijing, whatever zone an event is in, because bills are by them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use super::error::CallError;
use crate::domain::time::{Span, UnixMillis};

const BEIJING_HOURS: i8 = 8;

/// Beijing's time, which knows no summer time since 1991.
pub(super) fn beijing() -> TimeZone {
    TimeZone::fixed(Offset::constant(BEIJING_HOURS))
}

/// The instants of a day.
///
/// # Errors
/// [`CallError::Never`] for a day at the end of time.
pub fn span_of(day: Date) -> Result<Span, CallError> {
    let edges = day
        .tomorrow()
        .and_then(|next| Ok((start_of(day)?, start_of(next)?)));
    match edges {
        Ok((from, until)) => Ok(Span { from, until }),
        Err(error) => Err(CallError::never("no-such-day", error.to_string())),
    }
}

fn start_of(day: Date) -> Result<UnixMillis, jiff::Error> {
    Ok(millis(beijing().to_timestamp(day.at(0, 0, 0, 0))?))
}

/// An instant as the rest of the program counts; 1970 for what was before.
pub(super) fn millis(at: Timestamp) -> UnixMillis {
    UnixMillis(u64::try_from(at.as_millisecond()).unwrap_or_default())
}

/// An instant as jiff counts; the end of its time for what is after.
pub(super) fn timestamp(at: UnixMillis) -> Timestamp {
    let millis = i64::try_from(at.0).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_and_ends_in_beijing() {
        let span = span_of(jiff::civil::date(2026, 11, 23)).unwrap();
        assert_eq!(millis("2026-11-22T16:00:00Z".parse().unwrap()), span.from);
        assert_eq!(millis("2026-11-23T16:00:00Z".parse().unwrap()), span.until);
        assert!(span_of(Date::MAX).is_err());
    }
}
