//! Facts: recorded here, and merged from elsewhere.

use rusqlite::{Connection, Result, Row};

use super::rows;
use crate::domain::checkin::{Draft, Fact, FactRef, Kind};
use crate::domain::ids::{Sequence, StreamId, TicketId};
use crate::domain::time::UnixMillis;
use crate::ledger::occupancy::is_general;
use crate::wire;

/// A stream's number in this database.
pub(super) type StreamNumber = i64;

const INSERT: &str = "INSERT INTO fact (stream, sequence, ticket, kind, at_ms, body) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";

/// Puts a fact in its place; whether the place was free.
pub(super) fn insert(
    connection: &Connection,
    stream: StreamNumber,
    sequence: Sequence,
    draft: &Draft,
) -> Result<bool> {
    let changed = rows::execute(
        connection,
        INSERT,
        (
            stream,
            sequence.0.cast_signed(),
            ticket_column(draft).as_ref().map(TicketId::as_bytes),
            kind_column(&draft.kind),
            time_column(draft.now.best),
            wire::to_cbor(draft),
        ),
    )?;
    Ok(changed > 0)
}

/// Merges a fact: a new one is kept, one that is held already changes nothing, and another one under the same
/// identity is kept apart.
pub(super) fn merge(
    connection: &Connection,
    stream: StreamNumber,
    sequence: Sequence,
    draft: &Draft,
) -> Result<()> {
    if insert(connection, stream, sequence, draft)? {
        return Ok(());
    }
    let held: Option<Draft> = rows::first(
        connection,
        "SELECT body FROM fact WHERE stream = ?1 AND sequence = ?2",
        (stream, sequence.0.cast_signed()),
        |row| rows::cbor(row, 0),
    )?;
    if held.as_ref() != Some(draft) {
        rows::execute(
            connection,
            "INSERT OR IGNORE INTO contradiction (stream, sequence, body) VALUES (?1, ?2, ?3)",
            (stream, sequence.0.cast_signed(), wire::to_cbor(draft)),
        )?;
    }
    Ok(())
}

/// The facts of these tickets that count, and those that bear on every ticket.
pub(super) fn of_chain(connection: &Connection, chain: &[TicketId]) -> Result<Vec<Fact>> {
    let mut facts = Vec::new();
    for ticket in chain {
        facts.extend(rows::all(
            connection,
            "SELECT s.id, f.sequence, f.body FROM fact f JOIN stream s ON s.number = f.stream \
             WHERE f.ticket = ?1 AND (s.believed IS NULL OR f.sequence BETWEEN 1 AND s.believed)",
            [ticket.as_bytes()],
            fact,
        )?);
    }
    facts.extend(general(connection)?);
    Ok(facts)
}

/// Every `void` and `all-out` that counts.
pub(super) fn general(connection: &Connection) -> Result<Vec<Fact>> {
    let mut facts = rows::all(
        connection,
        "SELECT s.id, f.sequence, f.body FROM fact f JOIN stream s ON s.number = f.stream \
         WHERE f.ticket IS NULL AND (s.believed IS NULL OR f.sequence BETWEEN 1 AND s.believed)",
        [],
        fact,
    )?;
    facts.retain(|fact| is_general(&fact.draft.kind));
    Ok(facts)
}

/// Every fact that counts.
pub(super) fn all(connection: &Connection) -> Result<Vec<Fact>> {
    rows::all(
        connection,
        "SELECT s.id, f.sequence, f.body FROM fact f JOIN stream s ON s.number = f.stream \
         WHERE s.believed IS NULL OR f.sequence BETWEEN 1 AND s.believed",
        [],
        fact,
    )
}

/// The facts that can bear on how many persons are inside since then: movements since, and whatever takes back.
pub(super) fn since(connection: &Connection, since: UnixMillis, mut each: impl FnMut(Fact)) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT s.id, f.sequence, f.body FROM fact f JOIN stream s ON s.number = f.stream \
         WHERE f.ticket IS NOT NULL AND (f.at_ms >= ?1 OR f.kind = ?2) \
         AND (s.believed IS NULL OR f.sequence BETWEEN 1 AND s.believed)",
    )?;
    let mut found = statement.query((time_column(since), RELEASED))?;
    while let Some(row) = found.next()? {
        each(fact(row)?);
    }
    Ok(())
}

/// The stream's number; it gets one where it is new.
pub(super) fn stream_number(connection: &Connection, stream: &StreamId, own: bool) -> Result<StreamNumber> {
    rows::execute(
        connection,
        "INSERT INTO stream (id, own) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        (stream.as_bytes(), own),
    )?;
    let number = rows::first(
        connection,
        "SELECT number FROM stream WHERE id = ?1",
        [stream.as_bytes()],
        |row| row.get(0),
    )?;
    number.ok_or(rusqlite::Error::QueryReturnedNoRows)
}

/// The streams of this gate's own, oldest first.
pub(super) fn own_streams(connection: &Connection) -> Result<Vec<StreamId>> {
    rows::all(
        connection,
        "SELECT id FROM stream WHERE own ORDER BY number",
        [],
        |row| rows::stream(row, 0),
    )
}

/// The sequence after the last that the stream holds.
pub(super) fn next_sequence(connection: &Connection, stream: StreamNumber) -> Result<Sequence> {
    let last = rows::first(
        connection,
        "SELECT sequence FROM fact WHERE stream = ?1 ORDER BY sequence DESC LIMIT 1",
        [stream],
        |row| rows::sequence(row, 0),
    )?;
    Ok(last.map_or(Sequence::FIRST, Sequence::next))
}

fn fact(row: &Row<'_>) -> Result<Fact> {
    Ok(Fact {
        id: FactRef {
            stream: rows::stream(row, 0)?,
            sequence: rows::sequence(row, 1)?,
        },
        draft: rows::cbor(row, 2)?,
    })
}

const RELEASED: i64 = 4;

/// The kind as stored; the numbers are those on the wire.
fn kind_column(kind: &Kind) -> i64 {
    match kind {
        Kind::Entry => 0,
        Kind::Exit => 1,
        Kind::Override => 2,
        Kind::Passed(_) => 3,
        Kind::Released(_) => RELEASED,
        Kind::Void(_) => 5,
        Kind::AllOut => 6,
    }
}

/// What the index on tickets holds: nothing for what bears on every ticket, whatever it claims.
fn ticket_column(draft: &Draft) -> Option<TicketId> {
    draft.ticket.filter(|_| !is_general(&draft.kind))
}

/// A time as stored: a clock beyond SQLite's integers sorts last.
fn time_column(at: UnixMillis) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}
