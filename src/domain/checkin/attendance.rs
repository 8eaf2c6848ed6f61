//! How many came: counts of an event, folded from its facts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Fact, History, Kind, crowd};
use crate::domain::ids::{TicketId, ZoneId};
use crate::domain::rules::Rulebook;
use crate::domain::time::{Span, UnixMillis};

/// Persons that a ticket can have inside at the most, where the list does not say.
const ADMITS_MAX: u8 = 99;

/// Counts of an event. Two stores that hold the same facts give the same counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Attendance {
    /// Distinct facts.
    pub facts: u64,
    /// Tickets that entered anywhere.
    pub tickets: u64,
    /// By zone.
    pub zones: BTreeMap<ZoneId, ZoneAttendance>,
}

/// Counts of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ZoneAttendance {
    /// Entries, of one person or several.
    pub entries: u64,
    /// Persons who entered, each as often as they did.
    pub persons: u64,
    /// Persons inside at the time of the count.
    pub inside: u64,
    /// How many persons were inside above the zone's capacity at the worst time, in the order of the fold; 0 where it
    /// was kept, or there is none.
    #[serde(default)]
    pub over_capacity: u64,
}

impl Attendance {
    /// Counts facts in any order; one that comes twice counts once. `at` says which day's movements tell who is inside.
    #[must_use]
    pub fn count(facts: impl IntoIterator<Item = Fact>, rules: &Rulebook, at: UnixMillis) -> Self {
        let facts: Vec<Fact> = facts.into_iter().collect();
        let zones: BTreeSet<&ZoneId> = facts.iter().flat_map(zones_of).collect();
        let mut counts = Self {
            facts: facts.iter().map(|fact| fact.id).collect::<BTreeSet<_>>().len() as u64,
            ..Self::default()
        };
        let histories = histories(&facts);
        for (zone, most) in crowd::most_inside(&histories, rules) {
            let above = most.saturating_sub(u64::from(rules.capacity(&zone).unwrap_or(u32::MAX)));
            if above > 0 {
                counts.zones.entry(zone).or_default().over_capacity = above;
            }
        }
        for history in histories.into_values() {
            let entered = zones.iter().any(|zone| history.entry_count(zone) > 0);
            counts.tickets += u64::from(entered);
            for zone in &zones {
                let since = rules.inside_since(zone, at);
                let count = counts.zones.entry((*zone).clone()).or_default();
                count.entries += u64::from(history.entry_count(zone));
                count.persons += u64::from(history.entered(zone, Span::EVER));
                count.inside += u64::from(history.inside(zone, since, ADMITS_MAX));
            }
        }
        counts
    }
}

fn zones_of(fact: &Fact) -> impl Iterator<Item = &ZoneId> {
    std::iter::once(&fact.draft.zone).chain(&fact.draft.from_zone)
}

