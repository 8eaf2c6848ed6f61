//! A ticket's history: a total, deterministic fold over its facts. The order in which facts arrived, how often,
//! and by which way, never matters.

mod fold;

#[cfg(test)]
mod tests;

use super::{Fact, FactRef, Kind};
use crate::domain::ids::{GateId, ZoneId};
use crate::domain::time::{Now, Span, UnixMillis, UnixSeconds};
use fold::{Counted, Seen};

/// What the facts known of a ticket say, all together. Persons are counted by zone: a move into one is an entry
/// there alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    counted: Vec<Counted>,
}

/// One fact as the fold comes to it.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// The fact.
    pub fact: &'a Fact,
    /// The persons that it still moves: none where it is void or all were given back, whenever that was said.
    pub persons: u8,
    /// The history of the facts before it, each with what is left of it.
    pub before: &'a History,
    counted: &'a Counted,
}

impl Step<'_> {
    /// Persons of the ticket inside a zone after it, where so many were inside before it.
    #[must_use]
    pub fn inside_after(&self, inside: u32, zone: &ZoneId, admits: u8) -> u32 {
        self.counted.inside_after(inside, zone, admits)
    }
}

impl History {
    /// Folds facts in any order; a fact that comes twice counts once. Facts that claim one identity with
    /// different contents all count: somebody lied or restored a backup, and a guest must not pay for it twice.
    #[must_use]
    pub fn fold(facts: impl IntoIterator<Item = Fact>) -> Self {
        Self {
            counted: fold::fold(facts),
        }
    }

    /// Persons who entered a zone in a stretch of time; who came back through a gate beyond it did not.
    #[must_use]
    pub fn entered(&self, zone: &ZoneId, span: Span) -> u32 {
        let entries = self.entries(zone).filter(|entry| span.contains(entry.fact.at()));
        entries.map(|entry| u32::from(entry.persons)).sum()
    }

    /// How many entries into a zone there were, of one person or several.
    #[must_use]
    pub fn entry_count(&self, zone: &ZoneId) -> u32 {
        u32::try_from(self.entries(zone).count()).unwrap_or(u32::MAX)
    }

    /// The last entry into a zone in a stretch of time.
    #[must_use]
    pub fn last_entry(&self, zone: &ZoneId, span: Span) -> Option<&Fact> {
        self.entries(zone)
            .rfind(|entry| span.contains(entry.fact.at()))
            .map(|entry| &entry.fact)
    }

    /// The entry of the `nth` last person (from 1) into a zone, where each entry stands for its persons.
    #[must_use]
    pub fn nth_last_person(&self, zone: &ZoneId, nth: u32) -> Option<&Fact> {
        let mut persons = 0;
        let holds_nth = |entry: &&Counted| {
            persons += u32::from(entry.persons);
            persons >= nth
        };
        self.entries(zone).rev().find(holds_nth).map(|entry| &entry.fact)
    }

    /// Persons inside a zone by the movements at or after `since`. Never below 0; a return from a zone beyond
    /// never makes more of them than the ticket `admits`.
    #[must_use]
    pub fn inside(&self, zone: &ZoneId, since: UnixMillis, admits: u8) -> u32 {
        let recent = self.counted.iter().filter(|counted| counted.fact.at() >= since);
        recent.fold(0, |inside, counted| counted.inside_after(inside, zone, admits))
    }

    /// The fact of the newest live code that was accepted, with the time at which the code was made.
    #[must_use]
    pub fn last_presented(&self) -> Option<(UnixSeconds, &Fact)> {
        let presented = self.counted.iter().filter(|counted| !counted.is_void());
        presented
            .filter_map(|counted| Some((counted.fact.draft.presented_at?, &counted.fact)))
            .max_by_key(|(made, _)| *made)
    }

    /// The last entry at a gate of which nobody saw whether the guest passed.
    #[must_use]
    pub fn last_unseen_entry(&self, gate: &GateId) -> Option<&Fact> {
        self.counted
            .iter()
            .filter(|counted| counted.is_entry() && counted.fact.draft.gate == *gate)
            .rfind(|counted| counted.seen == Seen::Unknown)
            .map(|counted| &counted.fact)
    }

    /// The last admission at a gate, in or out.
    #[must_use]
    pub fn last_at(&self, gate: &GateId) -> Option<&Fact> {
        self.counted
            .iter()
            .filter(|counted| counted.is_entry() || counted.fact.draft.kind == Kind::Exit)
            .rfind(|counted| counted.persons > 0 && counted.fact.draft.gate == *gate)
            .map(|counted| &counted.fact)
    }

    /// The sorting key for the next fact: above all that are known of the ticket, so that a guest who leaves after a
    /// gate with a fast clock let them in has left in the fold too.
    #[must_use]
    pub fn next_order(&self, now: &Now) -> u64 {
        let highest = self.counted.iter().map(|counted| counted.fact.draft.order).max();
        now.best.0.max(highest.map_or(0, |order| order.saturating_add(1)))
    }

    /// Whether the persons of an entry were seen again after it: leaving, or moving on into a zone beyond.
    #[must_use]
    pub fn went_on_after(&self, entry: &Fact) -> bool {
        let later = self
            .counted
            .iter()
            .filter(|counted| counted.fact.sort_key() > entry.sort_key());
        later.filter(|counted| counted.persons > 0).any(|counted| {
            let fact = &counted.fact.draft;
            match fact.kind {
                Kind::Exit => fact.zone == entry.draft.zone,
                Kind::Entry | Kind::Override => fact.from_zone.as_ref() == Some(&entry.draft.zone),
                _ => false,
            }
        })
    }

    /// The history as it would be had nobody gone through on this fact.
    #[must_use]
    pub fn without(&self, given_back: FactRef) -> Self {
        let mut history = self.clone();
        for counted in &mut history.counted {
            if counted.fact.id == given_back {
                counted.persons = 0;
            }
        }
        history
    }

    /// Goes through the facts once more in the order of the fold, each with the history before it.
    pub fn replay(self, mut see: impl FnMut(&Step<'_>)) {
        let mut before = Self::default();
        for counted in self.counted {
            see(&Step {
                fact: &counted.fact,
                persons: counted.persons,
                before: &before,
                counted: &counted,
            });
            before.counted.push(counted);
        }
    }

    fn entries(&self, zone: &ZoneId) -> impl DoubleEndedIterator<Item = &Counted> {
        let entries = self.counted.iter().filter(|counted| counted.is_entry());
        entries.filter(move |entry| entry.fact.draft.zone == *zone)
    }
}
