//! Believing a device no more: how far its streams still count, and the order to forget the event.

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;

use super::cases::{Touched, settle, ticket_id};
use super::changelog::{Key, append};
use super::devices::{by_name, refused, set_status_column};
use super::sql::{Connection, Optional, Transaction, params};
use super::{Db, DbError, DeviceStanding, EventRow, event_row, lock_event};
use crate::domain::ids::{DeviceId, EventId, Sequence, StreamId};
use crate::domain::time::UnixMillis;
use crate::wire::order::{Command, Order};
use crate::wire::{Believed, Change, DeviceRow, DeviceStatus};

/// How far a revoked device is to be believed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Belief {
    /// As far as the server holds each stream without a gap at that moment; once it is revoked, as before.
    #[default]
    AsHeld,
    /// Not at all.
    Nothing,
    /// These streams up to and including these facts, held or still to come; the others as held.
    UpTo(BTreeMap<StreamId, Sequence>),
}

/// A stream of a revoked device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct BelievedStream {
    /// The stream.
    pub stream: StreamId,
    /// It is believed up to and including this fact; 0: not at all.
    pub up_to: Sequence,
    /// Facts of it that are held and do not count.
    pub beyond: u64,
}

/// The order that a revoked device is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderStanding {
    /// When it was given.
    pub given: UnixMillis,
    /// When the device itself was first told; a carrier may have told it before.
    pub handed: Option<UnixMillis>,
}

impl Db {
    /// Believes a device no more: facts beyond what `belief` says count for nothing, whether held or still to come, and
    /// at its next contact the device is ordered to forget the event. May be repeated to believe more or less.
    ///
    /// # Errors
    /// [`DbError::Refused`] where there is no such device, or a stream is another's.
    pub fn revoke_device(
        &mut self,
        event: &EventId,
        device: &DeviceId,
        belief: &Belief,
        now: UnixMillis,
    ) -> Result<Vec<BelievedStream>, DbError> {
        self.connection.write(|transaction| {
            let row = lock_event(transaction, event.as_str())?;
            let found = by_name(transaction, row, device)?
                .ok_or_else(|| refused(device, "is not known: see `wicket admin device list`"))?;
            let Some(key) = found.key else {
                // It never enrolled: there is nothing to believe.
                let remove = "DELETE FROM devices WHERE event = ?1 AND name = ?2";
                transaction.execute(remove, params![row.0, device.as_str()])?;
                return Ok(Vec::new());
            };
            let first = found.status != Some(DeviceStatus::Revoked);
            fix(transaction, row, device, belief, first)?;
            set_status_column(transaction, row, device, DeviceStatus::Revoked)?;
            publish(transaction, row, device, key)?;
            wipe_order(transaction, row, &found, now)?;
            settle(transaction, row, touched_by(transaction, row, device)?, now)?;
            let streams = believed_streams(transaction, row, device)?;
            Ok(streams)
        })
    }

    /// How far the streams of a revoked device are believed.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn believed(&mut self, event: &EventId, device: &DeviceId) -> Result<Vec<BelievedStream>, DbError> {
        let row = event_row(&self.connection, event.as_str())?;
        believed_streams(&self.connection, row, device)
    }

    /// The order that a device was given.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn order_to(&mut self, event: &EventId, device: &DeviceId) -> Result<Option<OrderStanding>, DbError> {
        let row = event_row(&self.connection, event.as_str())?;
        let query = "SELECT given_ms, handed_ms FROM orders WHERE event = ?1 AND device = ?2";
        self.connection
            .query_row(query, params![row.0, device.as_str()], |row| {
                Ok(OrderStanding {
                    given: UnixMillis(row.get(0)?),
                    handed: row.get::<Option<u64>>(1)?.map(UnixMillis),
                })
            })
            .optional()
    }

    /// Every order of an event, as signed, for those who carry them.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn orders(&mut self, event: &EventId) -> Result<Vec<Vec<u8>>, DbError> {
        let row = event_row(&self.connection, event.as_str())?;
        let query = "SELECT bytes FROM orders WHERE event = ?1 ORDER BY device";
        self.connection.query_map(query, params![row.0], |row| row.get(0))
    }
}

/// Writes down how far each stream is believed.
fn fix(
    transaction: &Transaction<'_>,
    event: EventRow,
    device: &DeviceId,
    belief: &Belief,
    first: bool,
) -> Result<(), DbError> {
    if first {
        // An earlier belief cannot be there: a revoked device never comes back.
        transaction.execute(
            "INSERT INTO believed (event, stream, device, up_to)
             SELECT event, stream, device, holds FROM streams WHERE event = ?1 AND device = ?2",
            params![event.0, device.as_str()],
        )?;
    }
    match belief {
        Belief::AsHeld => {}
        Belief::Nothing => {
            transaction.execute(
                "UPDATE believed SET up_to = 0 WHERE event = ?1 AND device = ?2",
                params![event.0, device.as_str()],
            )?;
        }
        Belief::UpTo(streams) => {
            for (stream, up_to) in streams {
                believe_up_to(transaction, event, device, stream, *up_to)?;
            }
        }
    }
    Ok(())
}

