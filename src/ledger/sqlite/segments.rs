//! Signed segments: sealed here, sent from here, and those of others.

use rusqlite::{Connection, Params, Result, Row};

use super::facts::{self, StreamNumber};
use super::{belief, rows};
use crate::domain::ids::Sequence;
use crate::domain::outbox::Room;
use crate::ledger::{KeptSegment, LedgerError, SealedSegment, Unsealed};
use crate::wire::upload::Held;
use crate::wire::{Segment, SegmentHash};

/// Where a segment came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Its facts were recorded here.
    Here,
    /// The event's log: the origin holds it.
    Log,
    /// A neighbour, a relay or a stick: the origin is not known to hold it.
    Carrier,
}

/// Merges a segment that came from elsewhere, and keeps its bytes to pass them on.
pub(super) fn merge(connection: &Connection, bytes: &[u8], segment: &Segment, source: Source) -> Result<()> {
    let stream = facts::stream_number(connection, &segment.stream, false)?;
    belief::made_by(connection, stream, &segment.stream, &segment.device)?;
    for fact in segment.facts() {
        facts::merge(connection, stream, fact.id.sequence, &fact.draft)?;
    }
    insert(connection, stream, (segment.first, segment.last()), source, bytes)?;
    seal_up_to_the_gap(connection, stream)
}

/// The next facts of an own stream that stand in no segment. What lies beyond a gap waits until it is closed.
pub(super) fn unsealed(connection: &Connection, limit: usize) -> Result<Option<Unsealed>> {
    let stream = rows::first(
        connection,
        "SELECT number, id, sealed FROM stream s WHERE own \
         AND EXISTS (SELECT 1 FROM fact WHERE stream = s.number AND sequence = s.sealed + 1) ORDER BY number LIMIT 1",
        [],
        |row| Ok((row.get(0)?, rows::stream(row, 1)?, row.get(2)?)),
    )?;
    let Some((number, stream, sealed)) = stream else {
        return Ok(None);
    };
    let facts = rows::all(
        connection,
        "SELECT sequence, body FROM fact WHERE stream = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3",
        (number, sealed, i64::try_from(limit).unwrap_or(i64::MAX)),
        |row| Ok((rows::sequence(row, 0)?, rows::cbor(row, 1)?)),
    )?;
    let Some(first) = facts.first().map(|(sequence, _)| *sequence) else {
        return Ok(None);
    };
    let without_gap = facts.into_iter().zip(first.0..);
    Ok(Some(Unsealed {
        stream,
        first,
        previous: hash_of_last(connection, number, sealed)?,
        drafts: without_gap
            .take_while(|((sequence, _), expected)| sequence.0 == *expected)
            .map(|((_, draft), _)| draft)
            .collect(),
    }))
}

/// Keeps an own segment; whether it follows on what is sealed.
pub(super) fn keep(connection: &Connection, segment: &SealedSegment) -> Result<bool, LedgerError> {
    let stream = rows::first(
        connection,
        "SELECT number, sealed FROM stream WHERE id = ?1 AND own",
        [segment.stream.as_bytes()],
        |row| Ok((row.get(0)?, rows::sequence(row, 1)?)),
    )?;
    let (stream, sealed): (StreamNumber, Sequence) = stream.ok_or(LedgerError::ForeignStream {
        stream: segment.stream,
    })?;
    if sealed.next() != segment.first {
        return Ok(false);
    }
    insert(
        connection,
        stream,
        (segment.first, segment.last),
        Source::Here,
        &segment.bytes,
    )?;
    rows::execute(
        connection,
        "UPDATE stream SET sealed = ?2 WHERE number = ?1",
        (stream, segment.last.0.cast_signed()),
    )?;
    Ok(true)
}

/// Segments that the origin is not known to hold.
pub(super) fn unacknowledged(connection: &Connection, after: u64, room: &Room) -> Result<Vec<KeptSegment>> {
    let sql = "SELECT s.id, g.first, g.last, g.bytes, g.id FROM segment g JOIN stream s ON s.number = g.stream \
         WHERE g.id > ?1 AND g.at_origin = 0 ORDER BY g.id";
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    fill(connection, sql, [after], room, kept, |kept| &kept.segment)
}

/// All segments.
pub(super) fn after(connection: &Connection, after: u64, room: &Room) -> Result<Vec<KeptSegment>> {
    let sql = "SELECT s.id, g.first, g.last, g.bytes, g.id FROM segment g JOIN stream s ON s.number = g.stream \
         WHERE g.id > ?1 ORDER BY g.id";
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    fill(connection, sql, [after], room, kept, |kept| &kept.segment)
}

/// The place of the newest.
pub(super) fn newest(connection: &Connection) -> Result<u64> {
    let place = rows::first(
        connection,
        "SELECT COALESCE(MAX(id), 0) FROM segment",
        [],
        |row| row.get(0),
    )?;
    Ok(place.map_or(0, i64::cast_unsigned))
}

