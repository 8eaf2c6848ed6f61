//! A cart, and the order that it makes: what may be bought by whom, and what it costs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Fen;
use super::number::OrderNumber;
use super::order::{Channel, ITEMS_MAX, Item, ItemState, Order, Stage};
use super::sheet::{EventStage, Offer, QuotaKind, Sheet};
use super::voucher::Voucher;
use crate::domain::ids::{AccountId, EventId, TicketType};
use crate::domain::time::UnixMillis;

/// What somebody wants.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cart {
    /// How many of each type.
    pub tickets: BTreeMap<TicketType, u32>,
    /// A voucher's code.
    #[serde(default)]
    pub voucher: Option<String>,
    /// Answers to the event's questions.
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
}

/// What is known of the event and of who buys.
#[derive(Debug, Clone, Copy)]
pub struct Counter<'a> {
    /// The event.
    pub event: &'a EventId,
    /// How far it is.
    pub stage: EventStage,
    /// What it sells.
    pub sheet: &'a Sheet,
    /// Who buys.
    pub buyer: &'a AccountId,
    /// Where.
    pub channel: &'a Channel,
    /// What the buyer has of each type already.
    pub has: &'a BTreeMap<TicketType, u32>,
    /// The voucher of the cart's code; none where there is no such voucher.
    pub voucher: Option<&'a Voucher>,
    /// The time.
    pub now: UnixMillis,
}

/// Why a cart makes no order. The codes are a contract of the API.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoOrder {
    /// Nothing is wanted.
    #[error("the cart is empty: choose a ticket")]
    Empty,
    /// The event sells nothing now.
    #[error("the event is not on sale")]
    NotOnSale,
    /// There is no such type.
    #[error("the event has no tickets of the type {0}")]
    NoSuchType(TicketType),
    /// The type is not sold yet.
    #[error("tickets of the type {0} are not on sale yet")]
    NotYet(TicketType),
    /// The type is sold no more.
    #[error("tickets of the type {0} are on sale no more")]
    Over(TicketType),
    /// The type is for holders of a voucher, or sold at the box office alone.
    #[error("tickets of the type {0} need a voucher, or the box office")]
    Locked(TicketType),
    /// Too many for one order.
    #[error("an order has at most {max} of these tickets")]
    TooManyInOrder {
        /// The most.
        max: u32,
    },
    /// Too many for one person.
    #[error("one person may have at most {max} of these tickets, in all orders")]
    TooManyForPerson {
        /// The most.
        max: u32,
    },
    /// There is no such voucher, or it does not count now or here.
    #[error("this voucher does not count here and now")]
    NoVoucher,
    /// A question is not answered, or not so that it can be taken.
    #[error("answer the question {0:?}")]
    Answer(String),
}

impl NoOrder {
    /// The stable code, such as `NOT_ON_SALE`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "EMPTY",
            Self::NotOnSale => "NOT_ON_SALE",
            Self::NoSuchType(_) => "NO_SUCH_TYPE",
            Self::NotYet(_) => "NOT_YET",
            Self::Over(_) => "OVER",
            Self::Locked(_) => "LOCKED",
            Self::TooManyInOrder { .. } => "TOO_MANY_IN_ORDER",
            Self::TooManyForPerson { .. } => "TOO_MANY_FOR_PERSON",
            Self::NoVoucher => "NO_VOUCHER",
            Self::Answer(_) => "ANSWER_MISSING",
        }
    }
}

