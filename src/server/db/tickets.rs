//! An event's tickets.

use super::cases::{Touched, note_issue, note_standing, settle};
use super::changelog::{Key, append};
use super::sql::{Connection, Optional, Transaction, params};
use super::{Db, DbError, EventRow, event_row, lock_event};
use crate::domain::admission::{Status, TicketRow};
use crate::domain::ids::{EventId, TicketId};
use crate::domain::time::UnixMillis;
use crate::wire::{self, Change};

impl Db {
    /// Adds tickets, all or none.
    ///
    /// # Errors
    /// [`DbError::Refused`] where one is on the list already.
    pub fn add_tickets(
        &mut self,
        event: &EventId,
        rows: &[TicketRow],
        now: UnixMillis,
    ) -> Result<(), DbError> {
        self.connection.write(|transaction| {
            let event_row = lock_event(transaction, event.as_str())?;
            add(transaction, event_row, rows, now)
        })
    }

    /// A ticket's row; none where it is not on the list.
    ///
    /// # Errors
    /// [`DbError::NoEvent`] where there is no such event.
    pub fn ticket(&mut self, event: &EventId, ticket: &TicketId) -> Result<Option<TicketRow>, DbError> {
        let event = event_row(&self.connection, event.as_str())?;
        row(&self.connection, event, ticket)
    }

    /// Gives a ticket another status; [`Status::Revoked`] is for ever.
    ///
    /// # Errors
    /// [`DbError::Refused`] where it is not on the list, or is revoked and should be anything else.
    pub fn set_ticket_status(
        &mut self,
        event: &EventId,
        ticket: &TicketId,
        status: Status,
        now: UnixMillis,
    ) -> Result<(), DbError> {
        self.connection.write(|transaction| {
            let event_row = lock_event(transaction, event.as_str())?;
            set_status(transaction, event_row, ticket, status, now)
        })
    }
}

/// The same in an event that is locked.
pub(super) fn add(
    transaction: &Transaction<'_>,
    event: EventRow,
    rows: &[TicketRow],
    now: UnixMillis,
) -> Result<(), DbError> {
    let touched = touched_by(transaction, event, rows)?;
    for row in rows {
        let added = transaction.execute(
            "INSERT INTO tickets (event, ticket, row) VALUES (?1, ?2, ?3)
             ON CONFLICT DO NOTHING",
            params![event.0, row.ticket.as_bytes(), wire::to_cbor(row)],
        )?;
        if added == 0 {
            let refused = format!(
                "the ticket {} is on the list already: no ticket was added",
                row.ticket
            );
            return Err(DbError::Refused(refused));
        }
        let key = Key::Ticket(row.ticket.as_bytes());
        append(transaction, event, key, &Change::Ticket(row.clone()))?;
        note_issue(transaction, event, row, now)?;
    }
    settle(transaction, event, touched, now)
}

/// The same in an event that is locked.
pub(super) fn set_status(
    transaction: &Transaction<'_>,
    event: EventRow,
    ticket: &TicketId,
    status: Status,
    now: UnixMillis,
) -> Result<(), DbError> {
    let Some(mut row) = row(transaction, event, ticket)? else {
        let refused = format!("the ticket {ticket} is not on the event's list: check its id");
        return Err(DbError::Refused(refused));
    };
    if row.status == status {
        return Ok(());
    }
    if row.status == Status::Revoked {
        let refused = format!("the ticket {ticket} is revoked, which is for ever: issue a new one");
        return Err(DbError::Refused(refused));
    }
    row.status = status;
    transaction.execute(
        "UPDATE tickets SET row = ?3 WHERE event = ?1 AND ticket = ?2",
        params![event.0, ticket.as_bytes(), wire::to_cbor(&row)],
    )?;
    let key = Key::Ticket(ticket.as_bytes());
    append(transaction, event, key, &Change::Ticket(row))?;
    note_standing(transaction, event, ticket, status, now)?;
    let mut touched = Touched::default();
    touched.ticket(*ticket);
    settle(transaction, event, touched, now)
}

/// A ticket's row; none where it is not on the list.
pub(super) fn row(
    connection: &Connection,
    event: EventRow,
    ticket: &TicketId,
) -> Result<Option<TicketRow>, DbError> {
    connection
        .query_row(
            "SELECT row FROM tickets WHERE event = ?1 AND ticket = ?2",
            params![event.0, ticket.as_bytes()],
            |row| wire::from_cbor(row.bytes(0)?).map_err(DbError::unreadable("ticket")),
        )
        .optional()
}

/// The tickets whose cases new rows may change: those that were admitted before they were listed, and those that are
/// one with others. An event's first tickets turn it into one with a list, which concerns all that happened.
fn touched_by(
    transaction: &Transaction<'_>,
    event: EventRow,
    rows: &[TicketRow],
) -> Result<Touched, DbError> {
    let any = |sql: &str| transaction.exists(sql, params![event.0]);
    if !any("SELECT 1 FROM facts WHERE event = ?1 LIMIT 1")? {
        return Ok(Touched::default());
    }
    if !any("SELECT 1 FROM tickets WHERE event = ?1 LIMIT 1")? {
        return Ok(Touched::every());
    }
    let has_facts = |ticket: &TicketId| {
        transaction.exists(
            "SELECT 1 FROM facts WHERE event = ?1 AND ticket = ?2 LIMIT 1",
            params![event.0, ticket.as_bytes()],
        )
    };
    let mut touched = Touched::default();
    for row in rows {
        if row.replaces.is_some() || has_facts(&row.ticket)? {
            touched.ticket(row.ticket);
        }
    }
    Ok(touched)
}
