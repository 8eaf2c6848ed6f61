//! Taking back all tickets of a session, as where it is cancelled: order by order, so that it can go on where it was cut off.

use super::super::sql::params;
use super::super::{Db, DbError, event_row};
use super::issue::Seed;
use super::{orders, sheets, store};
use crate::domain::ids::{EventId, SessionId, TicketId};
use crate::domain::sale::order::{Cause, Event, Order, Stage};
use crate::domain::sale::sheet::Sheet;
use crate::domain::sale::{OrderNumber, Permille};
use crate::domain::time::UnixMillis;

/// Orders in one transaction: others wait for it, and a few milliseconds are no wait.
pub const BULK_ORDERS_MAX: u32 = 50;

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TakenBack {
    /// Tickets taken back by this step.
    pub tickets: usize,
    /// Orders looked at by this step; 0: it is done.
    pub orders: usize,
    /// Where the next step begins.
    pub after: Option<OrderNumber>,
}

impl Db {
    /// Takes back, for all of their price, the tickets of a session in the next orders after `after`, and cancels those that wait to
    /// be paid. Begun anew it finds nothing more to do, so it can be repeated.
    ///
    /// # Errors
    /// [`DbError::NoEvent`] where there is no such event.
    pub fn take_back_session(
        &mut self,
        event: &EventId,
        session: &SessionId,
        after: Option<OrderNumber>,
        now: UnixMillis,
    ) -> Result<TakenBack, DbError> {
        self.connection.write(|transaction| {
            let row = event_row(transaction, event.as_str())?;
            let (_, sheet) = sheets::parsed(transaction, row, event)?;
            let from = after.map_or(String::new(), |number| number.to_string());
            let found = transaction.query_map(
                "SELECT body FROM ticket_orders WHERE event = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
                params![row.0, from, BULK_ORDERS_MAX],
                |row| store::read(&row.get::<String>(0)?),
            )?;
            let mut step = TakenBack {
                orders: found.len(),
                after: found.last().map(|order| order.number),
                tickets: 0,
            };
            for order in &found {
                let Some((what, tickets)) = for_session(order, &sheet, session) else {
                    continue;
                };
                step.tickets += tickets;
                orders::change(transaction, order.number, what, &Seed([0; 32]), now)?;
            }
            Ok(step)
        })
    }
}

/// What is to happen to an order, and how many tickets that takes back; none where it has none of the session.
fn for_session(order: &Order, sheet: &Sheet, session: &SessionId) -> Option<(Event, usize)> {
    let of_session = |kind| {
        sheet
            .offers
            .get(kind)
            .is_some_and(|offer| offer.session == *session)
    };
    if !order.items.iter().any(|item| of_session(&item.kind)) {
        return None;
    }
    let back = |tickets: Vec<TicketId>| {
        let count = tickets.len();
        let event = Event::TakeBack {
            tickets,
            share: Permille::WHOLE,
            cause: Cause::Organiser,
        };
        (event, count)
    };
    match order.stage {
        Stage::Reserved | Stage::Ending(_) => Some((Event::Cancel, 0)),
        // Nothing of it is issued: all of it goes back, whatever else is in it.
        Stage::Paid => Some((back(Vec::new()).0, order.items.len())),
        Stage::Issued => {
            let issued = order.items.iter().filter(|item| of_session(&item.kind));
            let tickets: Vec<_> = issued.filter_map(|item| item.ticket()).collect();
            (!tickets.is_empty()).then(|| back(tickets))
        }
        Stage::Ended(_) | Stage::Refunded => None,
    }
}
