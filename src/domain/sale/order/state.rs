//! What an order is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::ids::{AccountId, EventId, OperatorId, QuotaId, TicketId, TicketType};
use crate::domain::sale::{Charge, Fen, Opened, OrderNumber, Prepay, Provider, RefundAsk};
use crate::domain::time::{UnixMillis, UnixSeconds};

/// Tickets of one order: a coach's load; more is several orders.
pub const ITEMS_MAX: usize = 100;
/// Attempts to pay one order: more is a script, or a guest whom the box office should help.
pub const PAYMENTS_MAX: usize = 10;
/// Refunds of one order; WeChat Pay takes 50 of one payment.
pub const REFUNDS_MAX: usize = 50;

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its number.
    pub number: OrderNumber,
    /// The event.
    pub event: EventId,
    /// Who buys.
    pub buyer: AccountId,
    /// Where it is sold.
    pub channel: Channel,
    /// One for each ticket.
    pub items: Vec<Item>,
    /// When it was placed.
    pub placed: UnixMillis,
    /// Until when its tickets are held for it.
    pub until: UnixMillis,
    /// What happens to money that comes after that.
    pub late: Late,
    /// Whether tickets that are taken back are sold again.
    pub resell: bool,
    /// How far it is.
    pub stage: Stage,
    /// The attempts to pay it, in the order of their counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<Payment>,
    /// The refunds of it, in the order of their counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
    /// The voucher's code, where one was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher: Option<String>,
    /// What the buyer answered to the event's questions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, String>,
    /// The count of the payment that paid it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_by: Option<u16>,
    /// When its tickets were issued: their `iat`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<UnixSeconds>,
    /// When its tickets are to be issued, where that could not be done at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_due: Option<UnixMillis>,
    /// Tries to issue its tickets that failed.
    #[serde(default)]
    pub issue_tries: u32,
    /// When its provider is to be told that its tickets were issued, where it wants to know and does not yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tell_due: Option<UnixMillis>,
    /// Tries to tell it that failed.
    #[serde(default)]
    pub tell_tries: u32,
}

/// Where an order is sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// By the buyer.
    Online,
    /// By this member of staff at the box office.
    BoxOffice(OperatorId),
}

/// One ticket of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: TicketType,
    /// The stocks that it is taken from.
    pub quotas: Vec<QuotaId>,
    /// What it costs, discounts taken off.
    pub price: Fen,
    /// Whether it uses up the order's voucher.
    #[serde(default, skip_serializing_if = "is_false")]
    pub by_voucher: bool,
    /// What the payer gets back of that.
    #[serde(default, skip_serializing_if = "Fen::is_zero")]
    pub back: Fen,
    /// How far it is.
    pub state: ItemState,
}

/// How far a ticket of an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemState {
    /// Not issued.
    Ordered,
    /// Issued.
    Issued(TicketId),
    /// Issued and withdrawn.
    Revoked(TicketId),
    /// Never issued, and never will be.
    Dropped,
}

/// How far an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Its tickets are held for it until [`Order::until`].
    Reserved,
    /// It is to end so, once no payment of it can come any more; its tickets are still held.
    Ending(End),
    /// It ended unpaid, and its tickets are free.
    Ended(End),
    /// Paid, its tickets not issued yet.
    Paid,
    /// Its tickets are issued.
    Issued,
    /// All of it was taken back.
    Refunded,
}

/// How an unpaid order ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// By its buyer or by staff.
    Cancelled,
    /// By the time.
    Expired,
}

/// What happens to money that comes for an order that expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Late {
    /// Its tickets are issued all the same if there are still such, else it is refunded.
    #[default]
    Refill,
    /// It is refunded.
    Refund,
}

/// One attempt to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Who takes the money.
    pub provider: Provider,
    /// What it is asked for, its number in it.
    pub ask: Prepay,
    /// How far it is.
    pub state: PaymentState,
    /// When the next call about it is due.
    pub due: UnixMillis,
    /// Calls in this state so far.
    pub tries: u32,
}

