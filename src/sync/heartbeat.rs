//! The gate's heartbeat: built from what the ledger holds and what the machine says, handed over at each contact.

use std::time::Duration;

use super::client::Client;
use super::error::SyncError;
use super::trust::GateClock;
use super::uplink::Uplink;
use crate::domain::health::{Camera, Dataset, Disk, Health};
use crate::domain::time::Now;
use crate::ledger::{Enrolment, Ledger};
use crate::wire::heartbeat::{Heartbeat, Heartbeats};
use crate::wire::limits::MESSAGE_BYTES_MAX;
use crate::wire::to_cbor;

/// What the machine says of itself at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vitals {
    /// The gate's idea of the time.
    pub now: Now,
    /// Seconds since the machine started.
    pub uptime_s: u64,
    /// The disk under the gate's folder.
    pub disk: Option<Disk>,
    /// The camera.
    pub camera: Camera,
    /// Gates that this one exchanges facts with directly.
    pub peers: u32,
}

/// This gate's health, by its store and its machine.
///
/// # Errors
/// [`SyncError::Ledger`] where the store cannot be read.
pub fn health(ledger: &mut dyn Ledger, vitals: &Vitals) -> Result<Health, SyncError> {
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

/// Tells the server how this gate is, once. `clock` is this machine's estimate of the time, `epoch` is random. It gives up
/// after `timeout`.
///
/// # Errors
/// [`SyncError`] in words; nothing hangs on a heartbeat but what an operator sees.
pub fn beat(
    ledger: &mut dyn Ledger,
    vitals: &Vitals,
    clock: GateClock,
    epoch: [u8; 16],
    timeout: Duration,
) -> Result<(), SyncError> {
    let mut client = super::client(ledger, clock, epoch)?;
    client.uplink_mut().give_up_after(timeout);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(SyncError::Machine)?;
    runtime.block_on(send(ledger, &mut client, vitals))
}

/// Tells the server how this gate is.
pub(super) async fn send<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &mut Client<U>,
    vitals: &Vitals,
) -> Result<(), SyncError> {
    let Enrolment { event, device, .. } = client.enrolment.clone();
    let beat = Heartbeat {
        event,
        device,
        health: health(ledger, vitals)?,
    };
    let beats = vec![beat.seal(&client.key).into()];
    client
        .post(
            "/sync/v1/heartbeat",
            &to_cbor(&Heartbeats { beats }),
            MESSAGE_BYTES_MAX,
        )
        .await?;
    Ok(())
}
