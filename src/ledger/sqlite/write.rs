//! Rows of a list, as they are written.

use std::collections::BTreeMap;

use rusqlite::{Connection, Result};

use super::list::{self, ListNumber};
use super::{labels, rows};
use crate::domain::admission::TicketRow;
use crate::domain::ids::TicketType;
use crate::wire::{self, Change, ConflictRow, DeviceRow};

/// The numbers of ticket types, as looked up within one transaction.
#[derive(Debug, Default)]
pub(super) struct Types(BTreeMap<TicketType, i64>);

/// Writes a change that is no ticket.
pub(super) fn change(connection: &Connection, list: ListNumber, change: &Change) -> Result<()> {
    match change {
        Change::Ticket(row) => ticket(connection, list, row, &mut Types::default()),
        Change::Device(row) => device(connection, list, row),
        Change::Rulebook(text) => {
            let sql = "UPDATE list SET rulebook = ?2 WHERE number = ?1";
            rows::execute(connection, sql, (list, text)).map(drop)
        }
        Change::Keyring(text) => {
            let sql = "UPDATE list SET keyring = ?2 WHERE number = ?1";
            rows::execute(connection, sql, (list, text)).map(drop)
        }
        Change::ControlKeyring(text) => {
            let sql = "UPDATE list SET control_keyring = ?2 WHERE number = ?1";
            rows::execute(connection, sql, (list, text)).map(drop)
        }
        Change::Conflict(row) => conflict(connection, list, row),
        Change::Label(label) => labels::write(connection, list, label),
        // Its facts were merged before.
        Change::Segment(_) => Ok(()),
    }
}

/// Writes a ticket's row.
pub(super) fn ticket(
    connection: &Connection,
    list: ListNumber,
    row: &TicketRow,
    types: &mut Types,
) -> Result<()> {
    let ticket_type = types.number(connection, &row.ticket_type)?;
    rows::execute(
        connection,
        "INSERT OR REPLACE INTO ticket (list, id, type, status, admits, valid_from, valid_until, replaces) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            list,
            row.ticket.as_bytes(),
            ticket_type,
            list::status_column(row.status),
            row.admits,
            row.valid_from.map(|at| at.0.cast_signed()),
            row.valid_until.0.cast_signed(),
            row.replaces.as_ref().map(|id| id.as_bytes()),
        ),
    )?;
    Ok(())
}

/// Tells counts that are kept in memory that tickets became one, or that facts count otherwise than before.
pub(super) fn note_joined(connection: &Connection) -> Result<()> {
    rows::execute(connection, "UPDATE joined SET times = times + 1", [])?;
    Ok(())
}

fn device(connection: &Connection, list: ListNumber, row: &DeviceRow) -> Result<()> {
    rows::execute(
        connection,
        "INSERT OR REPLACE INTO device (list, id, key, status, believed) VALUES (?1, ?2, ?3, ?4, ?5)",
        (
            list,
            row.device.as_str(),
            row.key.as_slice(),
            list::device_status_column(row.status),
            row.believed.as_ref().map(wire::to_cbor),
        ),
    )?;
    Ok(())
}

fn conflict(connection: &Connection, list: ListNumber, row: &ConflictRow) -> Result<()> {
    rows::execute(
        connection,
        "INSERT OR REPLACE INTO conflict (list, ticket, state) VALUES (?1, ?2, ?3)",
        (list, row.ticket.as_bytes(), list::case_column(row.state)),
    )?;
    Ok(())
}

impl Types {
    fn number(&mut self, connection: &Connection, ticket_type: &TicketType) -> Result<i64> {
        if let Some(number) = self.0.get(ticket_type) {
            return Ok(*number);
        }
        rows::execute(
            connection,
            "INSERT INTO ticket_type (name) VALUES (?1) ON CONFLICT DO NOTHING",
            [ticket_type.as_str()],
        )?;
        let number = rows::first(
            connection,
            "SELECT number FROM ticket_type WHERE name = ?1",
            [ticket_type.as_str()],
            |row| row.get(0),
        )?;
        let number = number.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        self.0.insert(ticket_type.clone(), number);
        Ok(number)
    }
}
