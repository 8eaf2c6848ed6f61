//! The decider's sign of life, for whoever starts the gate again where it hangs. It comes from the loop that decides and from no
//! other thread: a camera that hangs is not the gate's death, and a decider that hangs is.

use std::time::Duration;

use super::stopwatch::Stopwatch;

/// Beats while the decider goes round.
pub struct Heart {
    every: Duration,
    beat: Box<dyn FnMut() + Send>,
    since: Stopwatch,
}

impl Heart {
    /// A heart that calls `beat` at least once in `every`, for as long as the decider goes round.
    #[must_use]
    pub fn new(every: Duration, beat: impl FnMut() + Send + 'static) -> Self {
        Self {
            every,
            beat: Box::new(beat),
            since: Stopwatch::start(),
        }
    }

    /// Beats where it is time.
    pub(super) fn pulse(&mut self) {
        if self.left().is_zero() {
            (self.beat)();
            self.since = Stopwatch::start();
        }
    }

    /// How long until the next beat.
    pub(super) fn left(&self) -> Duration {
        self.every
            .saturating_sub(Duration::from_millis(self.since.millis()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn it_beats_when_it_is_time_and_not_before() {
        let beats = Arc::new(AtomicU32::new(0));
        let count = |every| {
            let counted = Arc::clone(&beats);
            Heart::new(every, move || {
                counted.fetch_add(1, Ordering::Relaxed);
            })
        };
        count(Duration::ZERO).pulse();
        assert_eq!(beats.load(Ordering::Relaxed), 1);
        count(Duration::from_secs(3600)).pulse();
        assert_eq!(beats.load(Ordering::Relaxed), 1);
    }
}
