//! Random interleavings of everything that changes a store, against a model of a few lines.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;

use super::samples::{complete_list, draft, facts_of, page, row, segment, stream, ticket, tickets, zone};
use super::{Backend, OWN};
use crate::domain::checkin::{Draft, Fact, FactRange, FactRef, Kind};
use crate::domain::ids::{Sequence, TicketId, ZoneId};
use crate::domain::time::{UnixMillis, UnixSeconds};

const CASES: u32 = 48;
const TICKETS: u8 = 5;

#[derive(Debug, Clone)]
enum Step {
    Record(Box<Draft>),
    Merge(u8, u64, Vec<Draft>),
    Replace(u8, Option<u8>),
}

/// What a store holds.
#[derive(Default)]
struct Model {
    facts: BTreeMap<FactRef, Draft>,
    recorded: u64,
    replaces: BTreeMap<TicketId, TicketId>,
}

impl Model {
    fn take(&mut self, step: &Step) {
        match step {
            Step::Record(draft) => {
                self.recorded += 1;
                self.keep(OWN, self.recorded, draft);
            }
            Step::Merge(from, first, drafts) => {
                for (draft, sequence) in drafts.iter().zip(*first..) {
                    self.keep(stream(*from), sequence, draft);
                }
            }
            Step::Replace(new, Some(old)) => {
                self.replaces.insert(ticket(*new), ticket(*old));
            }
            Step::Replace(new, None) => {
                self.replaces.remove(&ticket(*new));
            }
        }
    }

    fn keep(&mut self, stream: crate::domain::ids::StreamId, sequence: u64, draft: &Draft) {
        let id = FactRef {
            stream,
            sequence: Sequence(sequence),
        };
        self.facts.entry(id).or_insert_with(|| draft.clone());
    }

    fn chain(&self, of: TicketId) -> BTreeSet<TicketId> {
        let mut chain = BTreeSet::from([of]);
        loop {
            let before = chain.len();
            for (new, old) in &self.replaces {
                if chain.contains(new) || chain.contains(old) {
                    chain.extend([*new, *old]);
                }
            }
            if chain.len() == before {
                return chain;
            }
        }
    }

    fn facts_of(&self, of: TicketId) -> Vec<Fact> {
        let chain = self.chain(of);
        let mut facts = self.all();
        facts.retain(|fact| {
            let general = matches!(fact.draft.kind, Kind::Void(_) | Kind::AllOut);
            general || fact.draft.ticket.is_some_and(|ticket| chain.contains(&ticket))
        });
        facts
    }

    fn all(&self) -> Vec<Fact> {
        let mut facts: Vec<Fact> = self
            .facts
            .iter()
            .map(|(id, draft)| Fact {
                id: *id,
                draft: draft.clone(),
            })
            .collect();
        facts.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        facts
    }

    /// The slow recount: the whole day walked through, with who is inside by name.
    fn inside(&self, zone: &ZoneId, since: UnixMillis) -> u32 {
        let facts = self.all();
        let counts = |fact: &&Fact| {
            !facts
                .iter()
                .any(|other| matches!(&other.draft.kind, Kind::Void(range) if range.contains(&fact.id)))
        };
        let given_back = |entry: &FactRef| -> u32 {
            let releases = facts
                .iter()
                .filter(counts)
                .filter(|fact| fact.draft.kind == Kind::Released(*entry));
            // A release counts for its own ticket's chain.
            releases
                .filter(|fact| {
                    self.same_chain(
                        fact.draft.ticket,
                        self.facts.get(entry).and_then(|draft| draft.ticket),
                    )
                })
                .map(|fact| u32::from(fact.draft.persons))
                .sum()
        };
        let mut inside: BTreeMap<BTreeSet<TicketId>, u32> = BTreeMap::new();
        for fact in facts.iter().filter(counts).filter(|fact| fact.at() >= since) {
            if fact.draft.kind == Kind::AllOut && fact.draft.zone == *zone {
                inside.clear();
            }
            let Some(of) = fact.draft.ticket else {
                continue;
            };
            let persons = inside.entry(self.chain(of)).or_default();
            let (into, out_of) = (Some(&fact.draft.zone), fact.draft.from_zone.as_ref());
            let moved = u32::from(fact.draft.persons).saturating_sub(given_back(&fact.id));
            let (came, left) = match fact.draft.kind {
                Kind::Entry | Kind::Override => (into, out_of),
                Kind::Exit => (out_of, into),
                _ => continue,
            };
            if left == Some(zone) {
                *persons = persons.saturating_sub(moved);
            }
            if came == Some(zone) {
                *persons += moved;
            }
        }
        inside.values().sum()
    }

