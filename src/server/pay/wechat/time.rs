//! Times as WeChat Pay writes them: RFC 3339, at Beijing.

use jiff::Timestamp;

use super::super::day::{beijing, millis, timestamp};
use crate::domain::time::UnixMillis;

/// Such as `2026-11-23T16:30:00+08:00`.
pub(super) fn seconds_text(at: UnixMillis) -> String {
    text(at, "%Y-%m-%dT%H:%M:%S%:z")
}

/// Such as `2026-11-23T16:30:00.125+08:00`.
pub(super) fn millis_text(at: UnixMillis) -> String {
    text(at, "%Y-%m-%dT%H:%M:%S%.3f%:z")
}

fn text(at: UnixMillis, format: &str) -> String {
    timestamp(at)
        .to_zoned_datetime(beijing())
        .strftime(format)
        .to_string()
}

/// What such a text says; none where it is none.
pub(super) fn read(text: &str) -> Option<UnixMillis> {
    text.parse::<Timestamp>().ok().map(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_at_beijing_and_read_from_any_zone() {
        let at = UnixMillis(1_795_420_800_125);
        assert_eq!(seconds_text(at), "2026-11-23T16:00:00+08:00");
        assert_eq!(millis_text(at), "2026-11-23T16:00:00.125+08:00");
        assert_eq!(
            millis_text(UnixMillis(1_795_420_800_000)),
            "2026-11-23T16:00:00.000+08:00"
        );
        assert_eq!(read(&millis_text(at)), Some(at));
        assert_eq!(read("2026-11-23T08:00:00.125Z"), Some(at));
        assert_eq!(read("2026-11-23 16:00:00"), None);
    }
}
