//! What buyers ask for by themselves: each write with a key of theirs, so that the same one again does nothing more.

use super::super::sql::Transaction;
use super::super::{Db, DbError};
use super::accounts::{self, Session};
use super::answers::{self, Known, Once};
use super::issue::Seed;
use super::orders::{self, Changed};
use super::place::{self, Place, Placed};
use super::store;
use crate::domain::ids::{AccountId, EventId};
use crate::domain::sale::order::{Channel, Event};
use crate::domain::sale::{Cart, OrderNumber};
use crate::domain::time::UnixMillis;

/// A buyer's write.
#[derive(Debug, Clone)]
pub struct Wish {
    /// What they show to be themselves.
    pub session: Session,
    /// The key that they chose for it.
    pub key: String,
    /// SHA-256 of what they ask.
    pub asked: [u8; 32],
    /// What ids of tickets are drawn from.
    pub seed: Seed,
    /// When.
    pub now: UnixMillis,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Granted<T> {
    /// This.
    Now(T),
    /// The token is nobody's, or its time is over.
    NoAccount,
    /// The key was used for something else.
    OtherQuestion,
    /// The order is somebody else's, or none: which of them is nobody's business.
    NoOrder,
}

impl Db {
    /// Places a buyer's order, once for each key. `number` is one that no order has.
    ///
    /// # Errors
    /// [`DbError::NoEvent`] where there is no such event.
    pub fn buy(
        &mut self,
        wish: &Wish,
        event: &EventId,
        cart: &Cart,
        number: OrderNumber,
    ) -> Result<Granted<Placed>, DbError> {
        self.connection.write_if(|transaction| {
            let once = match begun(transaction, wish)? {
                Begun::Once(once) => once,
                Begun::Before(number) => return Ok((false, again(transaction, number)?)),
                Begun::Not(why) => return Ok((false, why)),
            };
            let place = Place {
                event: event.clone(),
                buyer: once.account.clone(),
                channel: Channel::Online,
                cart: cart.clone(),
                number,
                seed: wish.seed.clone(),
                now: wish.now,
            };
            let placed = place::this(transaction, &place)?;
            let stands = matches!(placed, Placed::Order(_));
            if stands {
                answers::keep(transaction, &once, number.as_str(), wish.now)?;
            }
            Ok((stands, Granted::Now(placed)))
        })
    }

    /// Has something happen to a buyer's order, once for each key.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read or written.
    pub fn wish(
        &mut self,
        wish: &Wish,
        number: OrderNumber,
        event: &Event,
    ) -> Result<Granted<Changed>, DbError> {
        self.connection.write_if(|transaction| {
            let once = match begun(transaction, wish)? {
                Begun::Once(once) => once,
                Begun::Before(number) => {
                    let order = store::order(transaction, number)?;
                    let order = order.map_or(Changed::None, |order| Changed::Order(Box::new(order)));
                    return Ok((false, Granted::Now(order)));
                }
                Begun::Not(why) => return Ok((false, why)),
            };
            if !is_of(transaction, number, &once.account)? {
                return Ok((false, Granted::NoOrder));
            }
            let changed = orders::change(transaction, number, event.clone(), &wish.seed, wish.now)?;
            let stands = matches!(changed, Changed::Order(_));
            if stands {
                answers::keep(transaction, &once, number.as_str(), wish.now)?;
            }
            Ok((stands, Granted::Now(changed)))
        })
    }
}

enum Begun<T> {
    /// It is to be done.
    Once(Once),
    /// It was done, to this order.
    Before(OrderNumber),
    Not(Granted<T>),
}

fn begun<T>(transaction: &Transaction<'_>, wish: &Wish) -> Result<Begun<T>, DbError> {
    let Some(account) = accounts::holder(transaction, wish.session, wish.now)? else {
        return Ok(Begun::Not(Granted::NoAccount));
    };
    let once = Once {
        account,
        key: wish.key.clone(),
        asked: wish.asked,
    };
    Ok(match answers::known(transaction, &once)? {
        Known::New => Begun::Once(once),
        Known::OtherQuestion => Begun::Not(Granted::OtherQuestion),
        Known::Answer(number) => Begun::Before(DbError::parsed("answer", &number)?),
    })
}

/// The order that a repeated wish placed, as it is now.
fn again(transaction: &Transaction<'_>, number: OrderNumber) -> Result<Granted<Placed>, DbError> {
    let order = store::order(transaction, number)?;
    Ok(order.map_or(Granted::NoOrder, |order| {
        Granted::Now(Placed::Order(Box::new(order)))
    }))
}

fn is_of(transaction: &Transaction<'_>, number: OrderNumber, account: &AccountId) -> Result<bool, DbError> {
    let order = store::order(transaction, number)?;
    Ok(order.is_some_and(|order| order.buyer == *account && order.channel == Channel::Online))
}
