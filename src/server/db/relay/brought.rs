//! Segments on their way up: held here, and not in any page of the origin's log that is.

use minicbor::bytes::ByteVec;

use super::super::checkins::{keep_segment, park};
use super::super::requests::Caller;
use super::super::soundness::{Aside, Trusting, check};
use super::super::sql::{Connection, Transaction, params};
use super::super::{Db, DbError, EventRow, event_row, lock_event};
use super::receipts;
use crate::domain::ids::{EventId, Sequence, StreamId};
use crate::domain::outbox::Room;
use crate::domain::time::UnixMillis;
use crate::wire::limits::{UPLOAD_BYTES_MAX, UPLOAD_FACTS_MAX, UPLOAD_SEGMENTS_MAX};
use crate::wire::upload::{Answer, Held, ItemAnswer, Upload};
use crate::wire::{Segment, SegmentHash};

/// Room in an upload, and in an answer: the frame around each segment needs a few bytes.
const ROOM: Room = Room {
    segments: UPLOAD_SEGMENTS_MAX,
    facts: UPLOAD_FACTS_MAX,
    bytes: UPLOAD_BYTES_MAX / 2,
};

/// A segment on its way up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// Its number: later ones have higher numbers.
    pub number: u64,
    /// The signed bytes.
    pub bytes: Vec<u8>,
}

/// What became of a gate's upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The answer.
    pub answer: Answer,
    /// Whether it brought what was not here.
    pub news: bool,
}

impl Db {
    /// Takes a gate's upload in one transaction: when this returns, what it calls stored is durable. The answer carries the
    /// origin's receipts that concern the caller, and what the caller lacks where it says what it has.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read or written; then nothing was taken.
    pub fn take_brought(
        &mut self,
        caller: &Caller,
        upload: &Upload,
        now: UnixMillis,
    ) -> Result<Taken, DbError> {
        self.connection.write(|transaction| {
            let event = lock_event(transaction, caller.event.as_str())?;
            let mut items = Vec::new();
            for bytes in &upload.segments {
                items.push(take(transaction, event, caller, bytes, now)?);
            }
            let uploaded = upload.segments.iter();
            let uploaded = uploaded.filter_map(|bytes| Some(Segment::unverified(bytes).ok()?.stream));
            let receipts = receipts::concerning(transaction, event, caller, uploaded)?;
            let (segments, more) = match &upload.have {
                Some(have) => beyond(transaction, event, have)?,
                None => (Vec::new(), false),
            };
            let news = items.iter().any(|item| *item != ItemAnswer::AlreadyHeld);
            let answer = Answer {
                items,
                receipts,
                segments,
                more,
                ..Answer::default()
            };
            Ok(Taken { answer, news })
        })
    }

    /// The next segments that the origin is not known to hold, beyond a number, as many as an upload holds.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn brought_after(&mut self, event: &EventId, after: u64) -> Result<Vec<Brought>, DbError> {
        let event = event_row(&self.connection, event.as_str())?;
        let (mut brought, mut left) = (Vec::new(), Some(ROOM));
        self.connection.query_while(
            "SELECT number, bytes FROM relay_brought JOIN segments USING (event, hash)
             WHERE event = ?1 AND number > ?2 ORDER BY number",
            params![event.0, after],
            |row| {
                let next = Brought {
                    number: row.get(0)?,
                    bytes: row.get(1)?,
                };
                left = left.and_then(|room| room.take(facts(&next.bytes), next.bytes.len()));
                if left.is_none() && !brought.is_empty() {
                    return Ok(false);
                }
                brought.push(next);
                Ok(true)
            },
        )?;
        Ok(brought)
    }

    /// Segments that were set aside here, for the origin to judge: it knows more. Those beyond a place, each with its place.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn set_aside_after(&mut self, event: &EventId, place: i64) -> Result<Vec<(i64, Vec<u8>)>, DbError> {
        let event = event_row(&self.connection, event.as_str())?;
        self.connection.query_map(
            "SELECT rowid, bytes FROM parked WHERE event = ?1 AND rowid > ?2 ORDER BY rowid",
            params![event.0, place],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
}

/// It is in the origin's log.
pub(super) fn forget(
    transaction: &Transaction<'_>,
    event: EventRow,
    hash: &SegmentHash,
) -> Result<(), DbError> {
    transaction.execute(
        "DELETE FROM relay_brought WHERE event = ?1 AND hash = ?2",
        params![event.0, hash.as_slice()],
    )?;
    Ok(())
}

