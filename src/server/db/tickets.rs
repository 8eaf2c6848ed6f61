//! An event's tickets.

use rusqlite::{OptionalExtension, params};

use super::changelog::{Key, append};
use super::{Db, DbError, event_row};
use crate::domain::admission::{Status, TicketRow};
use crate::domain::ids::{EventId, TicketId};
use crate::wire::{self, Change};

impl Db {
    /// Adds tickets, all or none.
    ///
    /// # Errors
    /// [`DbError::Refused`] where one is on the list already.
    pub fn add_tickets(&mut self, event: &EventId, rows: &[TicketRow]) -> Result<(), DbError> {
        let transaction = self.begin()?;
        let event_row = event_row(&transaction, event.as_str())?;
        for row in rows {
            let added = transaction
                .prepare_cached(
                    "INSERT INTO tickets (event, ticket, row) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                )?
                .execute(params![event_row.0, row.ticket.as_bytes(), wire::to_cbor(row)])?;
            if added == 0 {
                let refused = format!(
                    "the ticket {} is on the list already: no ticket was added",
                    row.ticket
                );
                return Err(DbError::Refused(refused));
            }
            append(
                &transaction,
                event_row,
                Key::Ticket(row.ticket.as_bytes()),
                &Change::Ticket(row.clone()),
            )?;
        }
        Ok(transaction.commit()?)
    }

    /// Gives a ticket another status.
    ///
    /// # Errors
    /// [`DbError::Refused`] where it is not on the list.
    pub fn set_ticket_status(
        &mut self,
        event: &EventId,
        ticket: &TicketId,
        status: Status,
    ) -> Result<(), DbError> {
        let transaction = self.begin()?;
        let event_row = event_row(&transaction, event.as_str())?;
        let found: Option<Vec<u8>> = transaction
            .query_row(
                "SELECT row FROM tickets WHERE event = ?1 AND ticket = ?2",
                params![event_row.0, ticket.as_bytes()],
                |row| row.get(0),
            )
            .optional()?;
        let Some(bytes) = found else {
            let refused = format!("the ticket {ticket} is not on the list of {event}: check its id");
            return Err(DbError::Refused(refused));
        };
        let mut row: TicketRow = wire::from_cbor(&bytes).map_err(DbError::unreadable("ticket"))?;
        row.status = status;
        transaction.execute(
            "UPDATE tickets SET row = ?3 WHERE event = ?1 AND ticket = ?2",
            params![event_row.0, ticket.as_bytes(), wire::to_cbor(&row)],
        )?;
        append(
            &transaction,
            event_row,
            Key::Ticket(ticket.as_bytes()),
            &Change::Ticket(row),
        )?;
        Ok(transaction.commit()?)
    }
}
