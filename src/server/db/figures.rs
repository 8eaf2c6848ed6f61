//! Figures for a scrape: what this process took, and what the data holds of each event.

use std::collections::BTreeMap;

use super::sql::params;
use super::{Contact, Db, DbError, event_row};
use crate::domain::ids::EventId;
use crate::wire::upload::ItemAnswer;

/// Figures for a scrape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// What this process did.
    pub tally: Tally,
    /// Each event, by name.
    pub events: Vec<EventFigures>,
}

/// What this process did, as far as it was committed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Facts taken that were not held before.
    pub facts: u64,
    /// Segments set aside, by why.
    pub set_aside: BTreeMap<String, u64>,
}

/// What the data holds of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFigures {
    /// The event.
    pub event: EventId,
    /// Segments that stand aside, by why.
    pub parked: Vec<(String, u64)>,
    /// Conflict cases that nobody has resolved.
    pub conflicts_open: u64,
    /// Its devices, by name.
    pub contacts: Vec<Contact>,
}

impl Db {
    /// Figures for a scrape.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn figures(&mut self) -> Result<Figures, DbError> {
        let events = self.events()?.into_iter().map(|event| {
            Ok(EventFigures {
                parked: self.parked(&event)?,
                conflicts_open: self.conflicts_open(&event)?,
                contacts: self.contacts(&event)?,
                event,
            })
        });
        let events = events.collect::<Result<_, DbError>>()?;
        Ok(Figures {
            tally: self.tally().clone(),
            events,
        })
    }

    fn conflicts_open(&mut self, event: &EventId) -> Result<u64, DbError> {
        let row = event_row(&self.connection, event.as_str())?;
        let query = "SELECT count(*) FROM cases WHERE event = ?1 AND state = 0";
        self.connection.query_row(query, params![row.0], |row| row.get(0))
    }
}

impl Tally {
    /// Counts what became of an upload, once it is committed.
    pub(super) fn count(&mut self, items: &[ItemAnswer], facts: u64) {
        self.facts = self.facts.saturating_add(facts);
        for item in items {
            if let ItemAnswer::Refused { code, .. } = item {
                *self.set_aside.entry(code.clone()).or_default() += 1;
            }
        }
    }
}
