//! Placing orders.

use std::collections::BTreeMap;

use super::super::sql::{Connection, Transaction, params};
use super::super::{Db, DbError, EventRow, event_row};
use super::issue::Seed;
use super::{orders, sheets, stock, store, vouchers};
use crate::domain::ids::{AccountId, EventId, QuotaId, TicketType};
use crate::domain::sale::order::{Channel, Order};
use crate::domain::sale::voucher::voucher_code;
use crate::domain::sale::{Cart, Counter, NoOrder, OrderNumber};
use crate::domain::time::UnixMillis;

/// An order to place.
#[derive(Debug, Clone)]
pub struct Place {
    /// The event.
    pub event: EventId,
    /// Who buys.
    pub buyer: AccountId,
    /// Where.
    pub channel: Channel,
    /// What.
    pub cart: Cart,
    /// A number that no order has.
    pub number: OrderNumber,
    /// What its tickets' ids are drawn from, where it costs nothing.
    pub seed: Seed,
    /// When.
    pub now: UnixMillis,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// It is placed, and its tickets are held; where it costs nothing they are issued.
    Order(Box<Order>),
    /// The cart makes no order.
    Refused(NoOrder),
    /// This stock has not enough.
    SoldOut(QuotaId),
    /// The voucher has not enough tickets left.
    VoucherUsedUp,
    /// The buyer has an order that waits to be paid.
    OneAtATime,
}

impl Db {
    /// Places an order.
    ///
    /// # Errors
    /// [`DbError::NoEvent`] where there is no such event, or it has no sheet.
    pub fn place(&mut self, place: &Place) -> Result<Placed, DbError> {
        self.connection.write_if(|transaction| {
            let placed = this(transaction, place)?;
            Ok((matches!(placed, Placed::Order(_)), placed))
        })
    }
}

/// Places it within a transaction, which must not stand where that came to nothing.
pub(super) fn this(transaction: &Transaction<'_>, place: &Place) -> Result<Placed, DbError> {
    let event = event_row(transaction, place.event.as_str())?;
    let mut order = match ordered(transaction, event, place)? {
        Ok(order) => order,
        Err(why) => return Ok(Placed::Refused(why)),
    };
    if !store::insert(transaction, event, &order)? {
        return Ok(Placed::OneAtATime);
    }
    if !vouchers::change(
        transaction,
        event,
        order.voucher.as_deref(),
        0,
        order.voucher_uses(),
    )? {
        return Ok(Placed::VoucherUsedUp);
    }
    // The hottest row last: it is held for the shortest time.
    if let Some(quota) = stock::change(transaction, event, &BTreeMap::new(), &order.stock())? {
        return Ok(Placed::SoldOut(quota));
    }
    if order.total().is_zero() {
        let before = order.clone();
        let effects = order.pay_nothing().unwrap_or_default();
        orders::obey(transaction, event, &mut order, effects, &place.seed, place.now)?;
        store::update(transaction, &before, &order)?;
    }
    Ok(Placed::Order(Box::new(order)))
}

fn ordered(
    transaction: &Transaction<'_>,
    event: EventRow,
    place: &Place,
) -> Result<Result<Order, NoOrder>, DbError> {
    let (stage, sheet) = sheets::parsed(transaction, event, &place.event)?;
    let mut cart = place.cart.clone();
    let voucher = match cart.voucher.take().map(|typed| voucher_code(&typed)) {
        None => None,
        Some(None) => return Ok(Err(NoOrder::NoVoucher)),
        Some(Some(code)) => {
            let found = vouchers::find(transaction, event, &code)?;
            cart.voucher = Some(code);
            found
        }
    };
    // Box office buyers are the house itself.
    let has = match place.channel {
        Channel::Online if sheet.limits_persons() => bought(transaction, event, &place.buyer)?,
        Channel::Online | Channel::BoxOffice(_) => BTreeMap::new(),
    };
    let counter = Counter {
        event: &place.event,
        stage,
        sheet: &sheet,
        buyer: &place.buyer,
        channel: &place.channel,
        has: &has,
        voucher: voucher.as_ref(),
        now: place.now,
    };
    Ok(counter.order(&cart, place.number))
}

/// How many of each type a buyer has in all orders.
fn bought(
    connection: &Connection,
    event: EventRow,
    buyer: &AccountId,
) -> Result<BTreeMap<TicketType, u32>, DbError> {
    let mut has = BTreeMap::new();
    connection.query_each(
        "SELECT body FROM ticket_orders WHERE event = ?1 AND buyer = ?2",
        params![event.0, buyer.as_str()],
        |row| {
            let order = store::read(&row.get::<String>(0)?)?;
            for (kind, count) in order.bought() {
                *has.entry(kind).or_default() += count;
            }
            Ok(())
        },
    )?;
    Ok(has)
}
