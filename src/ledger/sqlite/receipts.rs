//! The origin's word on what it holds, and which segments it makes acknowledged.

use rusqlite::{Connection, Result};

use super::facts::StreamNumber;
use super::rows;
use crate::domain::ids::{Sequence, StreamId};
use crate::domain::time::UnixMillis;
use crate::wire::upload::{Held, Receipt};
use crate::wire::{LogId, SegmentHash};

/// Notes a receipt; whether the origin holds less of a stream than it did.
pub(super) fn take(connection: &Connection, receipt: &Receipt, whole: bool) -> Result<bool> {
    let fell_back = match origin(connection)? {
        Some((log, as_of)) if log != receipt.log => {
            if receipt.as_of <= as_of {
                // Of data that the origin no longer has.
                return Ok(false);
            }
            forget(connection)?
        }
        _ => false,
    };
    note_origin(connection, receipt)?;
    let mut fell_back = fell_back;
    for held in &receipt.held {
        fell_back |= note(connection, held, receipt.as_of)?;
    }
    if whole {
        for stream in not_named(connection, receipt)? {
            let none = Held {
                stream,
                holds: Sequence(0),
                tip: None,
            };
            fell_back |= note(connection, &none, receipt.as_of)?;
        }
    }
    Ok(fell_back)
}

/// Forgets what the origin is known to hold: its log is another one now. Whether it held anything.
pub(super) fn forget(connection: &Connection) -> Result<bool> {
    let segments = rows::execute(
        connection,
        "UPDATE segment SET at_origin = 0 WHERE at_origin = 1",
        [],
    )?;
    rows::execute(
        connection,
        "UPDATE stream SET acknowledged = 0, receipt_ms = 0 WHERE acknowledged > 0 OR receipt_ms > 0",
        [],
    )?;
    Ok(segments > 0)
}

fn origin(connection: &Connection) -> Result<Option<(LogId, UnixMillis)>> {
    rows::first(connection, "SELECT log, as_of_ms FROM origin", [], |row| {
        Ok((
            row.get::<_, [u8; 16]>(0)?.into(),
            UnixMillis(row.get::<_, i64>(1)?.cast_unsigned()),
        ))
    })
}

fn note_origin(connection: &Connection, receipt: &Receipt) -> Result<()> {
    rows::execute(
        connection,
        "INSERT INTO origin (only, log, as_of_ms) VALUES (1, ?1, ?2) \
         ON CONFLICT DO UPDATE SET as_of_ms = CASE WHEN log = excluded.log THEN MAX(as_of_ms, excluded.as_of_ms) \
         ELSE excluded.as_of_ms END, log = excluded.log",
        (receipt.log.as_slice(), receipt.as_of.0.cast_signed()),
    )?;
    Ok(())
}

fn note(connection: &Connection, held: &Held, as_of: UnixMillis) -> Result<bool> {
    let stream = rows::first(
        connection,
        "SELECT number, acknowledged, receipt_ms FROM stream WHERE id = ?1",
        [held.stream.as_bytes()],
        |row| {
            Ok((
                row.get::<_, StreamNumber>(0)?,
                rows::sequence(row, 1)?,
                UnixMillis(row.get::<_, i64>(2)?.cast_unsigned()),
            ))
        },
    )?;
    let Some((number, before, noted)) = stream.filter(|(_, _, noted)| *noted <= as_of) else {
        return Ok(false);
    };
    let holds = believed(connection, number, held)?;
    if holds == before && noted == as_of {
        return Ok(false);
    }
    rows::execute(
        connection,
        "UPDATE stream SET acknowledged = ?2, receipt_ms = ?3 WHERE number = ?1",
        (number, holds.0.cast_signed(), as_of.0.cast_signed()),
    )?;
    rows::execute(
        connection,
        "UPDATE segment SET at_origin = 1 WHERE stream = ?1 AND last <= ?2 AND at_origin = 0",
        (number, holds.0.cast_signed()),
    )?;
    if holds < before {
        rows::execute(
            connection,
            "UPDATE segment SET at_origin = 0 WHERE stream = ?1 AND last > ?2 AND at_origin = 1",
            (number, holds.0.cast_signed()),
        )?;
    }
    Ok(holds < before)
}

/// How much of the word is about what is here: up to the segment that it names, where that is held; else up to the last
/// segment before it that is.
fn believed(connection: &Connection, stream: StreamNumber, held: &Held) -> Result<Sequence> {
    let ending_there: Vec<(SegmentHash, Sequence)> = rows::all(
        connection,
        "SELECT hash, first FROM segment WHERE stream = ?1 AND last = ?2",
        (stream, held.holds.0.cast_signed()),
        |row| Ok((row.get::<_, [u8; 32]>(0)?.into(), rows::sequence(row, 1)?)),
    )?;
    if ending_there.iter().any(|(hash, _)| Some(*hash) == held.tip) {
        return Ok(held.holds);
    }
    if let Some((_, first)) = ending_there.first() {
        return Ok(Sequence(first.0.saturating_sub(1)));
    }
    let before = rows::first(
        connection,
        "SELECT coalesce(MAX(last), 0) FROM segment WHERE stream = ?1 AND last < ?2",
        (stream, held.holds.0.cast_signed()),
        |row| rows::sequence(row, 0),
    )?;
    Ok(before.unwrap_or(Sequence(0)))
}

/// Own streams of which the origin held something, and which it does not name among those that it holds.
fn not_named(connection: &Connection, receipt: &Receipt) -> Result<Vec<StreamId>> {
    let mut streams = rows::all(
        connection,
        "SELECT id FROM stream WHERE own AND acknowledged > 0",
        [],
        |row| rows::stream(row, 0),
    )?;
    streams.retain(|stream| receipt.held.iter().all(|held| held.stream != *stream));
    Ok(streams)
}
