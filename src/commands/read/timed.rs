//! The reader's call with its time: the one place of `wicket read` that calls it.

use rustix::time::{ClockId, clock_gettime};

use crate::vision::{self, Code, LumaFrame, ReaderPanicked};

/// What a frame gave, and the milliseconds of processor time that it took.
pub(super) struct Timed {
    pub(super) codes: Result<Vec<Code>, ReaderPanicked>,
    pub(super) ms: f64,
}

/// Reads a frame. The clock is that of the process or of the thread.
pub(super) fn read(frame: &LumaFrame<'_>, clock: ClockId) -> Timed {
    let before_ms = processor_ms(clock);
    let codes = vision::read(frame);
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
