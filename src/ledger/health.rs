//! A gate's health, by its store and its machine.

use super::{Ledger, LedgerError};
use crate::domain::health::{Dataset, Health, Vitals};

/// A gate's health, by its store and its machine.
///
/// # Errors
/// [`LedgerError`] where the store cannot be read.
pub fn health(ledger: &mut dyn Ledger, vitals: &Vitals) -> Result<Health, LedgerError> {
    let pulse = ledger.pulse()?;
    let live = ledger.live_list()?;
    Ok(Health {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        now: vitals.now,
        uptime_s: vitals.uptime_s,
        unsent: pulse.unsent,
        unsent_since: pulse.unsent_since,
        last_scan: pulse.last_scan,
        disk: vitals.disk,
        camera: vitals.camera,
        list: live.map(|live| Dataset {
            as_of: live.as_of,
            version: live.cursor.sequence,
            tickets: pulse.tickets,
        }),
        contradictions: pulse.contradictions,
        peers: vitals.peers,
    })
}
