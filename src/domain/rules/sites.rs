//! What stands where: gates, the zones that they join, and the rules of a ticket type.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{ClockUnsure, EventTimeZone, GateSite, Rulebook, TypeRules};
use crate::domain::ids::{EventId, GateId, TicketType, ZoneId};
use crate::domain::time::UnixMillis;

impl Rulebook {
    /// The defaults: what a gate follows that has keys and no rulebook.
    #[must_use]
    pub fn defaults(event: EventId) -> Self {
        Self {
            event,
            version: 0,
            time_zone: EventTimeZone::default(),
            day_starts_min: super::five_o_clock(),
            clock_unsure: ClockUnsure::default(),
            freshness_back_s: super::freshness_back(),
            freshness_ahead_s: super::freshness_ahead(),
            zones: BTreeMap::new(),
            gates: BTreeMap::new(),
            types: BTreeMap::new(),
            homes: Vec::new(),
        }
    }

    /// Where a gate stands. One that is not named leads from the outside into the zone `venue`.
    #[must_use]
    pub fn site(&self, gate: &GateId) -> GateSite {
        self.gates.get(gate).cloned().unwrap_or_else(|| GateSite {
            into: ZoneId::venue(),
            from: None,
        })
    }

    /// The rules of a ticket type: its own, or the defaults.
    #[must_use]
    pub fn type_rules(&self, ticket_type: &TicketType) -> Cow<'_, TypeRules> {
        match self.types.get(ticket_type) {
            Some(rules) => Cow::Borrowed(rules),
            None => Cow::Owned(TypeRules::default()),
        }
    }

    /// A gate's zone and those that are reached through it, but not the one that the gate leads out of:
    /// who is in one of these is not before the gate.
    #[must_use]
    pub fn behind(&self, site: &GateSite) -> BTreeSet<ZoneId> {
        let mut behind = BTreeSet::from([site.into.clone()]);
        let mut waiting = vec![site.into.clone()];
        while let Some(zone) = waiting.pop() {
            for next in self
                .gates
                .values()
                .filter(|gate| gate.from.as_ref() == Some(&zone))
            {
                if site.from.as_ref() != Some(&next.into) && behind.insert(next.into.clone()) {
                    waiting.push(next.into.clone());
                }
            }
        }
        behind
    }

    /// From when on movements say who is inside a zone: the day's beginning, or 1970 where nights do not empty it.
    #[must_use]
    pub fn inside_since(&self, zone: &ZoneId, at: UnixMillis) -> UnixMillis {
        let overnight = self.zones.get(zone).is_some_and(|zone| zone.overnight);
        if overnight {
            UnixMillis(0)
        } else {
            self.day(at).from
        }
    }

    /// The most persons who may be inside a zone at a time.
    #[must_use]
    pub fn capacity(&self, zone: &ZoneId) -> Option<u32> {
        self.zones.get(zone)?.capacity
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rulebook() -> Rulebook {
        let json = r#"{"event":"e","zones":{"site":{"overnight":true},"hall":{},"box":{},"yard":{}},
            "gates":{"main":{"into":"site"},"door":{"into":"hall","from":"site"},"vip":{"into":"box","from":"hall"},
                     "back":{"into":"site","from":"hall"},"side":{"into":"yard"}}}"#;
        Rulebook::from_json(json).expect("rules")
    }

    #[test]
    fn behind_a_gate_lies_what_is_reached_through_it() {
        for (gate, expected) in [
            ("main", vec!["box", "hall", "site"]),
            ("door", vec!["box", "hall"]),
            ("vip", vec!["box"]),
            ("side", vec!["yard"]),
        ] {
            let rules = rulebook();
            let behind = rules.behind(&rules.site(&gate.parse().expect("a name")));
            assert_eq!(
                behind.iter().map(ZoneId::as_str).collect::<Vec<_>>(),
                expected,
                "{gate}"
            );
        }
    }

    #[test]
    fn a_gate_that_is_not_named_leads_into_the_venue() {
        let site = rulebook().site(&"other".parse().expect("a name"));
        assert_eq!((site.into.as_str(), site.from), ("venue", None));
    }

    #[test]
    fn a_night_empties_a_zone_unless_guests_stay_overnight() {
        let since =
            |zone: &str| rulebook().inside_since(&zone.parse().expect("a name"), UnixMillis(90_000_000));
        assert_eq!(since("site"), UnixMillis(0));
        assert_eq!(
            since("hall"),
            UnixMillis(86_400_000 + 5 * 3_600_000 - 24 * 3_600_000)
        );
    }
}
