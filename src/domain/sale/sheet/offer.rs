//! Ticket types for sale, and the stocks behind them.

use serde::{Deserialize, Serialize};

use super::Session;
use super::texts::Texts;
use crate::domain::ids::{QuotaId, SessionId};
use crate::domain::rules::EntryWindow;
use crate::domain::sale::Fen;
use crate::domain::time::UnixSeconds;

/// A ticket type for sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Its name.
    pub title: Texts,
    /// The date that it is for.
    pub session: SessionId,
    /// What one costs.
    pub price: Fen,
    /// The stocks that each is taken from, all of them.
    pub quotas: Vec<QuotaId>,
    /// Persons that one admits.
    #[serde(default = "one")]
    pub admits: u8,
    /// When it is for sale.
    #[serde(default)]
    pub sale: SaleWindow,
    /// In one order at the most; none: as the event says.
    #[serde(default)]
    pub per_order_max: Option<u32>,
    /// For one person at the most, in all orders; none: as the event says.
    #[serde(default)]
    pub per_person_max: Option<u32>,
    /// Only for who has a voucher that unlocks it.
    #[serde(default)]
    pub locked: bool,
    /// From when its tickets are valid; none: from the doors on.
    #[serde(default)]
    pub valid_from: Option<UnixSeconds>,
    /// Until when; none: until the end of the session.
    #[serde(default)]
    pub valid_until: Option<UnixSeconds>,
}

/// When something is for sale, `[from, until)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaleWindow {
    /// The first second; none: as soon as the event is on sale.
    #[serde(default)]
    pub from: Option<UnixSeconds>,
    /// The second after the last; none: as long as the event is on sale.
    #[serde(default)]
    pub until: Option<UnixSeconds>,
}

impl SaleWindow {
    /// Whether it has begun.
    #[must_use]
    pub fn has_begun(&self, now: UnixSeconds) -> bool {
        self.from.is_none_or(|from| from <= now)
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_over(&self, now: UnixSeconds) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

/// A stock of tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// Tickets in all.
    pub capacity: u32,
    /// For whom.
    #[serde(default)]
    pub kind: QuotaKind,
}

/// For whom a stock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuotaKind {
    /// Whoever buys.
    #[default]
    Public,
    /// Those whom the organiser chose: sold and given away at the box office alone.
    Held,
}

impl Session {
    /// Its time as an entry window: from the doors to the end.
    #[must_use]
    pub fn window(&self) -> EntryWindow {
        EntryWindow::Absolute {
            from: self.doors(),
            until: self.ends,
        }
    }
}

fn one() -> u8 {
    1
}