/// Each ticket's history; what concerns every ticket is part of each.
fn histories(facts: &[Fact]) -> BTreeMap<TicketId, History> {
    let (mut by_ticket, mut of_all): (BTreeMap<TicketId, Vec<Fact>>, Vec<Fact>) = Default::default();
    for fact in facts {
        match (fact.draft.ticket, fact.draft.kind) {
            (None, _) | (_, Kind::Void(_) | Kind::AllOut) => of_all.push(fact.clone()),
            (Some(ticket), _) => by_ticket.entry(ticket).or_default().push(fact.clone()),
        }
    }
    let fold = |facts: Vec<Fact>| History::fold(facts.into_iter().chain(of_all.iter().cloned()));
    by_ticket
        .into_iter()
        .map(|(ticket, facts)| (ticket, fold(facts)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::checkin::{Draft, FactRef};
    use crate::domain::ids::{Sequence, StreamId};
    use crate::domain::time::{Now, UnixSeconds};

    const AT: UnixSeconds = UnixSeconds(1_795_000_000);

    fn fact(sequence: u64, ticket: u8, kind: Kind, persons: u8) -> Fact {
        Fact {
            id: FactRef {
                stream: StreamId::new([1; 16]),
                sequence: Sequence(sequence),
            },
            draft: Draft {
                kind,
                ticket: (ticket > 0).then(|| TicketId::new(&[ticket; 8]).unwrap()),
                gate: "gate-a".parse().unwrap(),
                zone: "venue".parse().unwrap(),
                from_zone: None,
                now: Now::exactly(AT),
                order: AT.millis().0 + sequence,
                persons,
                presented_at: None,
                reason: None,
                flags: Vec::new(),
                rules_version: 1,
                list_version: 1,
                operator: None,
                grounds: None,
            },
        }
    }

    fn count(facts: &[Fact]) -> ZoneAttendance {
        let rules = Rulebook::from_json(r#"{"event":"e"}"#).unwrap();
        let counts = Attendance::count(facts.to_vec(), &rules, AT.millis());
        counts.zones[&"venue".parse().unwrap()]
    }

    #[test]
    fn entries_persons_and_those_inside_are_told_apart() {
        let facts = [
            fact(1, 1, Kind::Entry, 3),
            fact(2, 2, Kind::Entry, 1),
            fact(3, 1, Kind::Exit, 2),
        ];
        let counted = ZoneAttendance {
            entries: 2,
            persons: 4,
            inside: 2,
            over_capacity: 0,
        };
        assert_eq!(count(&facts), counted);
        let twice: Vec<Fact> = facts.iter().rev().chain(&facts).cloned().collect();
        assert_eq!(count(&twice), counted);
    }

    #[test]
    fn an_emptied_zone_holds_nobody_and_keeps_its_entries() {
        let facts = [fact(1, 1, Kind::Entry, 1), fact(2, 0, Kind::AllOut, 0)];
        assert_eq!(
            count(&facts),
            ZoneAttendance {
                entries: 1,
                persons: 1,
                inside: 0,
                over_capacity: 0,
            }
        );
    }

    #[test]
    fn a_zone_is_over_its_capacity_by_its_worst_time() {
        let above = |capacity: u32, facts: &[Fact]| {
            let json = format!(r#"{{"event":"e","zones":{{"venue":{{"capacity":{capacity}}}}}}}"#);
            let rules = Rulebook::from_json(&json).unwrap();
            let counts = Attendance::count(facts.to_vec(), &rules, AT.millis());
            counts.zones[&"venue".parse().unwrap()].over_capacity
        };
        let facts = [
            fact(1, 1, Kind::Entry, 2),
            fact(2, 2, Kind::Entry, 3),
            fact(3, 1, Kind::Exit, 2),
            fact(4, 3, Kind::Entry, 1),
        ];
        assert_eq!((above(4, &facts), above(5, &facts)), (1, 0));
        // In the order of the fold the one left before the other came.
        let left_first = [
            facts[0].clone(),
            fact(2, 1, Kind::Exit, 2),
            fact(3, 2, Kind::Entry, 3),
        ];
        assert_eq!((above(2, &left_first), above(3, &left_first)), (1, 0));
        // The night empties a zone.
        let mut next_day = fact(5, 4, Kind::Entry, 4);
        next_day.draft.now = Now::exactly(AT.plus(86_400));
        next_day.draft.order = AT.plus(86_400).millis().0;
        let facts = [facts[1].clone(), next_day];
        assert_eq!((above(3, &facts), above(4, &facts)), (1, 0));
    }

    #[test]
    fn an_emptied_zone_begins_anew() {
        let rules = Rulebook::from_json(r#"{"event":"e","zones":{"venue":{"capacity":2}}}"#).unwrap();
        let facts = vec![
            fact(1, 1, Kind::Entry, 2),
            fact(2, 0, Kind::AllOut, 0),
            fact(3, 2, Kind::Entry, 2),
        ];
        let counts = Attendance::count(facts, &rules, AT.millis());
        assert_eq!(counts.zones[&"venue".parse().unwrap()].over_capacity, 0);
    }
}
