//! What waits at a gate, its own and what it carries for others, as a bundle for the server or for a neighbour.

use std::io::Write;

use ed25519_dalek::VerifyingKey;

use super::super::error::SyncError;
use super::super::seal::seal;
use super::by_hand;
use crate::domain::health::Vitals;
use crate::domain::outbox::Room;
use crate::domain::time::UnixMillis;
use crate::ledger::{Ledger, health};
use crate::wire::bundle::{Holds, Item, Maker, Plan, Writer};
use crate::wire::heartbeat::Heartbeat;

/// Segments read from the store at a time: a megabyte at the most, however long the gate was alone.
const AT_A_TIME: Room = Room {
    segments: 100,
    facts: 5_000,
    bytes: 1 << 20,
};

/// What a bundle is given from outside.
#[derive(Debug, Clone)]
pub struct Made {
    /// The gate's idea of the time.
    pub at: UnixMillis,
    /// Random.
    pub random: [u8; 32],
    /// How the gate is.
    pub vitals: Vitals,
}

/// What went into a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exported {
    /// Facts that the origin is not known to hold.
    pub facts: u64,
    /// What the bundle holds.
    pub holds: Holds,
    /// Whom it is sealed for: the server, and the event's devices.
    pub recipients: usize,
}

/// Writes what the origin is not known to hold, whoever made it, and where this gate stands, so that the server can answer.
/// The server can read it, and so can the other gates of the event.
///
/// # Errors
/// [`SyncError`] where the gate is not enrolled or its store fails, [`SyncError::Bundle`] where it cannot be written.
pub fn export<W: Write>(ledger: &mut dyn Ledger, made: &Made, out: W) -> Result<(W, Exported), SyncError> {
    let client = by_hand(ledger)?;
    let _claim = ledger.claim_sync()?;
    seal(ledger, &client.enrolment.device, &client.key)?;
    let recipients = recipients(ledger, client.enrolment.server_key.0)?;
    let plan = Plan {
        event: client.enrolment.event.clone(),
        maker: Maker::Device(client.enrolment.device.clone()),
        made: made.at,
        recipients: &recipients,
        random: made.random,
    };
    let mut bundle = Writer::begin(out, plan)?;
    let mut put = |item| Ok(bundle.put(&item)?);
    put(Item::Stands(ledger.cursor()?))?;
    put(Item::Have(ledger.held()?))?;
    let beat = Heartbeat {
        event: client.enrolment.event.clone(),
        device: client.enrolment.device.clone(),
        health: health(ledger, &made.vitals)?,
    };
    put(Item::Heartbeat(beat.seal(&client.key).into()))?;
    let facts = waiting(ledger, &mut put)?;
    let (out, holds) = bundle.finish(&client.key)?;
    let exported = Exported {
        facts,
        holds,
        recipients: recipients.len(),
    };
    Ok((out, exported))
}

/// Every segment that waits, a few at a time; how many facts they hold.
fn waiting(
    ledger: &mut dyn Ledger,
    put: &mut dyn FnMut(Item) -> Result<(), SyncError>,
) -> Result<u64, SyncError> {
    let (mut after, mut facts) = (0, 0);
    loop {
        let kept = ledger.unacknowledged(after, &AT_A_TIME)?;
        let Some(last) = kept.last() else { return Ok(facts) };
        after = last.place;
        for kept in kept {
            facts += kept.segment.facts() as u64;
            put(Item::Segment(kept.segment.bytes.into()))?;
        }
    }
}

/// The server, and every device that the gate knows as believed: a neighbour takes what this gate knows, too.
fn recipients(ledger: &mut dyn Ledger, server: VerifyingKey) -> Result<Vec<VerifyingKey>, SyncError> {
    let devices = ledger.active_devices()?;
    // A key that is none can open nothing.
    let devices = devices
        .iter()
        .filter_map(|(_, key)| VerifyingKey::from_bytes(key).ok());
    Ok(std::iter::once(server).chain(devices).collect())
}