impl Counter<'_> {
    /// The order that a cart makes, its tickets not taken from their stocks yet.
    ///
    /// # Errors
    /// [`NoOrder`] where it makes none.
    pub fn order(&self, cart: &Cart, number: OrderNumber) -> Result<Order, NoOrder> {
        let items = self.items(cart)?;
        self.check_limits(cart)?;
        self.check_answers(cart)?;
        Ok(Order {
            number,
            event: self.event.clone(),
            buyer: self.buyer.clone(),
            channel: self.channel.clone(),
            items,
            placed: self.now,
            until: self.now.plus(u64::from(self.sheet.hold_s) * 1_000),
            late: self.sheet.late,
            resell: self.sheet.resell,
            stage: Stage::Reserved,
            payments: Vec::new(),
            refunds: Vec::new(),
            voucher: cart.voucher.clone(),
            answers: cart.answers.clone(),
            paid_by: None,
            issued_at: None,
            issue_due: None,
            issue_tries: 0,
            tell_due: None,
            tell_tries: 0,
        })
    }

    fn items(&self, cart: &Cart) -> Result<Vec<Item>, NoOrder> {
        self.check_voucher(cart)?;
        let wanted = cart.tickets.iter().filter(|(_, count)| **count > 0);
        let mut items = Vec::new();
        for (kind, count) in wanted {
            let offer = self.offer(kind)?;
            if *count as usize > ITEMS_MAX - items.len() {
                return Err(NoOrder::TooManyInOrder {
                    max: self.sheet.per_order_max,
                });
            }
            let item = Item {
                kind: kind.clone(),
                quotas: offer.quotas.clone(),
                price: self.price(kind, offer),
                by_voucher: self.voucher.is_some_and(|voucher| voucher.covers(kind)),
                back: Fen::ZERO,
                state: ItemState::Ordered,
            };
            items.extend(std::iter::repeat_n(item, *count as usize));
        }
        if items.is_empty() {
            Err(NoOrder::Empty)
        } else {
            Ok(items)
        }
    }

    /// A voucher must be one, count now, and be for something in the cart: nobody wastes it unawares.
    fn check_voucher(&self, cart: &Cart) -> Result<(), NoOrder> {
        let useful = |voucher: &Voucher| {
            voucher.counts(self.now.seconds()) && cart.tickets.keys().any(|kind| voucher.covers(kind))
        };
        match (&cart.voucher, self.voucher) {
            (None, _) => Ok(()),
            (Some(_), Some(voucher)) if useful(voucher) => Ok(()),
            (Some(_), _) => Err(NoOrder::NoVoucher),
        }
    }

    /// The offer of a type, if it is open to this buyer here and now.
    fn offer(&self, kind: &TicketType) -> Result<&Offer, NoOrder> {
        let box_office = matches!(self.channel, Channel::BoxOffice(_));
        let sells = self.stage == EventStage::OnSale || (box_office && self.stage == EventStage::Closed);
        if !sells {
            return Err(NoOrder::NotOnSale);
        }
        let offer = self.sheet.offers.get(kind);
        let offer = offer.ok_or_else(|| NoOrder::NoSuchType(kind.clone()))?;
        if box_office {
            return Ok(offer);
        }
        let now = self.now.seconds();
        if !offer.sale.has_begun(now) {
            return Err(NoOrder::NotYet(kind.clone()));
        }
        if offer.sale.is_over(now) {
            return Err(NoOrder::Over(kind.clone()));
        }
        let unlocked = self.voucher.is_some_and(|voucher| voucher.covers(kind));
        if (offer.locked || self.is_held(offer)) && !unlocked {
            return Err(NoOrder::Locked(kind.clone()));
        }
        Ok(offer)
    }

    fn is_held(&self, offer: &Offer) -> bool {
        let stocks = offer
            .quotas
            .iter()
            .filter_map(|quota| self.sheet.quotas.get(quota));
        stocks.into_iter().any(|quota| quota.kind == QuotaKind::Held)
    }

    fn price(&self, kind: &TicketType, offer: &Offer) -> Fen {
        match self.voucher {
            Some(voucher) if voucher.covers(kind) => voucher.price(offer.price),
            _ => offer.price,
        }
    }

    fn check_limits(&self, cart: &Cart) -> Result<(), NoOrder> {
        // The box office serves coaches and schools.
        if matches!(self.channel, Channel::BoxOffice(_)) {
            return Ok(());
        }
        let total: u32 = cart
            .tickets
            .values()
            .fold(0, |sum, count| sum.saturating_add(*count));
        in_order(total, Some(self.sheet.per_order_max))?;
        let had: u32 = self.has.values().fold(0, |sum, count| sum.saturating_add(*count));
        for_person(total, had, self.sheet.per_person_max)?;
        for (kind, count) in &cart.tickets {
            let Some(offer) = self.sheet.offers.get(kind) else {
                continue;
            };
            in_order(*count, offer.per_order_max)?;
            let had = self.has.get(kind).copied().unwrap_or(0);
            for_person(*count, had, offer.per_person_max)?;
        }
        Ok(())
    }

    fn check_answers(&self, cart: &Cart) -> Result<(), NoOrder> {
        if let Some(unasked) = cart
            .answers
            .keys()
            .find(|name| !self.sheet.questions.contains_key(*name))
        {
            return Err(NoOrder::Answer(unasked.clone()));
        }
        for (name, question) in &self.sheet.questions {
            let taken = match cart.answers.get(name) {
                Some(answer) => question.kind.takes(answer),
                None => !question.required,
            };
            if !taken {
                return Err(NoOrder::Answer(name.clone()));
            }
        }
        Ok(())
    }
}

fn in_order(count: u32, most: Option<u32>) -> Result<(), NoOrder> {
    match most {
        Some(max) if count > max => Err(NoOrder::TooManyInOrder { max }),
        _ => Ok(()),
    }
}

fn for_person(count: u32, had: u32, most: Option<u32>) -> Result<(), NoOrder> {
    match most {
        Some(max) if count.saturating_add(had) > max => Err(NoOrder::TooManyForPerson { max }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
