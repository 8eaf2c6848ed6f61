//! The event's list as it is read.

use rusqlite::types::Type;
use rusqlite::{Connection, Result, Row};

use super::rows;
use crate::domain::admission::{Status, TicketRow};
use crate::domain::conflict::CaseState;
use crate::domain::ids::{DeviceId, TicketId};
use crate::domain::ticket::{CheckCode, check_code};
use crate::domain::time::UnixSeconds;
use crate::ledger::{Building, CHAIN_MAX, EventDocuments};
use crate::wire::{Cursor, DeviceStatus};

/// A list's number in this database.
pub(super) type ListNumber = i64;

/// What a list is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i64)]
pub(super) enum State {
    /// Being built.
    Aside = 0,
    /// What scans look at.
    Live = 1,
    /// To be cleared.
    Dropped = 2,
}

/// A list's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) number: ListNumber,
    pub(super) cursor: Cursor,
    pub(super) as_of: UnixSeconds,
}

/// The list in this state, where there is one.
pub(super) fn head(connection: &Connection, state: State) -> Result<Option<Head>> {
    rows::first(
        connection,
        "SELECT number, log, sequence, chain, as_of FROM list WHERE state = ?1",
        [state as i64],
        |row| {
            Ok(Head {
                number: row.get(0)?,
                cursor: Cursor {
                    log: row.get::<_, [u8; 16]>(1)?.into(),
                    sequence: rows::sequence(row, 2)?.0,
                    chain: row.get::<_, [u8; 32]>(3)?.into(),
                },
                as_of: UnixSeconds(row.get::<_, i64>(4)?.cast_unsigned()),
            })
        },
    )
}

/// The list that is being built aside, where there is one.
pub(super) fn building(connection: &Connection) -> Result<Option<(ListNumber, Building)>> {
    let Some(head) = head(connection, State::Aside)? else {
        return Ok(None);
    };
    rows::first(
        connection,
        "SELECT next, pages FROM list WHERE number = ?1",
        [head.number],
        |row| {
            let building = Building {
                to: head.cursor,
                next: row.get(0)?,
                pages: row.get(1)?,
            };
            Ok((head.number, building))
        },
    )
}

/// A ticket's row.
pub(super) fn ticket(
    connection: &Connection,
    list: ListNumber,
    ticket: &TicketId,
) -> Result<Option<TicketRow>> {
    rows::first(
        connection,
        "SELECT t.id, y.name, t.status, t.admits, t.valid_from, t.valid_until, t.replaces \
         FROM ticket t JOIN ticket_type y ON y.number = t.type WHERE t.list = ?1 AND t.id = ?2",
        (list, ticket.as_bytes()),
        ticket_row,
    )
}

/// The live list's tickets with this check code, in the order of their ids.
pub(super) fn with_check_code(connection: &Connection, code: CheckCode) -> Result<Vec<TicketId>> {
    let Some(head) = head(connection, State::Live)? else {
        return Ok(Vec::new());
    };
    let mut statement = connection.prepare_cached("SELECT id FROM ticket WHERE list = ?1 ORDER BY id")?;
    let ids = statement.query_map([head.number], |row| rows::ticket(row, 0))?;
    // Row by row: a list of a million tickets does not fit beside itself on a small board.
    let fits = |id: &Result<TicketId>| id.as_ref().map_or(true, |id| check_code(id) == code);
    ids.filter(fits).collect()
}

/// Every ticket that is one with `ticket` by what replaced what, itself included; at most [`CHAIN_MAX`].
pub(super) fn chain(connection: &Connection, list: ListNumber, ticket: &TicketId) -> Result<Vec<TicketId>> {
    let mut chain = vec![*ticket];
    let mut looked_at = 0;
    while let Some(member) = chain.get(looked_at).copied() {
        looked_at += 1;
        let beside = rows::all(
            connection,
            "SELECT replaces FROM ticket WHERE list = ?1 AND id = ?2 AND replaces IS NOT NULL \
             UNION ALL SELECT id FROM ticket WHERE list = ?1 AND replaces = ?2",
            (list, member.as_bytes()),
            |row| rows::ticket(row, 0),
        )?;
        for id in beside {
            if chain.len() < CHAIN_MAX && !chain.contains(&id) {
                chain.push(id);
            }
        }
    }
    Ok(chain)
}