/// Believes a stream of a revoked device up to a fact.
pub(super) fn believe_up_to(
    transaction: &Transaction<'_>,
    event: EventRow,
    device: &DeviceId,
    stream: &StreamId,
    up_to: Sequence,
) -> Result<(), DbError> {
    let owner: Option<String> = transaction
        .query_row(
            "SELECT device FROM streams WHERE event = ?1 AND stream = ?2",
            params![event.0, stream.as_bytes()],
            |row| row.get(0),
        )
        .optional()?;
    if owner.is_some_and(|owner| owner != device.as_str()) {
        return Err(refused(
            device,
            &format!("did not make the stream {stream}: see `wicket admin attendance --json`"),
        ));
    }
    let up_to = i64::try_from(up_to.0)
        .map_err(|_| refused(device, "can have no fact of so high a number: check the sequence"))?;
    transaction.execute(
        "INSERT INTO believed (event, stream, device, up_to) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (event, stream) DO UPDATE SET up_to = excluded.up_to",
        params![event.0, stream.as_bytes(), device.as_str(), up_to],
    )?;
    Ok(())
}

/// What is to be judged again when more or less of a device is believed.
pub(super) fn touched_by(
    transaction: &Transaction<'_>,
    event: EventRow,
    device: &DeviceId,
) -> Result<Touched, DbError> {
    let tickets = transaction.query_map(
        "SELECT DISTINCT ticket FROM facts WHERE event = ?1
         AND stream IN (SELECT stream FROM streams WHERE event = ?1 AND device = ?2)",
        params![event.0, device.as_str()],
        |row| row.get::<Option<Vec<u8>>>(0),
    )?;
    let mut touched = Touched::default();
    for ticket in tickets {
        match ticket {
            Some(ticket) => touched.ticket(ticket_id(&ticket)?),
            // A void or an all-out bears on whatever happened.
            None => return Ok(Touched::every()),
        }
    }
    Ok(touched)
}

/// How far a stream of a revoked device is believed.
pub(super) fn believed_up_to(
    connection: &Connection,
    event: EventRow,
    stream: &StreamId,
) -> Result<Sequence, DbError> {
    let found: Option<u64> = connection
        .query_row(
            "SELECT up_to FROM believed WHERE event = ?1 AND stream = ?2",
            params![event.0, stream.as_bytes()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(Sequence(found.unwrap_or(0)))
}

/// Tells the gates that a device is revoked, and how far it is believed.
pub(super) fn publish(
    transaction: &Transaction<'_>,
    event: EventRow,
    device: &DeviceId,
    key: [u8; 32],
) -> Result<(), DbError> {
    let streams = believed_streams(transaction, event, device)?;
    let believed = streams.iter().map(|stream| Believed {
        stream: stream.stream,
        up_to: stream.up_to,
    });
    let row = DeviceRow {
        device: device.clone(),
        key: key.into(),
        status: DeviceStatus::Revoked,
        believed: Some(believed.collect()),
    };
    append(transaction, event, Key::Once, &Change::Device(row))
}

fn believed_streams(
    connection: &Connection,
    event: EventRow,
    device: &DeviceId,
) -> Result<Vec<BelievedStream>, DbError> {
    connection.query_map(
        "SELECT stream, up_to, (SELECT count(*) FROM facts f
         WHERE f.event = b.event AND f.stream = b.stream AND f.seq > b.up_to)
         FROM believed b WHERE event = ?1 AND device = ?2 ORDER BY stream",
        params![event.0, device.as_str()],
        |row| {
            Ok(BelievedStream {
                stream: StreamId::new(row.get(0)?),
                up_to: Sequence(row.get(1)?),
                beyond: row.get(2)?,
            })
        },
    )
}

/// The order to a revoked device; made now where an earlier release revoked it. None before the server has a key.
fn wipe_order(
    transaction: &Transaction<'_>,
    event: EventRow,
    device: &DeviceStanding,
    now: UnixMillis,
) -> Result<Option<Vec<u8>>, DbError> {
    let held: Option<Vec<u8>> = transaction
        .query_row(
            "SELECT bytes FROM orders WHERE event = ?1 AND device = ?2",
            params![event.0, device.device.as_str()],
            |row| row.get(0),
        )
        .optional()?;
    let server: Option<[u8; 32]> = transaction
        .query_row("SELECT secret FROM server_key", params![], |row| row.get(0))
        .optional()?;
    let (None, Some(server), Some(key)) = (&held, server, device.key) else {
        return Ok(held);
    };
    let order = Order {
        event: device.event.clone(),
        device: device.device.clone(),
        key: key.into(),
        at: now.seconds(),
        command: Command::Wipe,
    };
    let bytes = order.seal(&SigningKey::from_bytes(&server));
    transaction.execute(
        "INSERT INTO orders (event, device, given_ms, bytes) VALUES (?1, ?2, ?3, ?4)",
        params![event.0, device.device.as_str(), now.0, bytes],
    )?;
    Ok(Some(bytes))
}

/// The order to a revoked device that asks now, noted as handed to it.
pub(super) fn hand_order(
    transaction: &Transaction<'_>,
    event: EventRow,
    device: &DeviceStanding,
    now: UnixMillis,
) -> Result<Option<Vec<u8>>, DbError> {
    let order = wipe_order(transaction, event, device, now)?;
    transaction.execute(
        "UPDATE orders SET handed_ms = ?3 WHERE event = ?1 AND device = ?2 AND handed_ms IS NULL",
        params![event.0, device.device.as_str(), now.0],
    )?;
    Ok(order)
}
