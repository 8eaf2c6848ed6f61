//! What a gate's bundle brings: taken as an upload of that gate is.

use std::io::{Read, Seek};

use ed25519_dalek::{SigningKey, VerifyingKey};
use minicbor::bytes::ByteVec;

use super::BundleRefused;
use crate::domain::ids::{DeviceId, EventId};
use crate::domain::time::UnixMillis;
use crate::server::db::{Caller, Db, DbError, DeviceStanding};
use crate::wire::bundle::{Bundle, Item, Maker};
use crate::wire::upload::ItemAnswer;
use crate::wire::{Cursor, DeviceStatus};

/// Segments in a transaction: gates that upload meanwhile wait no longer than for each other.
const AT_A_TIME: usize = 100;
/// Refusals told in words; the rest are counted.
const REFUSALS_TOLD: usize = 10;

/// What the server took of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The event.
    pub event: EventId,
    /// Who made it, and brings what is in it.
    pub device: DeviceId,
    /// Whether that device is revoked: what it brings is for rescue.
    pub revoked: bool,
    /// When it was made, by its maker's clock.
    pub made: UnixMillis,
    /// Segments that are held now.
    pub stored: u64,
    /// Segments that were held before.
    pub already_held: u64,
    /// Segments that were set aside.
    pub refused: u64,
    /// Why, for the first of them.
    pub reasons: Vec<String>,
    /// Where its maker's list stood in the event's log.
    pub stands: Option<Cursor>,
}

/// Takes the segments and heartbeats of a gate's bundle. Nothing is used before the signature over the whole holds; what is
/// taken is durable when this returns.
///
/// # Errors
/// [`BundleRefused`] where it is not for this server, or not from a device of the event, or the data cannot be written.
pub fn import<R: Read + Seek>(
    db: &mut Db,
    key: &SigningKey,
    file: R,
    now: UnixMillis,
) -> Result<Imported, BundleRefused> {
    let mut bundle = Bundle::open(file)?;
    let header = bundle.header().clone();
    let Maker::Device(name) = header.maker else {
        return Err(BundleRefused::FromServer);
    };
    let (device, maker_key) = maker(db, &header.event, &name)?;
    if !db.is_origin()? {
        return Err(BundleRefused::Relay);
    }
    bundle.verify(&maker_key)?;
    if device.status == Some(DeviceStatus::Suspended) {
        return Err(BundleRefused::Suspended { device: name });
    }
    let mut taking = Taking {
        caller: Caller {
            event: header.event.clone(),
            device: name.clone(),
        },
        now,
        waiting: Vec::new(),
        imported: Imported {
            event: header.event,
            device: name,
            revoked: device.status == Some(DeviceStatus::Revoked),
            made: header.made,
            stored: 0,
            already_held: 0,
            refused: 0,
            reasons: Vec::new(),
            stands: None,
        },
    };
    let mut items = bundle.items(key)?;
    while let Some(item) = items.next_item()? {
        taking.item(db, item)?;
    }
    taking.take(db)?;
    Ok(taking.imported)
}

/// The device that says it made a bundle, and the key that must have signed it.
fn maker(
    db: &mut Db,
    event: &EventId,
    name: &DeviceId,
) -> Result<(DeviceStanding, VerifyingKey), BundleRefused> {
    let devices = match db.devices(event) {
        Err(DbError::NoEvent(_)) => {
            return Err(BundleRefused::OtherEvent { event: event.clone() });
        }
        devices => devices?,
    };
    let device = devices.into_iter().find(|device| device.device == *name);
    let enrolled = device.and_then(|device| {
        let key = VerifyingKey::from_bytes(&device.key?).ok()?;
        Some((device, key))
    });
    enrolled.ok_or_else(|| BundleRefused::UnknownMaker {
        device: name.clone(),
        event: event.clone(),
    })
}

/// What was taken so far, and segments that are to be taken together.
struct Taking {
    caller: Caller,
    now: UnixMillis,
    waiting: Vec<ByteVec>,
    imported: Imported,
}

impl Taking {
    fn item(&mut self, db: &mut Db, item: Item) -> Result<(), DbError> {
        match item {
            Item::Segment(bytes) => {
                self.waiting.push(bytes);
                if self.waiting.len() >= AT_A_TIME {
                    self.take(db)?;
                }
            }
            Item::Heartbeat(bytes) => {
                db.note_heartbeats(&self.caller, &[bytes], self.now)?;
            }
            Item::Stands(stands) => self.imported.stands = stands,
            // What the origin itself says, it knows; and what a gate holds, its segments tell.
            Item::Have(_) | Item::SnapshotPage(_) | Item::LogPage(_) | Item::Receipt(_) | Item::Order(_) => {}
        }
        Ok(())
    }

    fn take(&mut self, db: &mut Db) -> Result<(), DbError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let segments = std::mem::take(&mut self.waiting);
        for item in db.take_upload(&self.caller, &segments, self.now)?.items {
            match item {
                ItemAnswer::Stored => self.imported.stored += 1,
                ItemAnswer::AlreadyHeld => self.imported.already_held += 1,
                ItemAnswer::Refused { code, message } => {
                    self.imported.refused += 1;
                    if self.imported.reasons.len() < REFUSALS_TOLD {
                        self.imported.reasons.push(format!("{message} ({code})"));
                    }
                }
            }
        }
        Ok(())
    }
}
