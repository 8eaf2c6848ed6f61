//! Segments of facts as they come down, opened with their devices' keys.

use std::collections::BTreeMap;

use ed25519_dalek::VerifyingKey;
use minicbor::bytes::ByteVec;

use super::super::client::Client;
use super::super::error::SyncError;
use super::super::uplink::Uplink;
use crate::domain::ids::DeviceId;
use crate::ledger::Ledger;
use crate::wire::{Change, Segment};

/// Devices' keys as this run's pages name them: a device and its first segments may come in one page.
pub(in super::super) type Keys = BTreeMap<DeviceId, [u8; 32]>;

/// A page's segments. A device's signature is held against its key where the gate knows it; where it does not, as for a
/// revoked device, the server's signature over the page vouches for it.
pub(super) fn open_segments<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &Client<U>,
    changes: &mut dyn Iterator<Item = &Change>,
    keys: &mut Keys,
) -> Result<Vec<(Vec<u8>, Segment)>, SyncError> {
    let mut segments = Vec::new();
    for change in changes {
        match change {
            Change::Device(row) => {
                keys.insert(row.device.clone(), *row.key);
            }
            Change::Segment(bytes) => segments.push(open_segment(ledger, client, bytes, keys)?),
            Change::Rulebook(_)
            | Change::Keyring(_)
            | Change::ControlKeyring(_)
            | Change::Ticket(_)
            | Change::Conflict(_)
            | Change::Label(_) => {}
        }
    }
    Ok(segments)
}

fn open_segment<U: Uplink>(
    ledger: &mut dyn Ledger,
    client: &Client<U>,
    bytes: &ByteVec,
    keys: &Keys,
) -> Result<(Vec<u8>, Segment), SyncError> {
    let segment = Segment::unverified(bytes).map_err(|error| client.not_believed(error))?;
    let key = match keys.get(&segment.device) {
        Some(key) => Some(*key),
        None => ledger.device_key(&segment.device)?,
    };
    if let Some(key) = key {
        let key = VerifyingKey::from_bytes(&key).map_err(|error| client.not_believed(error))?;
        Segment::open(bytes, &key).map_err(|error| client.not_believed(error))?;
    }
    Ok((bytes.to_vec(), segment))
}