/// Every ticket of the list that replaces or is replaced.
pub(super) fn chained(connection: &Connection, list: ListNumber) -> Result<Vec<TicketId>> {
    rows::all(
        connection,
        "SELECT id FROM ticket WHERE list = ?1 AND replaces IS NOT NULL \
         UNION SELECT replaces FROM ticket WHERE list = ?1 AND replaces IS NOT NULL",
        [list],
        |row| rows::ticket(row, 0),
    )
}

/// Whether the server holds an open conflict case on one of these tickets.
pub(super) fn has_open_case(connection: &Connection, list: ListNumber, chain: &[TicketId]) -> Result<bool> {
    for ticket in chain {
        let open = rows::first(
            connection,
            "SELECT 1 FROM conflict WHERE list = ?1 AND ticket = ?2 AND state = ?3",
            (list, ticket.as_bytes(), case_column(CaseState::Open)),
            |_| Ok(()),
        )?;
        if open.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The live list's rulebook and keyrings.
pub(super) fn documents(connection: &Connection) -> Result<EventDocuments> {
    let documents = rows::first(
        connection,
        "SELECT rulebook, keyring, control_keyring FROM list WHERE state = ?1",
        [State::Live as i64],
        |row| {
            Ok(EventDocuments {
                rulebook: row.get(0)?,
                keyring: row.get(1)?,
                control_keyring: row.get(2)?,
            })
        },
    )?;
    Ok(documents.unwrap_or_default())
}

/// A device's key, by the list aside where that names it, else by the live one: a list being built names the
/// devices whose segments come down with it.
pub(super) fn device_key(connection: &Connection, device: &DeviceId) -> Result<Option<[u8; 32]>> {
    let row = rows::first(
        connection,
        "SELECT d.key, d.status FROM device d JOIN list l ON l.number = d.list \
         WHERE d.id = ?1 AND l.state IN (0, 1) ORDER BY l.state LIMIT 1",
        [device.as_str()],
        |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)),
    )?;
    Ok(row
        .filter(|(_, status)| *status != device_status_column(DeviceStatus::Revoked))
        .map(|(key, _)| key))
}

/// The devices that the live list names as active.
pub(super) fn active_devices(connection: &Connection) -> Result<Vec<(DeviceId, [u8; 32])>> {
    rows::all(
        connection,
        "SELECT d.id, d.key FROM device d JOIN list l ON l.number = d.list \
         WHERE l.state = ?1 AND d.status = ?2 ORDER BY d.id",
        (State::Live as i64, device_status_column(DeviceStatus::Active)),
        |row| Ok((rows::name(row, 0)?, row.get(1)?)),
    )
}

/// A device's status as stored; the numbers are those on the wire.
pub(super) fn device_status_column(status: DeviceStatus) -> i64 {
    match status {
        DeviceStatus::Active => 0,
        DeviceStatus::Suspended => 1,
        DeviceStatus::Revoked => 2,
    }
}

/// A case's state as stored; the numbers are those on the wire.
pub(super) fn case_column(state: CaseState) -> i64 {
    match state {
        CaseState::Open => 0,
        CaseState::Resolved => 1,
        CaseState::Withdrawn => 2,
    }
}

/// A ticket's status as stored; the numbers are those on the wire.
pub(super) fn status_column(status: Status) -> i64 {
    match status {
        Status::Valid => 0,
        Status::Revoked => 1,
        Status::Blocked => 2,
    }
}

fn ticket_row(row: &Row<'_>) -> Result<TicketRow> {
    Ok(TicketRow {
        ticket: rows::ticket(row, 0)?,
        ticket_type: rows::name(row, 1)?,
        status: status(row, 2)?,
        admits: row.get(3)?,
        valid_from: row
            .get::<_, Option<i64>>(4)?
            .map(|at| UnixSeconds(at.cast_unsigned())),
        valid_until: UnixSeconds(row.get::<_, i64>(5)?.cast_unsigned()),
        replaces: rows::optional_ticket(row, 6)?,
    })
}

fn status(row: &Row<'_>, column: usize) -> Result<Status> {
    match row.get::<_, i64>(column)? {
        0 => Ok(Status::Valid),
        1 => Ok(Status::Revoked),
        2 => Ok(Status::Blocked),
        other => Err(rows::unreadable(
            column,
            Type::Integer,
            format!("no ticket has the status {other}"),
        )),
    }
}
