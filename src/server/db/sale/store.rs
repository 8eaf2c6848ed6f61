//! Orders as rows.

use super::super::sql::{Connection, Optional, Transaction, params};
use super::super::{DbError, EventRow};
use super::{codes, document};
use crate::domain::sale::OrderNumber;
use crate::domain::sale::order::{Channel, Order, Stage};

/// An order and its event's row, locked until the commit; none where there is none.
pub(super) fn locked(
    transaction: &Transaction<'_>,
    number: OrderNumber,
) -> Result<Option<(EventRow, Order)>, DbError> {
    let row = transaction
        .query_locked(
            "SELECT event, body FROM ticket_orders WHERE number = ?1",
            params![number.as_str()],
            |row| Ok((EventRow(row.get(0)?), row.get::<String>(1)?)),
        )
        .optional()?;
    row.map(|(event, body)| Ok((event, read(&body)?))).transpose()
}

/// An order; none where there is none.
pub(super) fn order(connection: &Connection, number: OrderNumber) -> Result<Option<Order>, DbError> {
    let body = connection
        .query_row(
            "SELECT body FROM ticket_orders WHERE number = ?1",
            params![number.as_str()],
            |row| row.get::<String>(0),
        )
        .optional()?;
    body.map(|body| read(&body)).transpose()
}

/// Stores a new order and what is to be done about it. False where its buyer has one already that waits to be paid.
pub(super) fn insert(transaction: &Transaction<'_>, event: EventRow, order: &Order) -> Result<bool, DbError> {
    let added = transaction.execute(
        "INSERT INTO ticket_orders (number, event, buyer, stage, placed_ms, waits_for, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
        params![
            order.number.as_str(),
            event.0,
            order.buyer.as_str(),
            stage(order.stage),
            order.placed.0,
            waits_for(order),
            document::written("order", order)?
        ],
    )?;
    if added == 0 {
        return Ok(false);
    }
    for (call, due) in order.calls() {
        transaction.execute(
            "INSERT INTO calls (number, call, due_ms) VALUES (?1, ?2, ?3)",
            params![order.number.as_str(), codes::written(call), due.0],
        )?;
    }
    Ok(true)
}

/// Stores an order that has changed, and what is now to be done about it.
pub(super) fn update(transaction: &Transaction<'_>, before: &Order, after: &Order) -> Result<(), DbError> {
    transaction.execute(
        "UPDATE ticket_orders SET stage = ?2, waits_for = ?3, body = ?4 WHERE number = ?1",
        params![
            after.number.as_str(),
            stage(after.stage),
            waits_for(after),
            document::written("order", after)?
        ],
    )?;
    let (old, new) = (before.calls(), after.calls());
    for (call, _) in old.iter().filter(|call| !new.contains(call)) {
        transaction.execute(
            "DELETE FROM calls WHERE number = ?1 AND call = ?2",
            params![after.number.as_str(), codes::written(*call)],
        )?;
    }
    // A call that was made and changed nothing keeps its time in the order, and not in the outbox: there it was put off.
    for (call, due) in new {
        transaction.execute(
            "INSERT INTO calls (number, call, due_ms) VALUES (?1, ?2, ?3)
             ON CONFLICT (number, call) DO UPDATE SET due_ms = excluded.due_ms, leased = 0",
            params![after.number.as_str(), codes::written(call), due.0],
        )?;
    }
    Ok(())
}

/// The buyer's, where it is an order that they must pay or cancel before the next.
fn waits_for(order: &Order) -> Option<&str> {
    let waits = order.stage == Stage::Reserved && order.channel == Channel::Online;
    waits.then(|| order.buyer.as_str())
}

/// A stage's name, to look for.
pub(super) fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Reserved => "reserved",
        Stage::Ending(_) => "ending",
        Stage::Ended(_) => "ended",
        Stage::Paid => "paid",
        Stage::Issued => "issued",
        Stage::Refunded => "refunded",
    }
}

pub(super) fn read(body: &str) -> Result<Order, DbError> {
    document::read("order", body)
}
