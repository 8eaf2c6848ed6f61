//! What an event sells: its sheet, one document, checked when it is written.

mod copy;
mod offer;
mod question;
mod refunds;
mod stage;
mod texts;
mod validate;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::order::Late;
use crate::domain::ids::{EventId, QuotaId, SessionId, TicketType};
use crate::domain::rules::Rulebook;
use crate::domain::time::UnixSeconds;

pub use offer::{Offer, Quota, QuotaKind, SaleWindow};
pub use question::{ANSWER_CHARS_MAX, Question, QuestionKind};
pub use refunds::{RefundPolicy, RefundTier};
pub use stage::{EventStage, NoWay};
pub use texts::Texts;
pub use validate::{DOCUMENT_ITEMS_MAX, SheetError};

/// How long an order's tickets are held for it, in seconds, where the event says nothing: time to pay on a phone.
pub const HOLD_S: u32 = 15 * 60;
/// Tickets in one order where the event says nothing.
pub const PER_ORDER_MAX: u32 = 10;

/// What an event sells, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// Its name.
    pub title: Texts,
    /// What is told of it.
    #[serde(default)]
    pub about: Texts,
    /// Where it is.
    #[serde(default)]
    pub venue: Texts,
    /// Its dates.
    pub sessions: BTreeMap<SessionId, Session>,
    /// Its stocks.
    pub quotas: BTreeMap<QuotaId, Quota>,
    /// What is for sale.
    pub offers: BTreeMap<TicketType, Offer>,
    /// Who enters when, where and how often. Each offer's type follows it; what it says of entry windows is the session's where
    /// it says nothing.
    pub admission: Rulebook,
    /// How long an order's tickets are held for it, in seconds.
    #[serde(default = "hold_s")]
    pub hold_s: u32,
    /// Tickets in one order at the most.
    #[serde(default = "per_order_max")]
    pub per_order_max: u32,
    /// Tickets of one person at the most, in all orders; none: as many as they like.
    #[serde(default)]
    pub per_person_max: Option<u32>,
    /// What becomes of money that comes for an order that has expired.
    #[serde(default)]
    pub late: Late,
    /// What buyers get back, and until when.
    #[serde(default)]
    pub refunds: RefundPolicy,
    /// Whether what was taken back is sold again.
    #[serde(default = "yes")]
    pub resell: bool,
    /// What buyers are asked.
    #[serde(default)]
    pub questions: BTreeMap<String, Question>,
    /// What buyers agree to.
    #[serde(default)]
    pub terms: Texts,
}

/// One date of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Its name, where the date alone does not tell.
    #[serde(default)]
    pub title: Texts,
    /// When it begins.
    pub begins: UnixSeconds,
    /// When it ends.
    pub ends: UnixSeconds,
    /// When its doors open; none: an hour before it begins.
    #[serde(default)]
    pub doors: Option<UnixSeconds>,
}

/// From the doors to the beginning, where nothing is said, in seconds.
const DOORS_S: u64 = 3_600;

impl Session {
    /// When its doors open.
    #[must_use]
    pub fn doors(&self) -> UnixSeconds {
        self.doors.unwrap_or_else(|| self.begins.minus(DOORS_S))
    }
}

impl Sheet {
    /// Whether there is anything of which one person may have only so many.
    #[must_use]
    pub fn limits_persons(&self) -> bool {
        self.per_person_max.is_some() || self.offers.values().any(|offer| offer.per_person_max.is_some())
    }

    /// The rulebook that gates follow: the sheet's, and each session's time as the entry window of its types.
    #[must_use]
    pub fn rulebook(&self, event: &EventId, version: u64) -> Rulebook {
        let mut rules = self.admission.clone();
        rules.event = event.clone();
        rules.version = version;
        for (kind, offer) in &self.offers {
            let of_type = rules.types.entry(kind.clone()).or_default();
            if let (true, Some(session)) = (of_type.windows.is_empty(), self.sessions.get(&offer.session)) {
                of_type.windows.push(session.window());
            }
        }
        rules
    }
}

fn hold_s() -> u32 {
    HOLD_S
}

fn per_order_max() -> u32 {
    PER_ORDER_MAX
}

fn yes() -> bool {
    true
}
