//! Which requests count: signed by a device that is believed, and never seen before.

use ed25519_dalek::VerifyingKey;

use super::devices::by_name;
use super::revocation::hand_order;
use super::sql::params;
use super::{Db, DbError, event_row, lock_event};
use crate::domain::ids::{DeviceId, EventId};
use crate::domain::time::UnixMillis;
use crate::wire::request::RequestClaims;
use crate::wire::{Context, DeviceStatus, Signed};

/// A device whose request counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Its event.
    pub event: EventId,
    /// Its name.
    pub device: DeviceId,
}

/// A request that counts, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub caller: Caller,
    /// Where the device is believed no more: only what it hands over for rescue is looked at.
    pub revoked: Option<Revoked>,
}

/// A device that is believed no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// The server's signed order to it; none before the server has a key.
    pub order: Option<Vec<u8>>,
}

/// Why a request does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotCounted {
    /// No such device in that event.
    UnknownDevice,
    /// Its key did not sign this.
    BadSignature,
    /// It is set aside until a person has looked.
    Suspended,
    /// The counter did not rise.
    Replayed,
}

impl Db {
    /// Counts a request, once. The counter outlives a kill of the process before the request is answered; only a power cut
    /// may take the newest with it, so that a listener on the way could repeat a request of that moment. All that a
    /// repeated request does is to be answered again, and a sync for each would cost more than the requests.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read or written.
    pub fn count_request(
        &mut self,
        claims: &RequestClaims,
        signed: &Signed,
        now: UnixMillis,
    ) -> Result<Result<Request, NotCounted>, DbError> {
        self.counters.write(|transaction| {
            let event = match event_row(transaction, claims.event.as_str()) {
                Err(DbError::NoEvent(_)) => return Ok(Err(NotCounted::UnknownDevice)),
                other => other?,
            };
            let Some(device) = by_name(transaction, event, &claims.device)? else {
                return Ok(Err(NotCounted::UnknownDevice));
            };
            let Some((key, status)) = device.key.zip(device.status) else {
                return Ok(Err(NotCounted::UnknownDevice));
            };
            let verified =
                VerifyingKey::from_bytes(&key).is_ok_and(|key| signed.open(Context::Request, &key).is_ok());
            if !verified {
                return Ok(Err(NotCounted::BadSignature));
            }
            if status == DeviceStatus::Suspended {
                return Ok(Err(NotCounted::Suspended));
            }
            // A counter beyond what SQLite can hold is no counter of ours.
            let Ok(counter) = i64::try_from(claims.counter) else {
                return Ok(Err(NotCounted::Replayed));
            };
            if status == DeviceStatus::Revoked {
                // Before the device's own row, as everyone who changes what is said of a device.
                lock_event(transaction, claims.event.as_str())?;
            }
            let risen = transaction.execute(
                "INSERT INTO request_epochs (event, device, epoch, counter) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (event, device, epoch) DO UPDATE SET counter = excluded.counter
                 WHERE request_epochs.counter < excluded.counter",
                params![event.0, claims.device.as_str(), claims.epoch.as_slice(), counter],
            )?;
            if risen == 0 {
                return Ok(Err(NotCounted::Replayed));
            }
            transaction.execute(
                "UPDATE devices SET seen_ms = ?3 WHERE event = ?1 AND name = ?2",
                params![event.0, claims.device.as_str(), now.0],
            )?;
            let revoked = match status {
                DeviceStatus::Revoked => Some(Revoked {
                    order: hand_order(transaction, event, &device, now)?,
                }),
                DeviceStatus::Active | DeviceStatus::Suspended => None,
            };
            let caller = Caller {
                event: claims.event.clone(),
                device: claims.device.clone(),
            };
            Ok(Ok(Request { caller, revoked }))
        })
    }
}
