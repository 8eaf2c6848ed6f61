//! Guests on their way through a gate whose hardware sees them pass.

use super::event::Passage;
use super::opening;
use crate::domain::checkin::{Draft, Fact, FactRef, Kind};
use crate::domain::time::{Moment, Now};

/// How long a gate stays open for a person; then the rest of the entry is given back.
const PASSAGE_MS: u64 = 10_000;

/// Guests who were let through and have not all passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Passing {
    fact: Fact,
    rest: u8,
    until: Moment,
}

impl Passing {
    /// The passage to wait for; none where nobody sees it.
    pub(super) fn of(fact: &Fact, passage: Passage, at: Moment) -> Option<Self> {
        let seen = passage == Passage::Sensor && fact.draft.persons > 0;
        seen.then(|| Self {
            fact: fact.clone(),
            rest: fact.draft.persons,
            until: until(at, fact.draft.persons),
        })
    }

    /// When it is given up.
    pub(super) fn until(&self) -> Moment {
        self.until
    }

    /// A person passed. With the last one comes the fact that all did.
    pub(super) fn passed(&mut self, about: FactRef, now: &Now) -> Option<Draft> {
        if about != self.about() {
            return None;
        }
        self.rest = self.rest.saturating_sub(1);
        (self.rest == 0).then(|| self.draft(Kind::Passed(about), self.fact.draft.persons, now))
    }

    /// The gate closed: who has not passed is given back.
    pub(super) fn released(&mut self, about: FactRef, now: &Now) -> Option<Draft> {
        (about == self.about()).then(|| self.draft(Kind::Released(about), self.rest, now))
    }

    /// As [`Self::released`], once it took too long.
    pub(super) fn timed_out(&mut self, at: Moment, now: &Now) -> Option<Draft> {
        let over = at >= self.until;
        over.then(|| self.draft(Kind::Released(self.about()), self.rest, now))
    }

    fn about(&self) -> FactRef {
        opening::about(&self.fact)
    }

    fn draft(&self, kind: Kind, persons: u8, now: &Now) -> Draft {
        let order = self.fact.draft.order.saturating_add(1).max(now.best.0);
        Draft {
            kind,
            now: *now,
            order,
            persons,
            presented_at: None,
            reason: None,
            flags: Vec::new(),
            grounds: None,
            ..self.fact.draft.clone()
        }
    }
}

fn until(at: Moment, persons: u8) -> Moment {
    at.plus(PASSAGE_MS.saturating_mul(u64::from(persons)))
}
