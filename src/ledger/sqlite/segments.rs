//! Signed segments: sealed here, sent from here, and those of others.

use rusqlite::{Connection, Result};

use super::facts::{self, StreamNumber};
use super::rows;
use crate::domain::ids::{Sequence, StreamId};
use crate::domain::outbox::StreamMark;
use crate::ledger::{LedgerError, SealedSegment, Unsealed};
use crate::wire::{Segment, SegmentHash};

/// Merges a segment that came from elsewhere, and keeps its bytes to pass them on.
pub(super) fn merge(connection: &Connection, bytes: &[u8], segment: &Segment) -> Result<()> {
    let stream = facts::stream_number(connection, &segment.stream, false)?;
    for fact in segment.facts() {
        facts::merge(connection, stream, fact.id.sequence, &fact.draft)?;
    }
    insert(connection, stream, segment.first, segment.last(), false, bytes)?;
    seal_up_to_the_gap(connection, stream)
}

/// The next facts of an own stream that stand in no segment.
pub(super) fn unsealed(connection: &Connection, limit: usize) -> Result<Option<Unsealed>> {
    let stream = rows::first(
        connection,
        "SELECT number, id, sealed FROM stream s WHERE own \
         AND EXISTS (SELECT 1 FROM fact WHERE stream = s.number AND sequence > s.sealed) ORDER BY number LIMIT 1",
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

/// Keeps an own segment.
pub(super) fn keep(connection: &Connection, segment: &SealedSegment) -> Result<(), LedgerError> {
    let stream = rows::first(
        connection,
        "SELECT number FROM stream WHERE id = ?1 AND own",
        [segment.stream.as_bytes()],
        |row| row.get(0),
    )?;
    let stream: StreamNumber = stream.ok_or(LedgerError::ForeignStream {
        stream: segment.stream,
    })?;
    insert(
        connection,
        stream,
        segment.first,
        segment.last,
        true,
        &segment.bytes,
    )?;
    rows::execute(
        connection,
        "UPDATE stream SET sealed = MAX(sealed, ?2) WHERE number = ?1",
        (stream, segment.last.0.cast_signed()),
    )?;
    Ok(())
}

/// Own segments that the server does not hold whole.
pub(super) fn unacknowledged(connection: &Connection, limit: usize) -> Result<Vec<SealedSegment>> {
    rows::all(
        connection,
        // From the streams to what is pending in each, and the bytes of the chosen ones alone.
        "SELECT s.id, g.first, g.last, g.bytes FROM segment g JOIN stream s ON s.number = g.stream \
         WHERE g.id IN (SELECT p.id FROM stream o CROSS JOIN segment p \
         ON p.stream = o.number AND p.last > o.acknowledged WHERE o.own ORDER BY p.id LIMIT ?1) ORDER BY g.id",
        [i64::try_from(limit).unwrap_or(i64::MAX)],
        |row| {
            Ok(SealedSegment {
                stream: rows::stream(row, 0)?,
                first: rows::sequence(row, 1)?,
                last: rows::sequence(row, 2)?,
                bytes: row.get(3)?,
            })
        },
    )
}

/// Notes how far the server holds a stream of this gate's own.
pub(super) fn acknowledge(connection: &Connection, stream: &StreamId, holds: Sequence) -> Result<()> {
    rows::execute(
        connection,
        "UPDATE stream SET acknowledged = ?2 WHERE id = ?1 AND own AND acknowledged <> ?2",
        (stream.as_bytes(), i64::try_from(holds.0).unwrap_or(i64::MAX)),
    )?;
    Ok(())
}

/// This gate's own streams, and how far the server holds each.
pub(super) fn own_streams(connection: &Connection) -> Result<Vec<StreamMark>> {
    rows::all(
        connection,
        "SELECT id, acknowledged FROM stream WHERE own ORDER BY id",
        [],
        |row| {
            Ok(StreamMark {
                stream: rows::stream(row, 0)?,
                acknowledged: rows::sequence(row, 1)?,
            })
        },
    )
}

fn insert(
    connection: &Connection,
    stream: StreamNumber,
    first: Sequence,
    last: Sequence,
    sealed_here: bool,
    bytes: &[u8],
) -> Result<()> {
    rows::execute(
        connection,
        "INSERT INTO segment (stream, first, last, sealed_here, hash, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT DO NOTHING",
        (
            stream,
            first.0.cast_signed(),
            last.0.cast_signed(),
            sealed_here,
            Segment::hash(bytes).as_slice(),
            bytes,
        ),
    )?;
    Ok(())
}

/// A restored gate's own segments come down: what they hold needs no new one.
fn seal_up_to_the_gap(connection: &Connection, stream: StreamNumber) -> Result<()> {
    let more = "UPDATE stream SET sealed = (SELECT MAX(last) FROM segment WHERE stream = ?1 AND first <= sealed + 1) \
         WHERE number = ?1 AND own \
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
