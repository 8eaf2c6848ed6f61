//! What happens to orders, each event in one transaction with all that follows from it.

use std::collections::BTreeMap;

use super::super::sql::{Transaction, params};
use super::super::{Db, DbError, EventRow, event_row};
use super::issue::{self, Seed};
use super::{money, reviews, stock, store, vouchers};
use crate::domain::ids::{AccountId, EventId};
use crate::domain::sale::OrderNumber;
use crate::domain::sale::order::{Effect, Event, Order, Wrong};
use crate::domain::time::UnixMillis;

/// Orders of one buyer or one page that are read at once.
const ORDERS_MAX: i64 = 100;

/// What came of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// The order as it is now.
    Order(Box<Order>),
    /// That cannot happen to it.
    Refused(Wrong),
    /// There is no such order.
    None,
}

impl Db {
    /// Has something happen to an order, and stores all that follows.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read or written.
    pub fn change_order(
        &mut self,
        number: OrderNumber,
        event: &Event,
        seed: &Seed,
        now: UnixMillis,
    ) -> Result<Changed, DbError> {
        self.connection
            .write(|transaction| change(transaction, number, event.clone(), seed, now))
    }

    /// An order; none where there is none of that number.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn order(&mut self, number: OrderNumber) -> Result<Option<Order>, DbError> {
        store::order(&self.connection, number)
    }

    /// A buyer's orders for an event, the newest first, at most a hundred.
    ///
    /// # Errors
    /// [`DbError::NoEvent`] where there is no such event.
    pub fn orders_of(&mut self, event: &EventId, buyer: &AccountId) -> Result<Vec<Order>, DbError> {
        let event = event_row(&self.connection, event.as_str())?;
        self.connection.query_map(
            "SELECT body FROM ticket_orders WHERE event = ?1 AND buyer = ?2 ORDER BY placed_ms DESC LIMIT ?3",
            params![event.0, buyer.as_str(), ORDERS_MAX],
            |row| store::read(&row.get::<String>(0)?),
        )
    }

    /// The orders of an event that were placed before `before`, the newest first, at most a hundred.
    ///
    /// # Errors
    /// [`DbError::NoEvent`] where there is no such event.
    pub fn orders_before(&mut self, event: &EventId, before: UnixMillis) -> Result<Vec<Order>, DbError> {
        let event = event_row(&self.connection, event.as_str())?;
        let before = i64::try_from(before.0).unwrap_or(i64::MAX);
        self.connection.query_map(
            "SELECT body FROM ticket_orders WHERE event = ?1 AND placed_ms < ?2 ORDER BY placed_ms DESC LIMIT ?3",
            params![event.0, before, ORDERS_MAX],
            |row| store::read(&row.get::<String>(0)?),
        )
    }
}

/// The same within a transaction.
pub(super) fn change(
    transaction: &Transaction<'_>,
    number: OrderNumber,
    event: Event,
    seed: &Seed,
    now: UnixMillis,
) -> Result<Changed, DbError> {
    let Some((event_row, before)) = store::locked(transaction, number)? else {
        return Ok(Changed::None);
    };
    let mut order = before.clone();
    let effects = match order.handle(event, now) {
        Ok(effects) => effects,
        Err(wrong) => return Ok(Changed::Refused(wrong)),
    };
    obey(transaction, event_row, &mut order, effects, seed, now)?;
    if order != before {
        settle(transaction, event_row, &before, &order, now)?;
    }
    Ok(Changed::Order(Box::new(order)))
}

/// Stores what has changed of an order, in stocks, vouchers and the record of money too.
fn settle(
    transaction: &Transaction<'_>,
    event: EventRow,
    before: &Order,
    after: &Order,
    now: UnixMillis,
) -> Result<(), DbError> {
    store::update(transaction, before, after)?;
    money::note(transaction, before, after, now)?;
    let voucher = after.voucher.as_deref();
    vouchers::change(
        transaction,
        event,
        voucher,
        before.voucher_uses(),
        after.voucher_uses(),
    )?;
    // What an order takes more than before it has taken already, where it asked whether it could.
    let freed: BTreeMap<_, _> = before.stock().into_iter().collect();
    let kept = after
        .stock()
        .into_iter()
        .filter(|(quota, _)| freed.contains_key(quota))
        .collect();
    stock::change(transaction, event, &freed, &kept)?;
    Ok(())
}

/// Does what follows, and tells the order what came of it.
pub(super) fn obey(
    transaction: &Transaction<'_>,
    event: EventRow,
    order: &mut Order,
    effects: Vec<Effect>,
    seed: &Seed,
    now: UnixMillis,
) -> Result<(), DbError> {
    for effect in effects {
        let answer = match effect {
            Effect::TakeStock => Event::Stock(take_again(transaction, event, order, now)?),
            Effect::Issue => issue::tickets(transaction, event, order, seed, now)?,
            Effect::Revoke(tickets) => {
                issue::revoke(transaction, event, &tickets, now)?;
                continue;
            }
            Effect::Review(told) => {
                reviews::add(transaction, order.number, &told, now)?;
                continue;
            }
        };
        let effects = order
            .handle(answer, now)
            .map_err(|wrong| DbError::unreadable("order")(wrong.to_string()))?;
        obey(transaction, event, order, effects, seed, now)?;
    }
    Ok(())
}

/// Holds the stock of an order that has ended once more, all of it or nothing.
fn take_again(
    transaction: &Transaction<'_>,
    event: EventRow,
    order: &Order,
    now: UnixMillis,
) -> Result<bool, DbError> {
    let mut held = order.clone();
    if held.handle(Event::Stock(true), now).is_err() {
        return Ok(false);
    }
    let wanted = held.stock();
    let mut taken = BTreeMap::new();
    for (quota, count) in wanted {
        let one = BTreeMap::from([(quota, count)]);
        if stock::change(transaction, event, &BTreeMap::new(), &one)?.is_some() {
            stock::change(transaction, event, &taken, &BTreeMap::new())?;
            return Ok(false);
        }
        taken.extend(one);
    }
    Ok(true)
}
