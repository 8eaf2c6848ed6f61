//! What the gates say of themselves, and when they were last heard of.

use ed25519_dalek::VerifyingKey;
use minicbor::bytes::ByteVec;

use super::devices::by_name;
use super::requests::Caller;
use super::sql::{Connection, Optional, Transaction, params};
use super::{Db, DbError, DeviceStanding, EventRow, event_row};
use crate::domain::health::Health;
use crate::domain::ids::{DeviceId, EventId};
use crate::domain::time::UnixMillis;
use crate::wire::heartbeat::Heartbeat;
use crate::wire::{self, DeviceStatus};

/// Heartbeats kept of a gate: an hour of them at one in 30 s, to see what grows.
const KEPT: u64 = 120;
/// How far back the heartbeat lies that a backlog is held against.
const BEFORE_MS: u64 = 5 * 60_000;
/// Characters kept of a release's name: what a gate says of itself ends in a terminal and in labels.
const VERSION_CHARS_MAX: usize = 32;

/// What is known of a device's doings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The device.
    pub device: DeviceStanding,
    /// When it was last heard of, by whatever way.
    pub seen: Option<UnixMillis>,
    /// What it last said of itself.
    pub last: Option<HeartbeatNote>,
    /// What it said some minutes before.
    pub before: Option<Health>,
}

/// A heartbeat, and how it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeartbeatNote {
    /// When.
    pub received: UnixMillis,
    /// The device that carried it; none: it came from the gate itself.
    pub via: Option<String>,
    /// What it says.
    pub health: Health,
}

impl Db {
    /// Notes heartbeats: the caller's own, and those that it carries for others where they are news. How many were.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read or written.
    pub fn note_heartbeats(
        &mut self,
        caller: &Caller,
        beats: &[ByteVec],
        now: UnixMillis,
    ) -> Result<u64, DbError> {
        self.connection.write(|transaction| {
            let event = event_row(transaction, caller.event.as_str())?;
            let mut noted = 0;
            for bytes in beats {
                if let Some(beat) = believed(transaction, event, &caller.event, bytes)? {
                    noted += u64::from(note(transaction, event, caller, beat, now)?);
                }
            }
            Ok(noted)
        })
    }

    /// What is known of each device of an event, by name.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn contacts(&mut self, event: &EventId) -> Result<Vec<Contact>, DbError> {
        let devices = self.devices(event)?;
        self.connection.read(|transaction| {
            let row = event_row(transaction, event.as_str())?;
            let contact = |device: &DeviceStanding| contact(transaction, row, device.clone());
            devices.iter().map(contact).collect()
        })
    }
}

/// A heartbeat of this event whose device is believed and signed it.
fn believed(
    connection: &Connection,
    row: EventRow,
    event: &EventId,
    bytes: &[u8],
) -> Result<Option<Heartbeat>, DbError> {
    let Ok(claimed) = Heartbeat::unverified(bytes) else {
        return Ok(None);
    };
    let device = by_name(connection, row, &claimed.device)?;
    let key = device
        .filter(|device| device.status == Some(DeviceStatus::Active))
        .and_then(|device| VerifyingKey::from_bytes(&device.key?).ok());
    Ok(key
        .and_then(|key| Heartbeat::open(bytes, &key).ok())
        .filter(|beat| beat.event == *event))
}

fn note(
    transaction: &Transaction<'_>,
    event: EventRow,
    caller: &Caller,
    beat: Heartbeat,
    now: UnixMillis,
) -> Result<bool, DbError> {
    let device = beat.device.clone();
    // Its own row, and not the event's: what gates say of themselves is in no log, and waits for nobody's change.
    transaction.query_locked(
        "SELECT name FROM devices WHERE event = ?1 AND name = ?2",
        params![event.0, device.as_str()],
        |_| Ok(()),
    )?;
    let direct = device == caller.device;
    let newest = newest(transaction, event, &device)?;
    // What is carried may be late, or a replay: the gate's own clock tells.
    let old = newest.is_some_and(|newest| newest.health.now.best >= beat.health.now.best);
    if !direct && old {
        return Ok(false);
    }
    let health = printable(beat.health);
    transaction.execute(
        "INSERT INTO heartbeats (event, device, number, received_ms, via, body)
         SELECT ?1, ?2, 1 + coalesce(max(number), 0), ?3, ?4, ?5 FROM heartbeats WHERE event = ?1
         AND device = ?2",
        params![
            event.0,
            device.as_str(),
            now.0,
            (!direct).then_some(caller.device.as_str()),
            wire::to_cbor(&health)
        ],
    )?;
    transaction.execute(
        "DELETE FROM heartbeats WHERE event = ?1 AND device = ?2 AND number <=
         (SELECT max(number) FROM heartbeats WHERE event = ?1 AND device = ?2) - ?3",
        params![event.0, device.as_str(), KEPT],
    )?;
    Ok(true)
}

fn contact(connection: &Connection, event: EventRow, device: DeviceStanding) -> Result<Contact, DbError> {
    let asked: Option<u64> = connection.query_row(
        "SELECT seen_ms FROM devices WHERE event = ?1 AND name = ?2",
        params![event.0, device.device.as_str()],
        |row| row.get(0),
    )?;
    let last = newest(connection, event, &device.device)?;
    let heard = last.as_ref().map(|last| last.received);
    let before = match heard {
        Some(heard) => older(connection, event, &device.device, heard.minus(BEFORE_MS))?,
        None => None,
    };
    Ok(Contact {
        device,
        seen: asked.map(UnixMillis).max(heard),
        last,
        before,
    })
}

fn newest(
    connection: &Connection,
    event: EventRow,
    device: &DeviceId,
) -> Result<Option<HeartbeatNote>, DbError> {
    let found: Option<(u64, Option<String>, Vec<u8>)> = connection
        .query_row(
            "SELECT received_ms, via, body FROM heartbeats WHERE event = ?1 AND device = ?2
             ORDER BY number DESC LIMIT 1",
            params![event.0, device.as_str()],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    let Some((received, via, body)) = found else {
        return Ok(None);
    };
    Ok(Some(HeartbeatNote {
        received: UnixMillis(received),
        via,
        health: wire::from_cbor(&body).map_err(DbError::unreadable("heartbeat"))?,
    }))
}

/// The last heartbeat that came no later than this.
fn older(
    connection: &Connection,
    event: EventRow,
    device: &DeviceId,
    until: UnixMillis,
) -> Result<Option<Health>, DbError> {
    let body: Option<Vec<u8>> = connection
        .query_row(
            "SELECT body FROM heartbeats WHERE event = ?1 AND device = ?2 AND received_ms <= ?3
             ORDER BY number DESC LIMIT 1",
            params![event.0, device.as_str(), until.0],
            |row| row.get(0),
        )
        .optional()?;
    body.map(|body| wire::from_cbor(&body).map_err(DbError::unreadable("heartbeat")))
        .transpose()
}

fn printable(health: Health) -> Health {
    let plain = health.version.chars().filter(char::is_ascii_graphic);
    Health {
        version: plain.take(VERSION_CHARS_MAX).collect(),
        ..health
    }
}
