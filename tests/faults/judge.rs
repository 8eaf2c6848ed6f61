//! What must hold, whatever the network did. Every rule here has a test that it is broken by what breaks it.

use std::collections::BTreeMap;

use wicket::domain::checkin::FactRef;
use wicket::domain::ids::{Sequence, StreamId, TicketId};

use super::seen::{GateSeen, Seen};

/// A rule that is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Breach {
    /// Shown green, and in no store.
    NotDurable(TicketId),
    /// A gate believes that the server holds a stream further than it does.
    FalselyAcknowledged(StreamId, Sequence, Sequence),
    /// A gate believes that the server holds a segment that it does not.
    FalselyMarked([u8; 32]),
    /// The server has a fact that no gate recorded, or has it with other content.
    Foreign(FactRef),
    /// The server has a fact in more than one segment, or a guest's one entry more than once.
    Doubled(FactRef),
    /// The server lacks a fact.
    Lost(FactRef),
    /// A gate does not know that the server has a fact.
    Unacknowledged(FactRef),
    /// A gate's list is not the server's.
    OtherList(String),
    /// A gate lacks another one's fact.
    Unheard(String, FactRef),
}

/// What is broken of what holds at any time; but acknowledgements of a server that fell back to a backup count only
/// once its gates have heard of that.
pub(super) fn at_any_time(seen: &Seen, fell_back: bool) -> Vec<Breach> {
    let mut breaches: Vec<Breach> = seen.gates.iter().flat_map(not_durable).collect();
    breaches.extend(foreign(seen));
    breaches.extend(doubled(seen));
    if !fell_back {
        for gate in &seen.gates {
            breaches.extend(falsely_acknowledged(seen, gate));
            let marked = gate.at_origin.difference(&seen.server.hashes);
            breaches.extend(marked.map(|hash| Breach::FalselyMarked(*hash)));
        }
    }
    breaches
}

/// What is broken when the network is well again and every gate has synced.
pub(super) fn at_the_end(seen: &Seen) -> Vec<Breach> {
    let mut breaches = at_any_time(seen, false);
    for gate in &seen.gates {
        let lost = gate.own.keys().filter(|id| !seen.server.facts.contains_key(id));
        breaches.extend(lost.map(|id| Breach::Lost(*id)));
        let mark = |id: &FactRef| gate.marks.get(&id.stream).copied().unwrap_or(Sequence(0));
        let unmarked = gate.own.keys().filter(|id| id.sequence > mark(id));
        breaches.extend(unmarked.map(|id| Breach::Unacknowledged(*id)));
        if gate.list != seen.server.list || gate.listed != seen.server.list.len() as u64 {
            breaches.push(Breach::OtherList(gate.name.clone()));
        }
        let others = seen
            .server
            .facts
            .iter()
            .filter(|(id, _)| !gate.own.contains_key(id));
        let unheard = others.filter(|(id, draft)| gate.others.get(id) != Some(draft));
        breaches.extend(unheard.map(|(id, _)| Breach::Unheard(gate.name.clone(), *id)));
    }
    breaches
}

fn not_durable(gate: &GateSeen) -> impl Iterator<Item = Breach> + '_ {
    let held = |ticket: &&TicketId| gate.own.values().any(|draft| draft.ticket == Some(**ticket));
    let lost = gate.admitted.iter().filter(move |ticket| !held(ticket));
    lost.map(|ticket| Breach::NotDurable(*ticket))
}

fn falsely_acknowledged<'a>(seen: &'a Seen, gate: &'a GateSeen) -> impl Iterator<Item = Breach> + 'a {
    gate.marks.iter().filter_map(|(stream, mark)| {
        let holds = seen.server.holds(*stream);
        (*mark > holds).then_some(Breach::FalselyAcknowledged(*stream, *mark, holds))
    })
}

fn foreign(seen: &Seen) -> impl Iterator<Item = Breach> + '_ {
    let recorded = |id: &FactRef| seen.gates.iter().find_map(|gate| gate.own.get(id));
    let wrong = seen
        .server
        .facts
        .iter()
        .filter(move |(id, draft)| recorded(id) != Some(draft));
    wrong.map(|(id, _)| Breach::Foreign(*id))
}

