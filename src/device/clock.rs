//! The clock adapter: reads this machine's clocks for the estimate in `domain::clock`.

use std::fs;

use rustix::time::{ClockId, clock_gettime};

use crate::domain::clock::{Reading, Sighting, Sightings, estimate};
use crate::domain::time::{Now, UnixMillis, UnixSeconds};

/// No gate that runs this release lives before it: the least floor, 2026-11-01T00:00:00Z.
pub const RELEASED: UnixMillis = UnixMillis(1_793_491_200_000);

/// Where Linux tells one boot from the next (proc(5)).
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// Where the time comes from.
pub trait Clock: Send {
    /// The gate's idea of the present.
    fn now(&self) -> Now;
}

/// A clock that stands still, for trying things out.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub UnixSeconds);

impl Clock for FixedClock {
    fn now(&self) -> Now {
        Now::exactly(self.0)
    }
}

/// This machine's clocks, held against what the gate durably knows of the time.
#[derive(Debug, Clone)]
pub struct SystemClock {
    known: Sightings,
    floor: UnixMillis,
}

impl SystemClock {
    /// A clock that knows the server's time as last seen, and the highest time ever durably seen.
    #[must_use]
    pub fn new(sighting: Option<Sighting>, floor: UnixMillis) -> Self {
        let told = None;
        Self {
            known: Sightings { sighting, told },
            floor: floor.max(RELEASED),
        }
    }

    /// The same clock, which also knows what a control code told.
    #[must_use]
    pub fn told(mut self, told: Option<Sighting>) -> Self {
        self.known.told = told;
        self
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Now {
        estimate(&read(), &self.known, self.floor)
    }
}

/// This machine's estimate of the time, as [`SystemClock`] gives it.
#[must_use]
pub fn estimated(sighting: Option<&Sighting>, floor: UnixMillis) -> Now {
    SystemClock::new(sighting.cloned(), floor).now()
}

/// Reads every clock of this machine at once.
#[must_use]
pub fn read() -> Reading {
    let wall_ms = UnixMillis(millis(ClockId::Realtime));
    let (boot_id, boottime_ms) = boot();
    Reading {
        boot_id,
        boottime_ms,
        wall_ms,
        ntp_error_ms: ntp_error_ms(),
    }
}

/// This boot's id and the milliseconds since it, suspended time included. A machine that does not tell its
/// boots apart gets an empty id.
#[must_use]
pub fn boot() -> (String, u64) {
    let id = fs::read_to_string(BOOT_ID).unwrap_or_default();
    (id.trim().to_owned(), millis(ClockId::Boottime))
}

fn millis(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    // A wall clock before 1970 reads as 1970: it is unset, and the floor counts.
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds
        .saturating_mul(1000)
        .saturating_add(u64::try_from(time.tv_nsec).unwrap_or(0) / 1_000_000)
}

/// The wall clock's largest error where the kernel says that it is disciplined (adjtimex(2)).
#[expect(
    unsafe_code,
    reason = "no safe wrapper of adjtimex(2) is kept by the crates that are used here"
)]
fn ntp_error_ms() -> Option<u64> {
    // SAFETY: all fields of `timex` are plain numbers, so zero is a value; `modes == 0` only reads.
    let (state, timex) = unsafe {
        let mut timex: libc::timex = std::mem::zeroed();
        (libc::adjtimex(&raw mut timex), timex)
    };
    let disciplined = state >= 0 && state != libc::TIME_ERROR && timex.status & libc::STA_UNSYNC == 0;
    disciplined.then(|| u64::try_from(timex.maxerror).unwrap_or(0).div_ceil(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_of_this_machine_is_of_one_boot_and_goes_forward() {
        let (first, second) = (read(), read());
        assert_eq!(first.boot_id, second.boot_id);
        assert!(first.boottime_ms <= second.boottime_ms);
    }

    #[test]
    fn a_machine_in_no_known_time_never_falls_below_the_release() {
        let clock = SystemClock::new(None, UnixMillis(0));
        assert!(clock.now().earliest >= RELEASED || clock.now().latest.is_some());
    }
}
