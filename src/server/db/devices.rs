//! Devices, and the one-time tokens with which they enrol.

use super::changelog::{Key, append};
use super::sql::{Connection, Optional, Row, Transaction, params};
use super::{Db, DbError, EventRow, event_row, lock_event};
use crate::domain::ids::{DeviceId, EventId, GateId};
use crate::domain::time::UnixMillis;
use crate::wire::enrol::{Token, six_digit_check};
use crate::wire::{Change, DeviceRow, DeviceStatus, request};

/// A device to be, waiting for its token.
#[derive(Debug, Clone)]
pub struct NewDevice<'a> {
    /// The event.
    pub event: &'a EventId,
    /// Its name.
    pub device: &'a DeviceId,
    /// The gate at which it will stand.
    pub gate: &'a GateId,
    /// Random, printed once.
    pub token: &'a Token,
    /// Until when the token works.
    pub until: UnixMillis,
    /// Whether a person must confirm the six-digit check on the server before the device counts.
    pub confirm: bool,
    /// Whether it is to be a relay, which stands at no gate.
    pub relay: bool,
}

/// A device as the server knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceStanding {
    /// The event.
    pub event: EventId,
    /// Its name.
    pub device: DeviceId,
    /// The gate at which it stands.
    pub gate: GateId,
    /// Its key; none until it has enrolled.
    pub key: Option<[u8; 32]>,
    /// None until it has enrolled.
    pub status: Option<DeviceStatus>,
    /// Whether a person must still confirm it.
    pub awaits_confirmation: bool,
    /// Whether it is a relay.
    pub relay: bool,
    /// Until when its token works.
    token_until: UnixMillis,
}

/// What comes of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enrolment {
    /// The device is enrolled with this key, now or by the same request before.
    Enrolled(DeviceStanding),
    /// No such token was printed, or a newer one took its place.
    UnknownToken,
    /// Its time is over.
    Expired,
    /// Another key enrolled with it before. That device is suspended now: one of the two is an impostor.
    UsedTwice,
}

impl Db {
    /// Adds a device, or gives one that has not enrolled yet a new token.
    ///
    /// # Errors
    /// [`DbError::Refused`] where a device of that name has enrolled.
    pub fn add_device(&mut self, new: &NewDevice<'_>) -> Result<(), DbError> {
        self.connection.write(|transaction| {
            let event = lock_event(transaction, new.event.as_str())?;
            let added = transaction.execute(
                "INSERT INTO devices (event, name, gate, confirm, token_hash, token_until_ms, relay)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (event, name) DO UPDATE SET gate = excluded.gate, confirm = excluded.confirm,
                 token_hash = excluded.token_hash, token_until_ms = excluded.token_until_ms,
                 relay = excluded.relay WHERE devices.key IS NULL",
                params![
                    event.0,
                    new.device.as_str(),
                    new.gate.as_str(),
                    new.confirm,
                    request::hash(new.token.as_slice()).as_slice(),
                    new.until.0,
                    new.relay
                ],
            )?;
            if added == 0 {
                return Err(refused(new.device, "has enrolled already: choose another name"));
            }
            Ok(())
        })
    }

    /// Enrols the key under the token's device.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read or written.
    pub fn enrol(&mut self, token: &Token, key: &[u8; 32], now: UnixMillis) -> Result<Enrolment, DbError> {
        self.connection.write(|transaction| {
            let hash = request::hash(token.as_slice());
            let Some((_, found)) = by_token(transaction, hash.as_slice())? else {
                return Ok(Enrolment::UnknownToken);
            };
            lock_event(transaction, found.event.as_str())?;
            // Read again, now that nobody else enrols.
            let Some((event, found)) = by_token(transaction, hash.as_slice())? else {
                return Ok(Enrolment::UnknownToken);
            };
            let enrolment = match found.key {
                // An answer that was lost on its way is given again.
                Some(before) if before == *key => Enrolment::Enrolled(found),
                Some(_) => {
                    suspend(transaction, event, &found)?;
                    Enrolment::UsedTwice
                }
                None if now >= found.token_until => Enrolment::Expired,
                None => Enrolment::Enrolled(enter(transaction, event, found, *key)?),
            };
            Ok(enrolment)
        })
    }

