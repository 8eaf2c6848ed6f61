//! The server's clock: a server is a machine whose operator keeps its time by NTP.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::time::UnixMillis;

/// Where the time comes from.
#[derive(Debug, Clone)]
pub(super) enum Clock {
    /// The system's clock.
    System,
    /// Whoever simulates it, in milliseconds since 1970.
    #[cfg(feature = "sim")]
    Set(std::sync::Arc<std::sync::atomic::AtomicU64>),
}

impl Clock {
    /// The time now.
    pub(super) fn now(&self) -> UnixMillis {
        match self {
            Self::System => now(),
            #[cfg(feature = "sim")]
            Self::Set(millis) => UnixMillis(millis.load(std::sync::atomic::Ordering::Relaxed)),
        }
    }
}

/// The time now.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the server's clock adapter")]
pub fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