/// How far an attempt to pay is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaymentState {
    /// To be opened; whether the provider knows it already cannot be told.
    Opening,
    /// The guest can pay it.
    Open(Opened),
    /// To be closed.
    Closing,
    /// Never paid, and never will be.
    Closed,
    /// The provider would not open it, and said why.
    Refused(String),
    /// The money came.
    Paid(Charge),
}

/// One refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Who gives the money back.
    pub provider: Provider,
    /// What it is asked for, its number in it.
    pub ask: RefundAsk,
    /// Why.
    pub cause: Cause,
    /// How far it is.
    pub state: RefundState,
    /// When the next call about it is due.
    pub due: UnixMillis,
    /// Calls in this state so far.
    pub tries: u32,
}

/// Why money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The buyer gives tickets back.
    Buyer,
    /// The organiser takes them back.
    Organiser,
    /// It came when the order had ended.
    Late,
    /// The order was paid twice.
    Twice,
    /// It was not the order's total.
    WrongAmount,
}

/// How far a refund is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefundState {
    /// To be asked for; whether the provider knows it already cannot be told.
    Wanted,
    /// The provider is at it.
    Processing,
    /// The payer has the money.
    Done,
    /// The provider gave up and said why: a person must look.
    Failed(String),
}

impl Order {
    /// What it costs in all.
    #[must_use]
    pub fn total(&self) -> Fen {
        self.items.iter().map(|item| item.price).sum()
    }

    /// How many of each stock it holds or has sold.
    #[must_use]
    pub fn stock(&self) -> BTreeMap<QuotaId, u32> {
        let back = |item: &&Item| matches!(item.state, ItemState::Revoked(_) | ItemState::Dropped);
        let kept = self.items.iter().filter(|item| !self.resell && back(item));
        counted(self.standing_items().chain(kept).flat_map(|item| &item.quotas))
    }

    /// How many tickets of each type count against what one person may buy.
    #[must_use]
    pub fn bought(&self) -> BTreeMap<TicketType, u32> {
        counted(self.standing_items().map(|item| &item.kind))
    }

    /// How many tickets of its voucher it uses up.
    #[must_use]
    pub fn voucher_uses(&self) -> u32 {
        let uses = self.standing_items().filter(|item| item.by_voucher).count();
        u32::try_from(uses).unwrap_or(u32::MAX)
    }

    /// The items that are held or sold.
    fn standing_items(&self) -> impl Iterator<Item = &Item> {
        let ended = matches!(self.stage, Stage::Ended(_));
        self.items.iter().filter(move |item| match item.state {
            ItemState::Ordered => !ended,
            ItemState::Issued(_) => true,
            ItemState::Revoked(_) | ItemState::Dropped => false,
        })
    }

    /// Whether it takes what its buyer may have only one of: an order that is not paid.
    #[must_use]
    pub fn is_unpaid(&self) -> bool {
        matches!(self.stage, Stage::Reserved | Stage::Ending(_))
    }

    /// Its issued tickets that are not withdrawn.
    pub fn tickets(&self) -> impl Iterator<Item = TicketId> {
        self.items.iter().filter_map(Item::ticket)
    }
}

impl Item {
    /// Its ticket, where it is issued and not withdrawn.
    #[must_use]
    pub fn ticket(&self) -> Option<TicketId> {
        match self.state {
            ItemState::Issued(ticket) => Some(ticket),
            ItemState::Ordered | ItemState::Revoked(_) | ItemState::Dropped => None,
        }
    }
}

impl PaymentState {
    /// Whether money can still come by it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Opening | Self::Open(_) | Self::Closing)
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

fn counted<'a, T: Clone + Ord + 'a>(things: impl Iterator<Item = &'a T>) -> BTreeMap<T, u32> {
    let mut counts = BTreeMap::new();
    for thing in things {
        *counts.entry(thing.clone()).or_default() += 1;
    }
    counts
}
