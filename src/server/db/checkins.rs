//! Devices' facts, as they come in: each segment is taken, held already, or set aside with why.

use std::collections::BTreeSet;

use minicbor::bytes::ByteVec;

use super::cases::{Touched, settle};
use super::changelog::{Key, append, log_id};
use super::pace;
use super::requests::Caller;
use super::soundness::{Aside, Sound, Trusting, check};
use super::sql::{Connection, Optional, Transaction, params};
use super::{Db, DbError, EventRow, event_row, lock_event};
use crate::domain::checkin::{Fact, FactRef};
use crate::domain::ids::{EventId, Sequence, StreamId};
use crate::domain::time::UnixMillis;
use crate::wire::limits::SEGMENT_BYTES_MAX;
use crate::wire::upload::{Held, ItemAnswer, Receipt};
use crate::wire::{self, Change, Segment, SegmentHash};

/// Segments set aside for an event: enough for what a revoked device hands over for rescue, a check-in at a time, and
/// too few for one bad device to fill the disk.
const PARKED_MAX: u64 = 10_000;

/// What became of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    /// An answer for each segment, in order.
    pub items: Vec<ItemAnswer>,
    /// What is durably held now: the caller's streams, and each other one in the upload.
    pub receipt: Receipt,
}

/// A stream as the server holds it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StreamStatus {
    /// The stream.
    pub stream: StreamId,
    /// The device that made it.
    pub device: String,
    /// Held up to here without a gap.
    pub holds: u64,
    /// The highest fact held: beyond `holds` where there is a gap.
    pub highest: u64,
}

impl Db {
    /// Takes an upload in one transaction: when this returns, what it calls stored is durable.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read or written; then nothing was taken.
    pub fn take_upload(
        &mut self,
        caller: &Caller,
        segments: &[ByteVec],
        now: UnixMillis,
    ) -> Result<Intake, DbError> {
        if segments.is_empty() {
            return self
                .connection
                .read(|connection| nothing_new(connection, caller, now));
        }
        let (intake, facts) = self.connection.write(|transaction| {
            let event = lock_event(transaction, caller.event.as_str())?;
            let mut streams: BTreeSet<StreamId> = streams_of(transaction, event, caller)?;
            let (mut items, mut facts, mut touched) = (Vec::new(), 0, Touched::default());
            for bytes in segments {
                let (item, fresh) = take(transaction, event, caller, bytes, now, &mut touched)?;
                items.push(item);
                facts += fresh;
                streams.extend(Segment::unverified(bytes).map(|segment| segment.stream).ok());
            }
            settle(transaction, event, touched, now)?;
            let receipt = receipt(transaction, event, caller, &streams, now)?;
            Ok((Intake { items, receipt }, facts))
        })?;
        self.tally().count(&intake.items, facts);
        Ok(intake)
    }

    /// Every fact of an event that counts, unordered: not what a revoked device said beyond what is believed of it.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn facts(&mut self, event: &EventId) -> Result<Vec<Fact>, DbError> {
        let event = event_row(&self.connection, event.as_str())?;
        self.connection.query_map(
            "SELECT stream, seq, draft FROM believed_facts WHERE event = ?1",
            params![event.0],
            |row| {
                Ok(Fact {
                    id: FactRef {
                        stream: StreamId::new(row.get(0)?),
                        sequence: Sequence(row.get(1)?),
                    },
                    draft: wire::from_cbor(row.bytes(2)?).map_err(DbError::unreadable("fact"))?,
                })
            },
        )
    }

    /// How far each stream of an event is held.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn streams(&mut self, event: &EventId) -> Result<Vec<StreamStatus>, DbError> {
        let event = event_row(&self.connection, event.as_str())?;
        self.connection.query_map(
            "SELECT stream, device, holds,
             (SELECT max(seq) FROM facts WHERE facts.event = streams.event
             AND facts.stream = streams.stream)
             FROM streams WHERE event = ?1 ORDER BY device, stream",
            params![event.0],
            |row| {
                Ok(StreamStatus {
                    stream: StreamId::new(row.get(0)?),
                    device: row.get(1)?,
                    holds: row.get(2)?,
                    highest: row.get(3)?,
                })
            },
        )
    }

    /// Segments set aside, counted by why.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn parked(&mut self, event: &EventId) -> Result<Vec<(String, u64)>, DbError> {
        let event = event_row(&self.connection, event.as_str())?;
        self.connection.query_map(
            "SELECT code, count(*) FROM parked WHERE event = ?1 GROUP BY code ORDER BY code",
            params![event.0],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
}