/// How far each stream is held in segments.
pub(super) fn held(connection: &Connection) -> Result<Vec<Held>> {
    rows::all(
        connection,
        "SELECT s.id, s.sealed, (SELECT hash FROM segment g WHERE g.stream = s.number AND g.last = s.sealed ORDER BY g.id LIMIT 1) \
         FROM stream s WHERE s.sealed > 0 ORDER BY s.id",
        [],
        |row| {
            Ok(Held {
                stream: rows::stream(row, 0)?,
                holds: rows::sequence(row, 1)?,
                tip: row.get::<_, Option<[u8; 32]>>(2)?.map(Into::into),
            })
        },
    )
}

/// Segments of every stream beyond what another node holds of it.
pub(super) fn beyond(connection: &Connection, have: &[Held], room: &Room) -> Result<Vec<SealedSegment>> {
    let streams = rows::all(
        connection,
        "SELECT number, id FROM stream WHERE sealed > 0 ORDER BY number",
        [],
        |row| Ok((row.get::<_, StreamNumber>(0)?, rows::stream(row, 1)?)),
    )?;
    let mut segments: Vec<SealedSegment> = Vec::new();
    let mut left = Some(*room);
    for (number, stream) in streams {
        let held = have.iter().find(|held| held.stream == stream);
        let holds = held.map_or(0, |held| held.holds.0.cast_signed());
        let sql = "SELECT s.id, g.first, g.last, g.bytes FROM segment g JOIN stream s ON s.number = g.stream \
             WHERE g.stream = ?1 AND g.last > ?2 ORDER BY g.last";
        let Some(room) = left else { break };
        for segment in fill(connection, sql, (number, holds), &room, sealed, |segment| segment)? {
            left = left.and_then(|room| room.take(segment.facts(), segment.bytes.len()));
            if left.is_some() || segments.is_empty() {
                segments.push(segment);
            }
        }
    }
    Ok(segments)
}

/// Reads rows until there is no room for more; the first in any case.
fn fill<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    room: &Room,
    read: impl Fn(&Row<'_>) -> Result<T>,
    segment: impl Fn(&T) -> &SealedSegment,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query(params)?;
    let mut taken = Vec::new();
    let mut left = Some(*room);
    while let Some(row) = found.next()? {
        let next = read(row)?;
        left = left.and_then(|room| room.take(segment(&next).facts(), segment(&next).bytes.len()));
        if left.is_none() && !taken.is_empty() {
            break;
        }
        taken.push(next);
    }
    Ok(taken)
}

fn sealed(row: &Row<'_>) -> Result<SealedSegment> {
    Ok(SealedSegment {
        stream: rows::stream(row, 0)?,
        first: rows::sequence(row, 1)?,
        last: rows::sequence(row, 2)?,
        bytes: row.get(3)?,
    })
}

fn kept(row: &Row<'_>) -> Result<KeptSegment> {
    Ok(KeptSegment {
        place: row.get::<_, i64>(4)?.cast_unsigned(),
        segment: sealed(row)?,
    })
}

fn insert(
    connection: &Connection,
    stream: StreamNumber,
    (first, last): (Sequence, Sequence),
    source: Source,
    bytes: &[u8],
) -> Result<()> {
    rows::execute(
        connection,
        "INSERT INTO segment (stream, first, last, sealed_here, hash, bytes, at_origin) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
         ON CONFLICT DO UPDATE SET at_origin = MAX(at_origin, excluded.at_origin)",
        (
            stream,
            first.0.cast_signed(),
            last.0.cast_signed(),
            source == Source::Here,
            Segment::hash(bytes).as_slice(),
            bytes,
            source == Source::Log,
        ),
    )?;
    Ok(())
}

/// Moves the mark up to which a stream is held in segments. A restored gate's own come down: what they hold needs no new
/// one.
fn seal_up_to_the_gap(connection: &Connection, stream: StreamNumber) -> Result<()> {
    let more = "UPDATE stream SET sealed = (SELECT MAX(last) FROM segment WHERE stream = ?1 AND first <= sealed + 1) \
         WHERE number = ?1 \
         AND sealed < (SELECT MAX(last) FROM segment WHERE stream = ?1 AND first <= sealed + 1)";
    while rows::execute(connection, more, [stream])? > 0 {}
    Ok(())
}

fn hash_of_last(connection: &Connection, stream: StreamNumber, sealed: i64) -> Result<Option<SegmentHash>> {
    rows::first(
        connection,
        "SELECT hash FROM segment WHERE stream = ?1 AND last = ?2 ORDER BY id LIMIT 1",
        (stream, sealed),
        |row| Ok(row.get::<_, [u8; 32]>(0)?.into()),
    )
}