    /// Makes a device count whose six-digit check a person compared: one that waits for it, or was suspended.
    ///
    /// # Errors
    /// [`DbError::Refused`] where the digits are another key's, or the device cannot come back.
    pub fn confirm_device(&mut self, event: &EventId, device: &DeviceId, check: &str) -> Result<(), DbError> {
        self.connection.write(|transaction| {
            let row = lock_event(transaction, event.as_str())?;
            let found = by_name(transaction, row, device)?
                .ok_or_else(|| refused(device, "is not known: see `wicket admin device list`"))?;
            let Some(key) = found.key else {
                return Err(refused(device, "has not enrolled yet: nothing to confirm"));
            };
            if found.status == Some(DeviceStatus::Revoked) {
                return Err(refused(device, "is revoked for good: add a new device"));
            }
            if six_digit_check(&key) != check {
                return Err(refused(
                    device,
                    "shows other digits: do not confirm it unless both screens show the same",
                ));
            }
            set_status(transaction, row, &found.device, key, DeviceStatus::Active)?;
            Ok(())
        })
    }

    /// An event's devices, by name.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn devices(&mut self, event: &EventId) -> Result<Vec<DeviceStanding>, DbError> {
        let row = event_row(&self.connection, event.as_str())?;
        self.connection.query_map(
            &select("devices.event = ?1 ORDER BY devices.name"),
            params![row.0],
            |row| Ok(standing(raw(row)?)?.1),
        )
    }
}

/// Takes over what the origin says of a device. It is at no gate here, and no token of this database's enrolled it.
pub(super) fn follow(transaction: &Transaction<'_>, event: EventRow, row: &DeviceRow) -> Result<(), DbError> {
    transaction.execute(
        "INSERT INTO devices (event, name, gate, key, status, confirm, token_hash, token_until_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, 0)
         ON CONFLICT (event, name) DO UPDATE SET key = excluded.key, status = excluded.status",
        params![
            event.0,
            row.device.as_str(),
            GateId::unnamed().as_str(),
            row.key.as_slice(),
            status_number(row.status),
            request::hash(row.device.as_str().as_bytes()).as_slice()
        ],
    )?;
    transaction.execute(
        "DELETE FROM believed WHERE event = ?1 AND device = ?2",
        params![event.0, row.device.as_str()],
    )?;
    for believed in row.believed.iter().flatten() {
        transaction.execute(
            "INSERT INTO believed (event, stream, device, up_to) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (event, stream) DO NOTHING",
            params![
                event.0,
                believed.stream.as_bytes(),
                row.device.as_str(),
                // The origin believes nothing beyond what its own SQLite can hold.
                i64::try_from(believed.up_to.0).unwrap_or(i64::MAX)
            ],
        )?;
    }
    Ok(())
}

/// Forgets every device of an event that is followed: another list names those that count.
pub(super) fn forget(transaction: &Transaction<'_>, event: EventRow) -> Result<(), DbError> {
    for table in ["devices", "believed", "orders"] {
        transaction.execute(&format!("DELETE FROM {table} WHERE event = ?1"), params![event.0])?;
    }
    Ok(())
}

/// The device of that name.
pub(super) fn by_name(
    connection: &Connection,
    event: EventRow,
    device: &DeviceId,
) -> Result<Option<DeviceStanding>, DbError> {
    let found = connection
        .query_row(
            &select("devices.event = ?1 AND devices.name = ?2"),
            params![event.0, device.as_str()],
            raw,
        )
        .optional()?;
    found
        .map(|raw| standing(raw).map(|(_, standing)| standing))
        .transpose()
}

fn by_token(connection: &Connection, hash: &[u8]) -> Result<Option<(EventRow, DeviceStanding)>, DbError> {
    let found = connection
        .query_row(&select("token_hash = ?1"), params![hash], raw)
        .optional()?;
    found.map(standing).transpose()
}

