//! When the steps of a scan were done.

use super::stopwatch::Stopwatch;

/// The arrival of a frame or a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    pub(super) since: Stopwatch,
    pub(super) read_us: u64,
}

impl Arrival {
    /// It arrives now, and there is nothing to read in it.
    #[must_use]
    pub fn now() -> Self {
        Self {
            since: Stopwatch::start(),
            read_us: 0,
        }
    }

    /// It arrived when `since` was started, and has been read by now.
    pub(super) fn read_since(since: Stopwatch) -> Self {
        Self {
            since,
            read_us: since.micros(),
        }
    }
}

/// When the steps of a scan were done, in microseconds since its frame or line arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timing {
    /// Its codes were read.
    pub read_us: u64,
    /// The decider took it.
    pub taken_us: u64,
    /// Its check-in was handed to the store.
    pub handed_us: Option<u64>,
    /// Its check-in was durable.
    pub recorded_us: Option<u64>,
    /// The relay was switched.
    pub opened_us: Option<u64>,
    /// The verdict was handed to whoever watches.
    pub told_us: u64,
}
