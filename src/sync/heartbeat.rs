//! The gate's heartbeat: built from what the ledger holds and what the machine says, handed over at each contact.

use std::time::Duration;

use super::client::Client;
use super::error::SyncError;
use super::trust::GateClock;
use super::uplink::Uplink;
use crate::domain::health::Vitals;
use crate::ledger::{Enrolment, Ledger, health};
use crate::wire::heartbeat::{Heartbeat, Heartbeats};
use crate::wire::limits::MESSAGE_BYTES_MAX;
use crate::wire::to_cbor;

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
    let runtime = super::runtime()?;
    runtime.block_on(send(ledger, &mut client, vitals))
}

/// Tells the server how this gate is, over any uplink.
///
/// # Errors
/// As [`beat`].
pub async fn send<U: Uplink>(
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