/// No guest here is shown to a gate twice.
fn doubled(seen: &Seen) -> Vec<Breach> {
    let mut kept: BTreeMap<FactRef, u32> = BTreeMap::new();
    for (stream, first, last) in &seen.server.segments {
        for sequence in (first.0..=last.0).map(Sequence) {
            let stream = *stream;
            *kept.entry(FactRef { stream, sequence }).or_default() += 1;
        }
    }
    let mut entered = BTreeMap::new();
    for (id, draft) in &seen.server.facts {
        let first = entered.entry(draft.ticket).or_insert(*id);
        if first != id {
            *kept.entry(*id).or_default() += 1;
        }
    }
    let twice = kept.into_iter().filter(|(_, times)| *times > 1);
    twice.map(|(id, _)| Breach::Doubled(id)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use wicket::domain::checkin::Draft;

    use super::*;
    use crate::sync::samples::entry;

    const STREAM: StreamId = StreamId::new([7; 16]);

    fn id(sequence: u64) -> FactRef {
        FactRef {
            stream: STREAM,
            sequence: Sequence(sequence),
        }
    }

    fn ticket(number: u64) -> TicketId {
        TicketId::new(&number.to_be_bytes()).unwrap()
    }

    fn fact(sequence: u64) -> (FactRef, Draft) {
        (id(sequence), entry(&sequence.to_be_bytes()))
    }

    /// A gate that let two guests in, another that knows it, and a server that holds it.
    fn sound() -> Seen {
        let mut seen = Seen::default();
        let facts: BTreeMap<_, _> = (1..=2).map(fact).collect();
        seen.server.facts = facts.clone();
        seen.server.segments = vec![(STREAM, Sequence(1), Sequence(2))];
        seen.server.hashes = BTreeSet::from([[3; 32]]);
        seen.gates = vec![
            GateSeen {
                name: "one".to_owned(),
                admitted: (1..=2).map(ticket).collect(),
                own: facts.clone(),
                marks: BTreeMap::from([(STREAM, Sequence(2))]),
                at_origin: BTreeSet::from([[3; 32]]),
                ..GateSeen::default()
            },
            GateSeen {
                name: "two".to_owned(),
                others: facts,
                ..GateSeen::default()
            },
        ];
        seen
    }

    #[test]
    fn a_sound_world_breaks_no_rule() {
        assert_eq!(at_any_time(&sound(), false), []);
        assert_eq!(at_the_end(&sound()), []);
    }

    type Break = fn(&mut Seen);

    #[test]
    fn every_rule_is_broken_by_what_breaks_it() {
        let breaks: Vec<(&str, Break, Breach)> = vec![
            (
                "a gate forgot whom it let in",
                |seen| {
                    seen.gates[0].own.remove(&id(2));
                },
                Breach::NotDurable(ticket(2)),
            ),
            (
                "a fact was lost and acknowledged",
                |seen| {
                    seen.server.facts.remove(&id(2));
                },
                Breach::FalselyAcknowledged(STREAM, Sequence(2), Sequence(1)),
            ),
            (
                "a fact was lost behind a gap",
                |seen| {
                    seen.server.facts.remove(&id(1));
                },
                Breach::FalselyAcknowledged(STREAM, Sequence(2), Sequence(0)),
            ),
            (
                "a neighbour's segment was lost and marked as held",
                |seen| {
                    seen.gates[1].at_origin.insert([4; 32]);
                },
                Breach::FalselyMarked([4; 32]),
            ),
            (
                "a fact of nobody",
                |seen| {
                    seen.server.facts.extend([fact(9)]);
                },
                Breach::Foreign(id(9)),
            ),
            (
                "a fact with other content",
                |seen| {
                    seen.server.facts.insert(id(2), entry(&[9; 8]));
                },
                Breach::Foreign(id(2)),
            ),
            (
                "a fact in two segments",
                |seen| seen.server.segments.push((STREAM, Sequence(2), Sequence(2))),
                Breach::Doubled(id(2)),
            ),
            (
                "a guest counted twice",
                |seen| {
                    let twice = (id(3), entry(&2_u64.to_be_bytes()));
                    seen.server.segments.push((STREAM, Sequence(3), Sequence(3)));
                    seen.server.facts.extend([twice.clone()]);
                    seen.gates[0].own.extend([twice]);
                },
                Breach::Doubled(id(3)),
            ),
        ];
        for (name, break_it, breach) in breaks {
            let mut seen = sound();
            break_it(&mut seen);
            assert!(at_any_time(&seen, false).contains(&breach), "{name}");
            assert!(at_the_end(&seen).contains(&breach), "{name}");
        }
    }

    #[test]
    fn what_must_have_healed_by_the_end_is_asked_for_then() {
        let breaks: Vec<(&str, Break, Breach)> = vec![
            (
                "a fact that was never sent",
                |seen| {
                    drop(seen.server.facts.remove(&id(2)));
                    seen.gates[0].marks.insert(STREAM, Sequence(1));
                },
                Breach::Lost(id(2)),
            ),
            (
                "a fact whose acknowledgement was lost",
                |seen| {
                    seen.gates[0].marks.insert(STREAM, Sequence(1));
                },
                Breach::Unacknowledged(id(2)),
            ),
            (
                "a ticket too many",
                |seen| seen.gates[1].listed = 1,
                Breach::OtherList("two".to_owned()),
            ),
            (
                "a fact that another gate never heard of",
                |seen| {
                    seen.gates[1].others.remove(&id(2));
                },
                Breach::Unheard("two".to_owned(), id(2)),
            ),
        ];
        for (name, break_it, breach) in breaks {
            let mut seen = sound();
            break_it(&mut seen);
            assert_eq!(at_any_time(&seen, false), [], "{name}");
            assert!(at_the_end(&seen).contains(&breach), "{name}");
        }
    }

    #[test]
    fn a_server_that_fell_back_has_acknowledged_more_than_it_holds() {
        let mut seen = sound();
        seen.server.facts.remove(&id(2));
        assert_eq!(at_any_time(&seen, true), []);
    }
}
