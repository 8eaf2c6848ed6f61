//! What this machine says of itself: its clock, its disk, how long it has run.

use std::path::Path;

use crate::device::clock::{Clock, RELEASED, SystemClock, boot};
use crate::device::disk::disk;
use crate::domain::clock::Sighting;
use crate::domain::health::{Camera, Vitals};
use crate::ledger::{CLOCK_SIGHTING_SETTING, Ledger, LedgerError, TOLD_TIME_SETTING};

/// Looks at the machine under the gate of this folder.
///
/// # Errors
/// [`LedgerError`] where the store cannot be read.
pub fn vitals(folder: &Path, ledger: &mut dyn Ledger) -> Result<Vitals, LedgerError> {
    // A sighting that cannot be read is none: then the clock is what the machine says by itself.
    let mut seen = |name| -> Result<Option<Sighting>, LedgerError> {
        let kept = ledger.setting(name)?;
        Ok(kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    };
    let (sighting, told) = (seen(CLOCK_SIGHTING_SETTING)?, seen(TOLD_TIME_SETTING)?);
    let floor = ledger.live_list()?.map(|live| live.as_of.millis());
    Ok(Vitals {
        now: SystemClock::new(sighting, floor.unwrap_or(RELEASED))
            .told(told)
            .now(),
        uptime_s: boot().1 / 1000,
        disk: disk(folder),
        // Whoever runs the camera knows more.
        camera: Camera::None,
        peers: 0,
    })
}
