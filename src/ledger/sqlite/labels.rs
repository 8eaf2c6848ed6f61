//! Labels of a list's tickets.

use rusqlite::{Connection, Result, Row};

use super::list::{self, ListNumber, State};
use super::rows;
use crate::domain::ids::TicketId;
use crate::domain::label::{Best, Label, Sought};

/// Writes a label; one that says nothing takes the ticket's away.
pub(super) fn write(connection: &Connection, list: ListNumber, label: &Label) -> Result<()> {
    let ticket = label.ticket.as_bytes();
    if label.is_empty() {
        let sql = "DELETE FROM label WHERE list = ?1 AND ticket = ?2";
        return rows::execute(connection, sql, (list, ticket)).map(drop);
    }
    let order = label.order.as_ref().map(|order| order.as_str());
    let name = label.name.as_ref().map(|name| name.as_str());
    rows::execute(
        connection,
        "INSERT OR REPLACE INTO label (list, ticket, order_number, name) VALUES (?1, ?2, ?3, ?4)",
        (list, ticket, order, name),
    )?;
    Ok(())
}

/// The live list's labels that fit best.
pub(super) fn labelled(connection: &Connection, sought: &Sought, limit: usize) -> Result<Vec<Label>> {
    let mut best = Best::of(sought, limit);
    if let Some(head) = list::head(connection, State::Live)? {
        let mut statement =
            connection.prepare_cached("SELECT ticket, order_number, name FROM label WHERE list = ?1")?;
        // Row by row: all labels of a large list do not fit into a small board's memory.
        for label in statement.query_map([head.number], label_row)? {
            best.offer(label?);
        }
    }
    Ok(best.into_labels())
}

/// A ticket's label on the live list.
pub(super) fn label(connection: &Connection, ticket: &TicketId) -> Result<Option<Label>> {
    rows::first(
        connection,
        "SELECT a.ticket, a.order_number, a.name FROM label a JOIN list l ON l.number = a.list \
         WHERE l.state = ?1 AND a.ticket = ?2",
        (State::Live as i64, ticket.as_bytes()),
        label_row,
    )
}

/// Deletes labels of a list; how many.
pub(super) fn clear(connection: &Connection, list: ListNumber, rows_max: i64) -> Result<usize> {
    rows::execute(
        connection,
        "DELETE FROM label WHERE list = ?1 AND ticket IN (SELECT ticket FROM label WHERE list = ?1 LIMIT ?2)",
        (list, rows_max),
    )
}

fn label_row(row: &Row<'_>) -> Result<Label> {
    Ok(Label {
        ticket: rows::ticket(row, 0)?,
        order: rows::optional_name(row, 1)?,
        name: rows::optional_name(row, 2)?,
    })
}
