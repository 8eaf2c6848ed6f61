//! What the server knows of a chain of issues: which tickets it is, how their statuses changed, what happened to them.

use super::super::sql::{Connection, Row, Transaction, params};
use super::super::{DbError, EventRow, tickets};
use super::touched::ticket_id;
use crate::domain::admission::{Status, TicketRow};
use crate::domain::checkin::{Fact, FactRef};
use crate::domain::conflict::{Issued, Standing};
use crate::domain::ids::{Sequence, StreamId, TicketId};
use crate::domain::time::UnixMillis;
use crate::wire;

/// Tickets of one chain that are looked at, as at a gate: a list that goes in circles must not hold up an upload.
const CHAIN_MAX: usize = 64;

/// Keeps what the row of a ticket says about others, and a status that is not the usual one.
pub(in crate::server::db) fn note_issue(
    transaction: &Transaction<'_>,
    event: EventRow,
    row: &TicketRow,
    now: UnixMillis,
) -> Result<(), DbError> {
    if let Some(replaces) = &row.replaces {
        transaction.execute(
            "INSERT INTO reissues (event, ticket, replaces) VALUES (?1, ?2, ?3)",
            params![event.0, row.ticket.as_bytes(), replaces.as_bytes()],
        )?;
    }
    match row.status {
        Status::Valid => Ok(()),
        Status::Revoked | Status::Blocked => note_standing(transaction, event, &row.ticket, row.status, now),
    }
}

/// Keeps that a ticket has another status from now on. A clock that was set back does not put it before the last.
pub(in crate::server::db) fn note_standing(
    transaction: &Transaction<'_>,
    event: EventRow,
    ticket: &TicketId,
    status: Status,
    now: UnixMillis,
) -> Result<(), DbError> {
    let last: Option<u64> = transaction.query_row(
        "SELECT max(since_ms) FROM standings WHERE event = ?1 AND ticket = ?2",
        params![event.0, ticket.as_bytes()],
        |row| row.get(0),
    )?;
    let since = last.map_or(now.0, |last| now.0.max(last.saturating_add(1)));
    transaction.execute(
        "INSERT INTO standings (event, ticket, since_ms, status) VALUES (?1, ?2, ?3, ?4)",
        params![event.0, ticket.as_bytes(), since, status_column(status)],
    )?;
    Ok(())
}

/// Whether any ticket of an event was ever issued anew.
pub(super) fn has_reissues(connection: &Connection, event: EventRow) -> Result<bool, DbError> {
    connection.exists(
        "SELECT 1 FROM reissues WHERE event = ?1 LIMIT 1",
        params![event.0],
    )
}

/// Every ticket that is one with `ticket` by what replaced what; the first issue stands first.
pub(super) fn members(
    connection: &Connection,
    event: EventRow,
    ticket: TicketId,
) -> Result<Vec<TicketId>, DbError> {
    let (mut chain, mut looked_at) = (vec![ticket], 0);
    while let Some(member) = chain.get(looked_at).copied() {
        looked_at += 1;
        connection.query_each(
            "SELECT replaces FROM reissues WHERE event = ?1 AND ticket = ?2
             UNION SELECT ticket FROM reissues WHERE event = ?1 AND replaces = ?2",
            params![event.0, member.as_bytes()],
            |row| {
                let id = ticket_id(row.bytes(0)?)?;
                if chain.len() < CHAIN_MAX && !chain.contains(&id) {
                    chain.push(id);
                }
                Ok(())
            },
        )?;
    }
    first_first(connection, event, &mut chain)?;
    Ok(chain)
}

/// Sorts a chain so that the issue that replaces none comes first; of several, and in a circle, the lowest id.
fn first_first(connection: &Connection, event: EventRow, chain: &mut [TicketId]) -> Result<(), DbError> {
    let mut keyed = Vec::new();
    for ticket in chain.iter() {
        let replaces = connection.exists(
            "SELECT 1 FROM reissues WHERE event = ?1 AND ticket = ?2",
            params![event.0, ticket.as_bytes()],
        )?;
        keyed.push((replaces, *ticket));
    }
    keyed.sort_unstable();
    for (place, (_, ticket)) in chain.iter_mut().zip(keyed) {
        *place = ticket;
    }
    Ok(())
}

/// A ticket as it was issued; none where it never was.
pub(super) fn issued(
    connection: &Connection,
    event: EventRow,
    ticket: &TicketId,
) -> Result<Option<Issued>, DbError> {
    let Some(row) = tickets::row(connection, event, ticket)? else {
        return Ok(None);
    };
    let standings = connection.query_map(
        "SELECT since_ms, status FROM standings WHERE event = ?1 AND ticket = ?2 ORDER BY since_ms",
        params![event.0, ticket.as_bytes()],
        |row| {
            Ok(Standing {
                since: UnixMillis(row.get(0)?),
                status: status_of(row.get(1)?)?,
            })
        },
    )?;
    Ok(Some(Issued { row, standings }))
}

/// The facts of a ticket that count: not what a revoked device said beyond what is believed of it.
pub(super) fn facts_of(
    connection: &Connection,
    event: EventRow,
    ticket: &TicketId,
    into: &mut Vec<Fact>,
) -> Result<(), DbError> {
    // Left to itself, SQLite would rather read every fact of the event than go by way of the index.
    connection.query_each(
        "SELECT stream, seq, draft FROM facts f INDEXED BY facts_by_ticket WHERE event = ?1
         AND ticket = ?2
         AND NOT EXISTS (SELECT 1 FROM believed b WHERE b.event = f.event AND b.stream = f.stream
         AND b.up_to < f.seq)",
        params![event.0, ticket.as_bytes()],
        |row| {
            into.push(fact(row)?);
            Ok(())
        },
    )
}

/// The facts that bear on every ticket, and count.
pub(super) fn general_facts(connection: &Connection, event: EventRow) -> Result<Vec<Fact>, DbError> {
    connection.query_map(
        "SELECT f.stream, f.seq, f.draft FROM general_facts g
         JOIN believed_facts f ON f.event = g.event AND f.stream = g.stream AND f.seq = g.seq
         WHERE g.event = ?1",
        params![event.0],
        fact,
    )
}

/// A fact from its stream, sequence and draft.
fn fact(row: &Row<'_>) -> Result<Fact, DbError> {
    Ok(Fact {
        id: FactRef {
            stream: StreamId::new(row.get(0)?),
            sequence: Sequence(row.get(1)?),
        },
        draft: wire::from_cbor(row.bytes(2)?).map_err(DbError::unreadable("fact"))?,
    })
}

/// A ticket's status as stored; the numbers are those on the wire.
fn status_column(status: Status) -> i64 {
    match status {
        Status::Valid => 0,
        Status::Revoked => 1,
        Status::Blocked => 2,
    }
}

fn status_of(column: i64) -> Result<Status, DbError> {
    let mut statuses = [Status::Valid, Status::Revoked, Status::Blocked].into_iter();
    statuses
        .find(|status| status_column(*status) == column)
        .ok_or_else(|| DbError::unreadable("ticket's status")(format!("no status is {column}")))
}
