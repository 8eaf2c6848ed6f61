//! The tickets of an order: onto the event's list, and off it.

use sha2::{Digest, Sha256};

use super::super::sql::{Transaction, params};
use super::super::{DbError, EventRow, KeyUse, keys, labels, lock_event_row, tickets};
use super::sheets;
use crate::domain::admission::{Status, TicketRow};
use crate::domain::ids::TicketId;
use crate::domain::label::Label;
use crate::domain::sale::OrderNumber;
use crate::domain::sale::order::{Event, Item, ItemState, Order};
use crate::domain::sale::sheet::Sheet;
use crate::domain::time::UnixMillis;

/// Bytes of a ticket's id.
const ID_BYTES: usize = 8;

/// Random bytes that the ids of an order's tickets are drawn from.
#[derive(Debug, Clone)]
pub struct Seed(pub [u8; 32]);

impl Seed {
    fn ticket(&self, number: OrderNumber, count: usize) -> Result<TicketId, DbError> {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update(number.as_str());
        hash.update(count.to_be_bytes());
        let hash = hash.finalize();
        let id = hash.get(..ID_BYTES).unwrap_or_default();
        TicketId::new(id).map_err(|error| DbError::unreadable("ticket")(error.to_string()))
    }
}

/// Lists the tickets of a paid order. Where the event has no key that signs tickets, they wait until it has one.
pub(super) fn tickets(
    transaction: &Transaction<'_>,
    event: EventRow,
    order: &Order,
    seed: &Seed,
    now: UnixMillis,
) -> Result<Event, DbError> {
    if keys::signing(transaction, event, KeyUse::Tickets)?.is_none() {
        return Ok(Event::NotIssued);
    }
    lock_event_row(transaction, event)?;
    let (_, sheet) = sheets::parsed(transaction, event, &order.event)?;
    let ordered = order.items.iter().filter(|item| item.state == ItemState::Ordered);
    let mut rows = Vec::new();
    for (count, item) in ordered.enumerate() {
        let Some(row) = row(&sheet, item, seed.ticket(order.number, count)?) else {
            return Ok(Event::NotIssued);
        };
        rows.push(row);
    }
    tickets::add(transaction, event, &rows, now)?;
    for row in &rows {
        transaction.execute(
            "INSERT INTO sold_tickets (event, ticket, number) VALUES (?1, ?2, ?3)",
            params![event.0, row.ticket.as_bytes(), order.number.as_str()],
        )?;
        labels::add(transaction, event, &label(order.number, row.ticket))?;
    }
    Ok(Event::Issued(rows.into_iter().map(|row| row.ticket).collect()))
}

/// Gates find a guest by the order's number, too.
fn label(number: OrderNumber, ticket: TicketId) -> Label {
    Label {
        ticket,
        order: number.as_str().parse().ok(),
        name: None,
    }
}

/// Withdraws tickets.
pub(super) fn revoke(
    transaction: &Transaction<'_>,
    event: EventRow,
    tickets: &[TicketId],
    now: UnixMillis,
) -> Result<(), DbError> {
    lock_event_row(transaction, event)?;
    for ticket in tickets {
        tickets::set_status(transaction, event, ticket, Status::Revoked, now)?;
    }
    Ok(())
}

/// A ticket's row; none where the event sells its type no more, and says no more how long it is valid.
fn row(sheet: &Sheet, item: &Item, ticket: TicketId) -> Option<TicketRow> {
    let offer = sheet.offers.get(&item.kind)?;
    let session = sheet.sessions.get(&offer.session)?;
    Some(TicketRow {
        ticket,
        ticket_type: item.kind.clone(),
        status: Status::Valid,
        admits: offer.admits,
        valid_from: Some(offer.valid_from.unwrap_or_else(|| session.doors())),
        valid_until: offer.valid_until.unwrap_or(session.ends),
        replaces: None,
    })
}
