//! A call of the reader with its time.

use rustix::time::{ClockId, clock_gettime};

use crate::vision::{Code, ReaderPanicked};

/// What a frame gave, and the milliseconds of processor time that it took.
pub(super) struct Timed {
    pub(super) codes: Result<Vec<Code>, ReaderPanicked>,
    pub(super) ms: f64,
}

/// Times a reader's call. The clock is that of the process or of the thread.
pub(super) fn timed(clock: ClockId, read: impl FnOnce() -> Result<Vec<Code>, ReaderPanicked>) -> Timed {
    let before_ms = processor_ms(clock);
    let codes = read();
    Timed {
        codes,
        ms: processor_ms(clock) - before_ms,
    }
}

fn processor_ms(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    // A process lives far below 2^53 of either.
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}
