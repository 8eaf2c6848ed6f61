//! A machine's clocks: one since boot that drifts, and one on the wall that anybody may set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use crate::domain::clock::Reading;
use crate::domain::time::UnixMillis;

/// The largest error that NTP states, in milliseconds: over a mobile link.
const NTP_ERROR_MS: u64 = 80;

/// The true time, which nobody in the run knows: milliseconds since 1970.
#[derive(Debug, Clone)]
pub(in crate::sim) struct TrueTime(Arc<AtomicU64>);

/// The clocks of one machine. A clone is the same clock.
#[derive(Debug, Clone)]
pub(in crate::sim) struct MachineClock {
    time: TrueTime,
    /// Which boot this is; no two machines share one.
    boot: Arc<AtomicU64>,
    booted_ms: Arc<AtomicU64>,
    /// How fast the clock since boot runs, in parts per million; within what boards are specified for.
    drift_ppm: i64,
    /// How far the wall clock is from the true time, in milliseconds; none counts while NTP is there.
    wall_off_ms: Arc<AtomicI64>,
    ntp: Arc<AtomicU64>,
}

impl TrueTime {
    pub(in crate::sim) fn new(at: UnixMillis) -> Self {
        Self(Arc::new(AtomicU64::new(at.0)))
    }

    pub(in crate::sim) fn now(&self) -> UnixMillis {
        UnixMillis(self.0.load(Ordering::Relaxed))
    }

    pub(in crate::sim) fn pass(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

impl MachineClock {
    pub(in crate::sim) fn new(time: &TrueTime, boot: u64, drift_ppm: i64) -> Self {
        let clock = Self {
            time: time.clone(),
            boot: Arc::new(AtomicU64::new(boot)),
            booted_ms: Arc::new(AtomicU64::new(0)),
            drift_ppm,
            wall_off_ms: Arc::new(AtomicI64::new(0)),
            ntp: Arc::new(AtomicU64::new(0)),
        };
        clock.boot(boot);
        clock
    }

    /// The machine boots, with no battery for its clock: it is 1970.
    pub(in crate::sim) fn boot(&self, boot: u64) {
        let now = self.time.now();
        self.boot.store(boot, Ordering::Relaxed);
        self.booted_ms.store(now.0, Ordering::Relaxed);
        self.wall_off_ms
            .store(-i64::try_from(now.0).unwrap_or(i64::MAX), Ordering::Relaxed);
        self.ntp.store(0, Ordering::Relaxed);
    }

    /// Somebody sets the wall clock. The kernel then says that NTP disciplines it no more.
    pub(in crate::sim) fn jump(&self, ms: i64) {
        self.ntp.store(0, Ordering::Relaxed);
        self.wall_off_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// NTP finds the machine, or leaves it; once set, the wall clock goes on from there.
    pub(in crate::sim) fn ntp(&self, there: bool) {
        self.ntp.store(u64::from(there), Ordering::Relaxed);
        if there {
            self.wall_off_ms.store(0, Ordering::Relaxed);
        }
    }

    /// This boot's id, and the milliseconds since it by this machine's quartz.
    pub(in crate::sim) fn since_boot(&self) -> (String, u64) {
        let boot = self.boot.load(Ordering::Relaxed);
        let passed = self.time.now().0 - self.booted_ms.load(Ordering::Relaxed);
        let parts = i64::try_from(passed).unwrap_or(0) * self.drift_ppm / 1_000_000;
        (format!("boot-{boot}"), passed.saturating_add_signed(parts))
    }

    /// What the wall clock shows.
    pub(in crate::sim) fn wall(&self) -> UnixMillis {
        let off = self.wall_off_ms.load(Ordering::Relaxed);
        UnixMillis(self.time.now().0.saturating_add_signed(off))
    }

    pub(in crate::sim) fn reading(&self) -> Reading {
        let (boot_id, boottime_ms) = self.since_boot();
        let ntp = self.ntp.load(Ordering::Relaxed) == 1;
        Reading {
            boot_id,
            boottime_ms,
            wall_ms: self.wall(),
            ntp_error_ms: ntp.then_some(NTP_ERROR_MS),
        }
    }
}