/// The origin's log holds a segment at that place. A segment that says nothing beyond the log, as of a restored gate that
/// sealed the same facts anew, never comes back in a page: it must not be handed over again and again.
pub(super) fn forget_covered(
    transaction: &Transaction<'_>,
    event: EventRow,
    stream: &StreamId,
    (first, last): (Sequence, Sequence),
) -> Result<(), DbError> {
    let ending_there: Vec<([u8; 32], u64, u64)> = transaction.query_map(
        "SELECT hash, first, b.last FROM relay_brought b JOIN segments USING (event, hash)
         WHERE event = ?1 AND b.stream = ?2 AND b.last BETWEEN ?3 AND ?4",
        params![event.0, stream.as_bytes(), first.0, last.0],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    for (hash, first, last) in ending_there {
        if is_covered(transaction, event, stream, (first, last))? {
            forget(transaction, event, &hash.into())?;
        }
    }
    Ok(())
}

/// Whether segments of the origin's log hold all these facts. What is held here under one identity has one content.
fn is_covered(
    transaction: &Transaction<'_>,
    event: EventRow,
    stream: &StreamId,
    (first, last): (u64, u64),
) -> Result<bool, DbError> {
    let mut next = first;
    transaction.query_while(
        "SELECT first, last FROM segments s WHERE event = ?1 AND stream = ?2 AND first <= ?4
         AND last >= ?3
         AND NOT EXISTS (SELECT 1 FROM relay_brought b WHERE b.event = s.event AND b.hash = s.hash)
         ORDER BY first",
        params![event.0, stream.as_bytes(), first, last],
        |row| {
            let goes_on = row.get::<u64>(0)? <= next;
            if goes_on {
                next = next.max(row.get::<u64>(1)?.saturating_add(1));
            }
            Ok(goes_on)
        },
    )?;
    Ok(next > last)
}

/// All that is held may be news to the origin: its log is another one now.
pub(super) fn all(transaction: &Transaction<'_>, event: EventRow) -> Result<(), DbError> {
    transaction.execute(
        "INSERT INTO relay_brought (event, hash, stream, last)
         SELECT event, hash, stream, last FROM segments WHERE event = ?1 ORDER BY rowid
         ON CONFLICT DO NOTHING",
        params![event.0],
    )?;
    Ok(())
}

fn take(
    transaction: &Transaction<'_>,
    event: EventRow,
    caller: &Caller,
    bytes: &[u8],
    now: UnixMillis,
) -> Result<ItemAnswer, DbError> {
    let hash = Segment::hash(bytes);
    if transaction.exists(
        "SELECT 1 FROM segments WHERE event = ?1 AND hash = ?2",
        params![event.0, hash.as_slice()],
    )? {
        return Ok(ItemAnswer::AlreadyHeld);
    }
    match check(transaction, event, bytes, &hash, Trusting::Nobody)? {
        Ok(sound) => {
            keep_segment(transaction, event, bytes, &hash, &sound, now)?;
            bring(transaction, event, &hash, &sound.segment)?;
            Ok(ItemAnswer::Stored)
        }
        Err(Aside { code, message }) => {
            park(transaction, event, caller, bytes, code, &message, now)?;
            let code = code.to_owned();
            Ok(ItemAnswer::Refused { code, message })
        }
    }
}

/// Puts a segment on its way up, unless the origin's log is known to say as much.
fn bring(
    transaction: &Transaction<'_>,
    event: EventRow,
    hash: &SegmentHash,
    segment: &Segment,
) -> Result<(), DbError> {
    let (stream, last) = (segment.stream, segment.last().0);
    transaction.execute(
        "INSERT INTO relay_brought (event, hash, stream, last) VALUES (?1, ?2, ?3, ?4)",
        params![event.0, hash.as_slice(), stream.as_bytes(), last],
    )?;
    if is_covered(transaction, event, &stream, (segment.first.0, last))? {
        forget(transaction, event, hash)?;
    }
    Ok(())
}

/// What a node lacks that holds so much, and whether that is not all of it.
fn beyond(connection: &Connection, event: EventRow, have: &[Held]) -> Result<(Vec<ByteVec>, bool), DbError> {
    let (mut segments, mut left) = (Vec::new(), Some(ROOM));
    for stream in streams(connection, event)? {
        let holds = have.iter().find(|held| held.stream == stream);
        let holds = holds.map_or(0, |held| held.holds.0);
        // No stream here goes beyond what SQLite can hold.
        let holds = i64::try_from(holds).unwrap_or(i64::MAX);
        let mut more = false;
        connection.query_while(
            "SELECT bytes FROM relay_brought b JOIN segments USING (event, hash)
             WHERE event = ?1 AND b.stream = ?2 AND b.last > ?3 ORDER BY b.last",
            params![event.0, stream.as_bytes(), holds],
            |row| {
                let bytes: Vec<u8> = row.get(0)?;
                left = left.and_then(|room| room.take(facts(&bytes), bytes.len()));
                more = left.is_none() && !segments.is_empty();
                if !more {
                    segments.push(bytes.into());
                }
                Ok(!more)
            },
        )?;
        if more {
            return Ok((segments, true));
        }
    }
    Ok((segments, false))
}

fn streams(connection: &Connection, event: EventRow) -> Result<Vec<StreamId>, DbError> {
    connection.query_map(
        "SELECT stream FROM streams WHERE event = ?1",
        params![event.0],
        |row| Ok(StreamId::new(row.get(0)?)),
    )
}

fn facts(bytes: &[u8]) -> usize {
    Segment::unverified(bytes).map_or(1, |segment| segment.drafts.len())
}
