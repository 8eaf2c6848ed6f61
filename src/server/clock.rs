//! The server's clock: a server is a machine whose operator keeps its time by NTP.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::time::UnixMillis;

/// The time now.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the server's clock adapter")]
pub fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
