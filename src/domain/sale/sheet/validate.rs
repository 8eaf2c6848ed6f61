//! A sheet is checked whole when it is written, so that nothing is ever sold by one that makes no sense.

use super::{Offer, Sheet};
use crate::domain::ids::{EventId, TicketType};
use crate::domain::rules::RulesError;
use crate::domain::sale::FEN_MAX;
use crate::domain::sale::order::ITEMS_MAX;

/// Sessions, stocks, offers or questions of one event: a season's, and still a page that people can read.
pub const DOCUMENT_ITEMS_MAX: usize = 500;
/// How long tickets may be held for an order, in seconds: WeChat Pay's payments live two hours.
const HOLD_S: std::ops::RangeInclusive<u32> = 120..=7_200;
/// Tickets of a stock: more than the largest venue has places.
const CAPACITY_MAX: u32 = 1_000_000;

/// Why a text is no sheet.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// Not JSON, or not of a sheet's shape.
    #[error("the event's sheet cannot be read; correct it and write it again")]
    Json(#[from] serde_json::Error),
    /// The rules of admission.
    #[error("admission")]
    Rules(#[from] RulesError),
    /// A value that makes no sense.
    #[error("{field}: {problem}")]
    Value {
        /// Where it stands, such as `offers.adult.price`.
        field: String,
        /// What is wrong, and what would be right.
        problem: &'static str,
    },
}

impl Sheet {
    /// Reads the sheet of an event and checks every value in it.
    ///
    /// # Errors
    /// [`SheetError`] names the first value that makes no sense.
    pub fn from_json(text: &str, event: &EventId) -> Result<Self, SheetError> {
        let sheet: Self = serde_json::from_str(text)?;
        sheet.check(event)?;
        Ok(sheet)
    }

    fn check(&self, event: &EventId) -> Result<(), SheetError> {
        let own = self.admission.event == *event;
        check(own, "admission.event", "write the event's own id")?;
        check(!self.title.is_empty(), "title", "write the event's name")?;
        self.check_sizes()?;
        check(
            HOLD_S.contains(&self.hold_s),
            "hold_s",
            "hold tickets for 120 to 7200 seconds",
        )?;
        let per_order = self.per_order_max as usize;
        check(
            (1..=ITEMS_MAX).contains(&per_order),
            "per_order_max",
            "an order has 1 to 100 tickets",
        )?;
        for (name, session) in &self.sessions {
            let field = format!("sessions.{name}");
            check(session.begins < session.ends, &field, "it ends before it begins")?;
            check(
                session.doors() <= session.begins,
                &field,
                "its doors open after it begins",
            )?;
        }
        for (name, quota) in &self.quotas {
            let field = format!("quotas.{name}.capacity");
            check(quota.capacity <= CAPACITY_MAX, &field, "at most 1000000 tickets")?;
        }
        self.offers
            .iter()
            .try_for_each(|(kind, offer)| self.check_offer(kind, offer))?;
        // What gates follow is the whole of it.
        self.rulebook(event, 0).check()?;
        Ok(())
    }

    fn check_sizes(&self) -> Result<(), SheetError> {
        let sizes = [
            ("sessions", self.sessions.len()),
            ("quotas", self.quotas.len()),
            ("offers", self.offers.len()),
            ("questions", self.questions.len()),
        ];
        sizes.into_iter().try_for_each(|(field, size)| {
            check(
                size <= DOCUMENT_ITEMS_MAX,
                field,
                "at most 500: make it two events",
            )
        })?;
        check(!self.sessions.is_empty(), "sessions", "write at least one date")
    }

    fn check_offer(&self, kind: &TicketType, offer: &Offer) -> Result<(), SheetError> {
        let field = |name: &str| format!("offers.{kind}.{name}");
        let Some(session) = self.sessions.get(&offer.session) else {
            return check(
                false,
                &field("session"),
                "no such session: write one of `sessions`",
            );
        };
        check(
            offer.price.0 <= FEN_MAX,
            &field("price"),
            "at most 1000000000 fen",
        )?;
        check(
            (1..=99).contains(&offer.admits),
            &field("admits"),
            "a ticket admits 1 to 99 persons",
        )?;
        check(
            !offer.quotas.is_empty(),
            &field("quotas"),
            "write the stock that it is taken from",
        )?;
        let known = offer.quotas.iter().all(|quota| self.quotas.contains_key(quota));
        check(known, &field("quotas"), "no such stock: write one of `quotas`")?;
        let mut once = offer.quotas.clone();
        once.sort();
        once.dedup();
        check(
            once.len() == offer.quotas.len(),
            &field("quotas"),
            "name each stock once",
        )?;
        let sale = match (offer.sale.from, offer.sale.until) {
            (Some(from), Some(until)) => from < until,
            _ => true,
        };
        check(sale, &field("sale"), "it is over before it begins")?;
        let from = offer.valid_from.unwrap_or_else(|| session.doors());
        let until = offer.valid_until.unwrap_or(session.ends);
        check(from < until, &field("valid_until"), "its tickets are never valid")?;
        let limits = [offer.per_order_max, offer.per_person_max];
        let limits = limits.into_iter().flatten().all(|limit| limit > 0);
        check(
            limits,
            &field("per_order_max"),
            "0 would sell none: leave the offer out",
        )
    }
}

fn check(holds: bool, field: &str, problem: &'static str) -> Result<(), SheetError> {
    if holds {
        return Ok(());
    }
    let field = field.to_owned();
    Err(SheetError::Value { field, problem })
}
