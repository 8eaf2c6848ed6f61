//! From facts in any order to what each of them counts for.

use std::collections::BTreeMap;

use crate::domain::checkin::{Fact, FactRange, FactRef, Kind};
use crate::domain::ids::ZoneId;

/// A fact, and what is left of it after what the others say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Counted {
    /// The fact.
    pub(super) fact: Fact,
    /// The persons that it still moves: none where it is void or all were given back.
    pub(super) persons: u8,
    /// What was seen after it.
    pub(super) seen: Seen,
}

/// What was seen after a guest was let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// Nothing: no sensor, or the gate stopped.
    Unknown,
    /// That they passed, or that they did not.
    Outcome,
    /// It does not matter: the fact counts no more.
    Void,
}

impl Counted {
    /// Whether it is an entry that let somebody in.
    pub(super) fn is_entry(&self) -> bool {
        matches!(self.fact.draft.kind, Kind::Entry | Kind::Override) && self.persons > 0
    }

    /// Persons of the ticket inside a zone after it, where so many were inside before it.
    pub(super) fn inside_after(&self, inside: u32, zone: &ZoneId, admits: u8) -> u32 {
        let persons = u32::from(self.persons);
        let into = self.fact.draft.zone == *zone;
        let from = self.fact.draft.from_zone.as_ref() == Some(zone);
        match self.fact.draft.kind {
            Kind::Entry | Kind::Override if into => inside.saturating_add(persons),
            Kind::Entry | Kind::Override if from => inside.saturating_sub(persons),
            Kind::Exit if into => inside.saturating_sub(persons),
            Kind::Exit if from => inside.max(inside.saturating_add(persons).min(u32::from(admits))),
            Kind::AllOut if into && !self.is_void() => 0,
            _ => inside,
        }
    }

    /// Whether it was recorded in error.
    pub(super) fn is_void(&self) -> bool {
        self.seen == Seen::Void
    }
}

/// What the facts say about one of them.
#[derive(Debug, Default)]
struct Said {
    passed: bool,
    released: Option<u32>,
}

/// The distinct facts, sorted, each with what it counts for.
pub(super) fn fold(facts: impl IntoIterator<Item = Fact>) -> Vec<Counted> {
    let mut facts: Vec<Fact> = facts.into_iter().collect();
    facts.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    facts.dedup();
    let voids: Vec<FactRange> = facts.iter().filter_map(void_range).collect();
    let mut said = said_of(facts.iter().filter(|fact| !is_void(fact, &voids)));
    facts
        .into_iter()
        .map(|fact| counted(fact, &voids, &mut said))
        .collect()
}

fn void_range(fact: &Fact) -> Option<FactRange> {
    match fact.draft.kind {
        Kind::Void(range) => Some(range),
        _ => None,
    }
}

/// A void cannot be made void: two that name each other would have no meaning.
fn is_void(fact: &Fact, voids: &[FactRange]) -> bool {
    void_range(fact).is_none() && voids.iter().any(|range| range.contains(&fact.id))
}

fn said_of<'a>(facts: impl Iterator<Item = &'a Fact>) -> BTreeMap<FactRef, Said> {
    let mut said: BTreeMap<FactRef, Said> = BTreeMap::new();
    for fact in facts {
        match fact.draft.kind {
            Kind::Passed(about) => said.entry(about).or_default().passed = true,
            Kind::Released(about) => {
                let released = &mut said.entry(about).or_default().released;
                *released = Some(
                    released
                        .unwrap_or(0)
                        .saturating_add(u32::from(fact.draft.persons)),
                );
            }
            _ => {}
        }
    }
    said
}

fn counted(fact: Fact, voids: &[FactRange], said: &mut BTreeMap<FactRef, Said>) -> Counted {
    if is_void(&fact, voids) {
        return Counted {
            fact,
            persons: 0,
            seen: Seen::Void,
        };
    }
    let (persons, seen) = match said.get_mut(&fact.id) {
        Some(said) => (after_release(fact.draft.persons, said), seen(said)),
        None => (fact.draft.persons, Seen::Unknown),
    };
    Counted { fact, persons, seen }
}

/// What a fact still moves. Where two facts claim one identity, what was given back is taken once: from the
/// first, then from the next.
fn after_release(persons: u8, said: &mut Said) -> u8 {
    let Some(released) = &mut said.released else {
        return persons;
    };
    let given_back = u8::try_from(*released).unwrap_or(u8::MAX).min(persons);
    *released -= u32::from(given_back);
    persons - given_back
}

fn seen(said: &Said) -> Seen {
    if said.passed || said.released.is_some() {
        Seen::Outcome
    } else {
        Seen::Unknown
    }
}