fn enter(
    transaction: &Transaction<'_>,
    event: EventRow,
    device: DeviceStanding,
    key: [u8; 32],
) -> Result<DeviceStanding, DbError> {
    let status = if device.awaits_confirmation {
        DeviceStatus::Suspended
    } else {
        DeviceStatus::Active
    };
    transaction.execute(
        "UPDATE devices SET key = ?3, status = ?4 WHERE event = ?1 AND name = ?2",
        params![event.0, device.device.as_str(), key, status_number(status)],
    )?;
    append(
        transaction,
        event,
        Key::Once,
        &change(&device.device, key, status),
    )?;
    Ok(DeviceStanding {
        key: Some(key),
        status: Some(status),
        ..device
    })
}

fn suspend(transaction: &Transaction<'_>, event: EventRow, first: &DeviceStanding) -> Result<(), DbError> {
    match (first.key, first.status) {
        (Some(key), Some(DeviceStatus::Active)) => {
            set_status(transaction, event, &first.device, key, DeviceStatus::Suspended)
        }
        _ => Ok(()),
    }
}

fn set_status(
    transaction: &Transaction<'_>,
    event: EventRow,
    device: &DeviceId,
    key: [u8; 32],
    status: DeviceStatus,
) -> Result<(), DbError> {
    set_status_column(transaction, event, device, status)?;
    append(transaction, event, Key::Once, &change(device, key, status))
}

/// Gives a device another status, of which the gates must still be told.
pub(super) fn set_status_column(
    transaction: &Transaction<'_>,
    event: EventRow,
    device: &DeviceId,
    status: DeviceStatus,
) -> Result<(), DbError> {
    let may_await = status == DeviceStatus::Suspended;
    transaction.execute(
        "UPDATE devices SET status = ?3, confirm = confirm * ?4 WHERE event = ?1 AND name = ?2",
        params![event.0, device.as_str(), status_number(status), may_await],
    )?;
    Ok(())
}

fn change(device: &DeviceId, key: [u8; 32], status: DeviceStatus) -> Change {
    Change::Device(DeviceRow {
        device: device.clone(),
        key: key.into(),
        status,
        believed: None,
    })
}

fn status_number(status: DeviceStatus) -> i64 {
    match status {
        DeviceStatus::Active => 0,
        DeviceStatus::Suspended => 1,
        DeviceStatus::Revoked => 2,
    }
}

/// A device's columns as SQLite gives them.
struct Raw {
    row: i64,
    event: String,
    device: String,
    gate: String,
    key: Option<[u8; 32]>,
    status: Option<i64>,
    confirm: bool,
    token_until_ms: u64,
    relay: bool,
}

fn select(condition: &str) -> String {
    format!(
        "SELECT event, events.name, devices.name, gate, key, status, confirm, token_until_ms, relay
         FROM devices JOIN events USING (event) WHERE {condition}"
    )
}

fn raw(row: &Row<'_>) -> Result<Raw, DbError> {
    Ok(Raw {
        row: row.get(0)?,
        event: row.get(1)?,
        device: row.get(2)?,
        gate: row.get(3)?,
        key: row.get(4)?,
        status: row.get(5)?,
        confirm: row.get(6)?,
        token_until_ms: row.get(7)?,
        relay: row.get(8)?,
    })
}

fn standing(raw: Raw) -> Result<(EventRow, DeviceStanding), DbError> {
    let standing = DeviceStanding {
        event: DbError::parsed("device", &raw.event)?,
        device: DbError::parsed("device", &raw.device)?,
        gate: DbError::parsed("device", &raw.gate)?,
        key: raw.key,
        status: match raw.status {
            None => None,
            Some(0) => Some(DeviceStatus::Active),
            Some(1) => Some(DeviceStatus::Suspended),
            Some(_) => Some(DeviceStatus::Revoked),
        },
        awaits_confirmation: raw.confirm,
        relay: raw.relay,
        token_until: UnixMillis(raw.token_until_ms),
    };
    Ok((EventRow(raw.row), standing))
}

/// What a person asked for a device cannot be done.
pub(super) fn refused(device: &DeviceId, why: &str) -> DbError {
    DbError::Refused(format!("the device {device} {why}"))
}