/// The answer to a gate that only asks what is held of its own: it waits for nobody who writes.
fn nothing_new(connection: &Connection, caller: &Caller, now: UnixMillis) -> Result<Intake, DbError> {
    let event = event_row(connection, caller.event.as_str())?;
    let streams = streams_of(connection, event, caller)?;
    Ok(Intake {
        items: Vec::new(),
        receipt: receipt(connection, event, caller, &streams, now)?,
    })
}

fn receipt(
    connection: &Connection,
    event: EventRow,
    caller: &Caller,
    streams: &BTreeSet<StreamId>,
    now: UnixMillis,
) -> Result<Receipt, DbError> {
    let held = streams.iter().map(|stream| held(connection, event, stream));
    Ok(Receipt {
        event: caller.event.clone(),
        log: log_id(connection, event)?,
        as_of: now,
        held: held.collect::<Result<_, DbError>>()?,
        whole_of: Some(caller.device.clone()),
    })
}

/// What becomes of a segment, and how many facts it brought.
fn take(
    transaction: &Transaction<'_>,
    event: EventRow,
    caller: &Caller,
    bytes: &[u8],
    now: UnixMillis,
    touched: &mut Touched,
) -> Result<(ItemAnswer, u64), DbError> {
    let hash = Segment::hash(bytes);
    if transaction.exists(
        "SELECT 1 FROM segments WHERE event = ?1 AND hash = ?2",
        params![event.0, hash.as_slice()],
    )? {
        return Ok((ItemAnswer::AlreadyHeld, 0));
    }
    match check(transaction, event, bytes, &hash, Trusting::Nobody)? {
        Ok(sound) => {
            keep(transaction, event, bytes, &hash, &sound, now)?;
            touched.facts(transaction, event, &sound.fresh)?;
            Ok(match sound.fresh.len() {
                0 => (ItemAnswer::AlreadyHeld, 0),
                fresh => (ItemAnswer::Stored, fresh as u64),
            })
        }
        Err(Aside { code, message }) => {
            let kept = park(transaction, event, caller, bytes, code, &message, now)?;
            let message = if kept {
                message
            } else {
                format!("{message}; too many are set aside already to keep this one")
            };
            let code = code.to_owned();
            Ok((ItemAnswer::Refused { code, message }, 0))
        }
    }
}

/// Takes a segment: holds it, and hands it out.
pub(super) fn keep(
    transaction: &Transaction<'_>,
    event: EventRow,
    bytes: &[u8],
    hash: &SegmentHash,
    sound: &Sound,
    now: UnixMillis,
) -> Result<(), DbError> {
    keep_segment(transaction, event, bytes, hash, sound, now)?;
    publish(transaction, event, bytes, hash, sound)
}

/// Holds a segment: its bytes, its facts, and how far its stream is held.
pub(super) fn keep_segment(
    transaction: &Transaction<'_>,
    event: EventRow,
    bytes: &[u8],
    hash: &SegmentHash,
    sound: &Sound,
    now: UnixMillis,
) -> Result<(), DbError> {
    let Sound { segment, fresh } = sound;
    transaction.execute(
        "INSERT INTO segments (event, hash, stream, first, last, previous, received_ms, bytes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            event.0,
            hash.as_slice(),
            segment.stream.as_bytes(),
            segment.first.0,
            segment.last().0,
            segment.previous.as_ref().map(|previous| previous.as_slice()),
            now.0,
            bytes
        ],
    )?;
    for fact in fresh {
        transaction.execute(
            "INSERT INTO facts (event, stream, seq, ticket, draft) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                event.0,
                fact.id.stream.as_bytes(),
                fact.id.sequence.0,
                fact.draft.ticket.as_ref().map(|ticket| ticket.as_bytes()),
                wire::to_cbor(&fact.draft)
            ],
        )?;
    }
    pace::count(transaction, event, &segment.device, fresh)?;
    advance(transaction, event, segment)
}

