//! What these commands take from the machine: the clock.

use jiff::Timestamp;

use crate::domain::time::UnixSeconds;

/// The system clock's time, for people at a desk; a gate has a clock of its own.
pub(in crate::commands) fn system_now() -> UnixSeconds {
    // A clock before 1970 is as wrong as one at 1970.
    UnixSeconds(u64::try_from(Timestamp::now().as_second()).unwrap_or(0))
}

/// A time as typed: Unix seconds, or RFC 3339 such as `2026-11-15T18:00:00+08:00`.
pub(super) fn parse_time(text: &str) -> Result<UnixSeconds, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(UnixSeconds(seconds));
    }
    let timestamp: Option<Timestamp> = text.parse().ok();
    timestamp
        .and_then(|timestamp| u64::try_from(timestamp.as_second()).ok())
        .map(UnixSeconds)
        .ok_or_else(|| "write Unix seconds, or a time like 2026-11-15T18:00:00+08:00".to_owned())
}

/// A time for people, beside its number.
pub(super) fn readable(time: UnixSeconds) -> String {
    let timestamp = i64::try_from(time.0)
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok());
    timestamp.map_or_else(|| time.to_string(), |timestamp| format!("{timestamp} ({time})"))
}
