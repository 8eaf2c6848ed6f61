//! The monotonic clock, as a span since a start.

use std::time::Instant;

/// Runs from when it was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "the runner reads the monotonic clock for the whole gate"
    )]
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    pub(super) fn millis(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    pub(super) fn micros(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}