/// Hands a segment out in the event's log.
fn publish(
    transaction: &Transaction<'_>,
    event: EventRow,
    bytes: &[u8],
    hash: &SegmentHash,
    sound: &Sound,
) -> Result<(), DbError> {
    // It may have been set aside before, as while its device was suspended.
    transaction.execute(
        "DELETE FROM parked WHERE event = ?1 AND hash = ?2",
        params![event.0, hash.as_slice()],
    )?;
    if sound.fresh.is_empty() {
        return Ok(());
    }
    append(
        transaction,
        event,
        Key::Once,
        &Change::Segment(bytes.to_vec().into()),
    )
}

/// Moves the mark of how far the stream is held past every fact that follows without a gap.
fn advance(transaction: &Transaction<'_>, event: EventRow, segment: &Segment) -> Result<(), DbError> {
    let before = holds(transaction, event, &segment.stream)?;
    let mut holds = before;
    transaction.query_while(
        "SELECT seq FROM facts WHERE event = ?1 AND stream = ?2 AND seq > ?3 ORDER BY seq",
        params![event.0, segment.stream.as_bytes(), before.0],
        |row| {
            let follows = Sequence(row.get(0)?) == holds.next();
            if follows {
                holds = holds.next();
            }
            Ok(follows)
        },
    )?;
    transaction.execute(
        "INSERT INTO streams (event, stream, device, holds) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (event, stream) DO UPDATE SET holds = excluded.holds",
        params![
            event.0,
            segment.stream.as_bytes(),
            segment.device.as_str(),
            holds.0
        ],
    )?;
    Ok(())
}

fn holds(connection: &Connection, event: EventRow, stream: &StreamId) -> Result<Sequence, DbError> {
    let found: Option<u64> = connection
        .query_row(
            "SELECT holds FROM streams WHERE event = ?1 AND stream = ?2",
            params![event.0, stream.as_bytes()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(Sequence(found.unwrap_or(0)))
}

/// How far a stream is held, and by which segment.
fn held(connection: &Connection, event: EventRow, stream: &StreamId) -> Result<Held, DbError> {
    let holds = holds(connection, event, stream)?;
    let tip: Option<[u8; 32]> = connection
        .query_row(
            "SELECT hash FROM segments WHERE event = ?1 AND stream = ?2 AND last = ?3
             ORDER BY rowid LIMIT 1",
            params![event.0, stream.as_bytes(), holds.0],
            |row| row.get(0),
        )
        .optional()?;
    Ok(Held {
        stream: *stream,
        holds,
        tip: tip.map(SegmentHash::from),
    })
}

fn streams_of(
    connection: &Connection,
    event: EventRow,
    caller: &Caller,
) -> Result<BTreeSet<StreamId>, DbError> {
    let streams = connection.query_map(
        "SELECT stream FROM streams WHERE event = ?1 AND device = ?2",
        params![event.0, caller.device.as_str()],
        |row| Ok(StreamId::new(row.get(0)?)),
    )?;
    Ok(streams.into_iter().collect())
}

pub(super) fn park(
    transaction: &Transaction<'_>,
    event: EventRow,
    caller: &Caller,
    bytes: &[u8],
    code: &str,
    message: &str,
    now: UnixMillis,
) -> Result<bool, DbError> {
    let parked: u64 = transaction.query_row(
        "SELECT count(*) FROM parked WHERE event = ?1",
        params![event.0],
        |row| row.get(0),
    )?;
    if parked >= PARKED_MAX || bytes.len() > SEGMENT_BYTES_MAX {
        return Ok(false);
    }
    transaction.execute(
        "INSERT INTO parked (event, hash, carrier, code, message, received_ms, bytes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (event, hash) DO UPDATE SET code = excluded.code, message = excluded.message",
        params![
            event.0,
            Segment::hash(bytes).as_slice(),
            caller.device.as_str(),
            code,
            message,
            now.0,
            bytes
        ],
    )?;
    Ok(true)
}