    fn same_chain(&self, one: Option<TicketId>, other: Option<TicketId>) -> bool {
        one.zip(other)
            .is_some_and(|(one, other)| self.chain(one).contains(&other))
    }
}

fn any_fact_ref() -> impl Strategy<Value = FactRef> {
    (1..=3_u8, 1..=6_u64).prop_map(|(of, sequence)| FactRef {
        stream: stream(of),
        sequence: Sequence(sequence),
    })
}

fn any_kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        6 => Just(Kind::Entry),
        3 => Just(Kind::Exit),
        1 => Just(Kind::Override),
        1 => any_fact_ref().prop_map(Kind::Passed),
        2 => any_fact_ref().prop_map(Kind::Released),
        1 => (any_fact_ref(), 0..3_u64).prop_map(|(first, more)| Kind::Void(FactRange {
            stream: first.stream,
            first: first.sequence,
            last: Sequence(first.sequence.0 + more),
        })),
        1 => Just(Kind::AllOut),
    ]
}

fn any_draft() -> impl Strategy<Value = Draft> {
    let zones = prop_oneof![
        Just(("venue", None)),
        Just(("hall", None)),
        Just(("hall", Some("venue"))),
        Just(("venue", Some("hall")))
    ];
    (any_kind(), 1..=TICKETS, 0..20_u64, 0..20_u64, zones, 1..=3_u8).prop_map(
        |(kind, of, at_s, order, (into, from), persons)| {
            let of = (!matches!(kind, Kind::Void(_) | Kind::AllOut)).then_some(of);
            Draft {
                order,
                zone: zone(into),
                from_zone: from.map(zone),
                persons,
                ..draft(kind, of, at_s)
            }
        },
    )
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any_draft().prop_map(|draft| Step::Record(Box::new(draft))),
        3 => (2..=3_u8, 1..=5_u64, vec(any_draft(), 1..4)).prop_map(|(of, first, drafts)| Step::Merge(of, first, drafts)),
        2 => (1..=TICKETS, proptest::option::of(1..=TICKETS)).prop_map(|(new, old)| Step::Replace(new, old)),
    ]
}

pub(super) fn any_interleaving_agrees_with_the_model(backend: Backend) {
    proptest!(ProptestConfig::with_cases(CASES), |(steps in vec(any_step(), 1..40))| {
        let mut store = backend.open();
        let ledger = store.ledger.as_mut();
        let mut model = Model::default();
        complete_list(ledger, []);
        for (step, at) in steps.iter().zip(1..) {
            model.take(step);
            match step {
                Step::Record(draft) => {
                    ledger.record(draft).unwrap();
                    ledger.apply(&page(at, at + 1, at + 1, Vec::new()), &[]).unwrap();
                }
                Step::Merge(of, first, drafts) => {
                    let came = segment(*of, *first, drafts.clone());
                    ledger.apply(&page(at, at + 1, at + 1, Vec::new()), &[came]).unwrap();
                }
                Step::Replace(new, old) => {
                    let row = crate::domain::admission::TicketRow { replaces: old.map(ticket), ..row(*new) };
                    ledger.apply(&page(at, at + 1, at + 1, tickets([row])), &[]).unwrap();
                }
            }
            let since = UnixSeconds(5).millis();
            for name in ["venue", "hall"] {
                prop_assert_eq!(ledger.occupancy(&zone(name), since).unwrap(), model.inside(&zone(name), since), "{}", name);
            }
        }
        for of in 1..=TICKETS {
            prop_assert_eq!(facts_of(ledger, of), model.facts_of(ticket(of)));
        }
    });
}
