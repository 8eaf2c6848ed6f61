//! Labels of an event's tickets: gates get the orders' numbers, and names where the event says so.

use std::fmt::Display;
use std::str::FromStr;

use super::changelog::{Key, append, newest};
use super::sql::{Connection, Row, Transaction, params};
use super::{Db, DbError, EventRow, lock_event};
use crate::domain::ids::{EventId, TicketId};
use crate::domain::label::{GuestName, Label, OrderNumber};
use crate::wire::Change;

impl Db {
    /// Labels tickets, all or none; each label takes the place of the ticket's one before.
    ///
    /// # Errors
    /// [`DbError::Refused`] where a ticket is not on the list.
    pub fn set_labels(&mut self, event: &EventId, labels: &[Label]) -> Result<(), DbError> {
        self.connection.write(|transaction| {
            let row = lock_event(transaction, event.as_str())?;
            let with_names = with_names(transaction, row)?;
            for label in labels {
                on_the_list(transaction, row, event, &label.ticket)?;
                keep(transaction, row, label)?;
                publish(transaction, row, label, with_names)?;
            }
            Ok(())
        })
    }

    /// Has the gates get names from now on, or forget those that they have; of how many tickets.
    ///
    /// # Errors
    /// [`DbError::NoEvent`] where there is no such event.
    pub fn set_names(&mut self, event: &EventId, with_names: bool) -> Result<usize, DbError> {
        self.connection.write(|transaction| {
            let row = lock_event(transaction, event.as_str())?;
            transaction.execute(
                "UPDATE events SET names = ?2 WHERE event = ?1",
                params![row.0, with_names],
            )?;
            let named = named(transaction, row)?;
            for label in &named {
                publish(transaction, row, label, with_names)?;
            }
            Ok(named.len())
        })
    }
}

/// Labels a ticket that is new on the list of an event that is locked.
pub(super) fn add(transaction: &Transaction<'_>, event: EventRow, label: &Label) -> Result<(), DbError> {
    let with_names = with_names(transaction, event)?;
    keep(transaction, event, label)?;
    publish(transaction, event, label, with_names)
}

/// Appends what gates are to know of a label, where that is something new.
fn publish(
    transaction: &Transaction<'_>,
    event: EventRow,
    label: &Label,
    with_names: bool,
) -> Result<(), DbError> {
    let key = Key::Label(label.ticket.as_bytes());
    let told = Label {
        name: label.name.clone().filter(|_| with_names),
        ..label.clone()
    };
    let is_new = match newest(transaction, event, key)? {
        Some(Change::Label(before)) => before != told,
        _ => !told.is_empty(),
    };
    if is_new {
        append(transaction, event, key, &Change::Label(told))?;
    }
    Ok(())
}

fn with_names(connection: &Connection, event: EventRow) -> Result<bool, DbError> {
    let sql = "SELECT names FROM events WHERE event = ?1";
    connection.query_row(sql, params![event.0], |row| row.get(0))
}

fn on_the_list(
    transaction: &Transaction<'_>,
    row: EventRow,
    event: &EventId,
    ticket: &TicketId,
) -> Result<(), DbError> {
    let sql = "SELECT 1 FROM tickets WHERE event = ?1 AND ticket = ?2";
    if transaction.exists(sql, params![row.0, ticket.as_bytes()])? {
        Ok(())
    } else {
        let refused = format!("the ticket {ticket} is not on the list of {event}: no ticket was labelled");
        Err(DbError::Refused(refused))
    }
}

fn keep(transaction: &Transaction<'_>, event: EventRow, label: &Label) -> Result<(), DbError> {
    let order = label.order.as_ref().map(OrderNumber::as_str);
    let name = label.name.as_ref().map(GuestName::as_str);
    transaction.execute(
        "INSERT INTO labels (event, ticket, order_number, name) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (event, ticket) DO UPDATE SET order_number = excluded.order_number, name = excluded.name",
        params![event.0, label.ticket.as_bytes(), order, name],
    )?;
    Ok(())
}

/// The labels that have a name.
fn named(connection: &Connection, event: EventRow) -> Result<Vec<Label>, DbError> {
    connection.query_map(
        "SELECT ticket, order_number, name FROM labels WHERE event = ?1 AND name IS NOT NULL ORDER BY ticket",
        params![event.0],
        label,
    )
}

fn label(row: &Row<'_>) -> Result<Label, DbError> {
    let ticket: Vec<u8> = row.get(0)?;
    Ok(Label {
        ticket: TicketId::new(&ticket).map_err(|error| DbError::unreadable("label")(error.to_string()))?,
        order: part(row, 1)?,
        name: part(row, 2)?,
    })
}

/// A part of a label, if there is one.
fn part<T: FromStr<Err: Display>>(row: &Row<'_>, column: usize) -> Result<Option<T>, DbError> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| DbError::parsed("label", &text)).transpose()
}
