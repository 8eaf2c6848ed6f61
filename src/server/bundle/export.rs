//! The list, receipts and orders, as a bundle for gates.

use std::io::Write;

use ed25519_dalek::{SigningKey, VerifyingKey};

use super::{BundleRefused, Imported};
use crate::domain::ids::{DeviceId, EventId};
use crate::domain::time::UnixMillis;
use crate::server::db::{Caller, Db, DeviceStanding, LogRead};
use crate::wire::bundle::{Holds, Item, Maker, Plan, Writer};
use crate::wire::{Context, Cursor, DeviceStatus, Signed, to_cbor};

/// A bundle to be made.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The event.
    pub event: &'a EventId,
    /// For whom; none: for every active device.
    pub devices: &'a [DeviceId],
    /// The server's time.
    pub now: UnixMillis,
    /// Random.
    pub random: [u8; 32],
}

/// What went into a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// For whom it is.
    pub devices: Vec<DeviceId>,
    /// What it holds.
    pub holds: Holds,
}

/// Writes the event's list whole, what the server holds of every device's check-ins, and the orders to devices. One for a
/// revoked device has no list in it.
///
/// # Errors
/// [`BundleRefused`] where nobody could read it, or it cannot be written.
pub fn export<W: Write>(
    db: &mut Db,
    key: &SigningKey,
    wish: &Wish<'_>,
    out: W,
) -> Result<(W, Exported), BundleRefused> {
    let readers = readers(db, wish)?;
    write(db, key, wish, &readers, None, out)
}

/// Writes what the server says to a bundle that it took: receipts and orders, and what changed since the place in the log
/// where the gate stood; or the list whole, where it had none that fits.
///
/// # Errors
/// [`BundleRefused`] where it cannot be written.
pub fn answer<W: Write>(
    db: &mut Db,
    key: &SigningKey,
    taken: &Imported,
    (now, random): (UnixMillis, [u8; 32]),
    out: W,
) -> Result<(W, Exported), BundleRefused> {
    let devices = [taken.device.clone()];
    let wish = Wish {
        event: &taken.event,
        devices: &devices,
        now,
        random,
    };
    let readers = readers(db, &wish)?;
    write(db, key, &wish, &readers, taken.stands.as_ref(), out)
}

/// Those who are to read it, each with a key.
fn readers(db: &mut Db, wish: &Wish<'_>) -> Result<Vec<(DeviceStanding, VerifyingKey)>, BundleRefused> {
    let (mut readers, devices) = (Vec::new(), db.devices(wish.event)?);
    if !db.is_origin()? {
        return Err(BundleRefused::Relay);
    }
    for device in devices {
        let named = wish.devices.contains(&device.device);
        if !wish.devices.is_empty() && !named {
            continue;
        }
        match device.status {
            Some(DeviceStatus::Suspended) if named => {
                return Err(BundleRefused::Suspended {
                    device: device.device,
                });
            }
            Some(DeviceStatus::Revoked) if named && wish.devices.len() > 1 => {
                return Err(BundleRefused::RevokedAmongOthers {
                    device: device.device,
                });
            }
            Some(DeviceStatus::Revoked) if named => {}
            Some(DeviceStatus::Active) => {}
            _ => continue,
        }
        if let Some(key) = device.key.and_then(|key| VerifyingKey::from_bytes(&key).ok()) {
            readers.push((device, key));
        }
    }
    let missing = wish
        .devices
        .iter()
        .find(|wanted| readers.iter().all(|(device, _)| device.device != **wanted));
    match missing {
        Some(device) => Err(BundleRefused::UnknownMaker {
            device: device.clone(),
            event: wish.event.clone(),
        }),
        None if readers.is_empty() => Err(BundleRefused::Nobody {
            event: wish.event.clone(),
        }),
        None => Ok(readers),
    }
}

fn write<W: Write>(
    db: &mut Db,
    key: &SigningKey,
    wish: &Wish<'_>,
    readers: &[(DeviceStanding, VerifyingKey)],
    stands: Option<&Cursor>,
    out: W,
) -> Result<(W, Exported), BundleRefused> {
    let recipients: Vec<VerifyingKey> = readers.iter().map(|(_, key)| *key).collect();
    let plan = Plan {
        event: wish.event.clone(),
        maker: Maker::Origin,
        made: wish.now,
        recipients: &recipients,
        random: wish.random,
    };
    let mut bundle = Writer::begin(out, plan)?;
    let mut put = |item: Item| Ok(bundle.put(&item)?);
    // Orders first: a device that is to forget the event takes nothing of what follows.
    for order in db.orders(wish.event)? {
        put(Item::Order(order.into()))?;
    }
    let revoked = |(device, _): &(DeviceStanding, VerifyingKey)| device.status == Some(DeviceStatus::Revoked);
    if !readers.iter().any(revoked) {
        list(db, key, wish, stands, &mut put)?;
    }
    receipts(db, key, wish, &mut put)?;
    let (out, holds) = bundle.finish(key)?;
    let devices = readers.iter().map(|(device, _)| device.device.clone()).collect();
    Ok((out, Exported { devices, holds }))
}

/// The log behind a place where it fits, else the list whole.
fn list(
    db: &mut Db,
    key: &SigningKey,
    wish: &Wish<'_>,
    stands: Option<&Cursor>,
    put: &mut dyn FnMut(Item) -> Result<(), BundleRefused>,
) -> Result<(), BundleRefused> {
    let as_of = wish.now.seconds();
    let mut stands = stands.cloned();
    while let Some(after) = stands {
        let LogRead::Page(page) = db.log_page(wish.event, &after, as_of)? else {
            break;
        };
        put(Item::LogPage(signed(Context::LogPage, key, &page)))?;
        if page.to.sequence == page.head {
            return Ok(());
        }
        stands = Some(page.to);
    }
    let snapshot = db.snapshot(wish.event, as_of)?;
    for number in 0..snapshot.pages() {
        if let Some(page) = db.snapshot_page(&snapshot, number)? {
            put(Item::SnapshotPage(signed(Context::SnapshotPage, key, &page)))?;
        }
    }
    Ok(())
}

/// What is held of every device: a gate carries what its neighbours wait for, too.
fn receipts(
    db: &mut Db,
    key: &SigningKey,
    wish: &Wish<'_>,
    put: &mut dyn FnMut(Item) -> Result<(), BundleRefused>,
) -> Result<(), BundleRefused> {
    for device in db.devices(wish.event)? {
        if device.key.is_none() {
            continue;
        }
        let caller = Caller {
            event: device.event,
            device: device.device,
        };
        let receipt = db.take_upload(&caller, &[], wish.now)?.receipt;
        put(Item::Receipt(receipt.seal(key).into()))?;
    }
    Ok(())
}

fn signed<T: minicbor::Encode<()>>(context: Context, key: &SigningKey, page: &T) -> minicbor::bytes::ByteVec {
    Signed::seal(context, key, to_cbor(page)).to_bytes().into()
}
