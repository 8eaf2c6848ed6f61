//! A small venue for tests: one event, one gate, one ticket, all of which a test bends as it needs.

use super::{
    Decision, Direction, Inputs, Knowledge, Lane, Listing, Occupancy, Reach, Request, Shown, Status,
    TicketRow,
};
use crate::domain::checkin::{Draft, Fact, FactRef, History, Kind};
use crate::domain::ids::{Sequence, StreamId, TicketId};
use crate::domain::rules::Rulebook;
use crate::domain::ticket::Claims;
use crate::domain::time::{ClockState, Now, UnixSeconds};

/// 2027-01-01T12:00:00Z, a Friday noon.
pub(in crate::domain) const NOON: UnixSeconds = UnixSeconds(1_798_804_800);

/// The stream of the process that runs, and of the one before.
pub(in crate::domain) const OWN: StreamId = StreamId::new([1; 16]);
pub(in crate::domain) const EARLIER: StreamId = StreamId::new([2; 16]);

/// Everything that admission looks at, owned.
#[derive(Debug, Clone)]
pub(in crate::domain) struct Case {
    pub(in crate::domain) shown: Shown,
    pub(in crate::domain) listing: Listing,
    pub(in crate::domain) facts: Vec<Fact>,
    pub(in crate::domain) lane: Lane,
    pub(in crate::domain) rules: Rulebook,
    pub(in crate::domain) occupancy: Option<Occupancy>,
    pub(in crate::domain) reach: Reach,
    pub(in crate::domain) conflict: bool,
    pub(in crate::domain) now: Now,
    pub(in crate::domain) request: Request,
}

pub(in crate::domain) fn ticket() -> TicketId {
    TicketId::new(&[7; 12]).expect("12 bytes")
}

pub(in crate::domain) fn claims() -> Claims {
    Claims {
        event: "spring-26".parse().expect("a name"),
        ticket_type: "adult".parse().expect("a name"),
        ticket: ticket(),
        valid_from: Some(NOON.minus(86_400)),
        valid_until: NOON.plus(86_400),
        admits: 1,
        issued_at: Some(NOON.minus(1000)),
        holder: None,
    }
}

/// A rulebook whose type `adult` has these rules, given as JSON members.
pub(in crate::domain) fn rules(adult: &str) -> Rulebook {
    Rulebook::from_json(&format!(
        r#"{{"event":"spring-26","types":{{"adult":{{{adult}}}}}}}"#
    ))
    .expect("rules")
}

impl Case {
    /// A good ticket at a gate on signatures alone, with these rules for its type.
    pub(in crate::domain) fn new(adult: &str) -> Self {
        let rules = rules(adult);
        let gate = "gate-a".parse().expect("a name");
        Self {
            shown: Shown {
                claims: claims(),
                list_only: false,
                presented_at: None,
                defect: None,
            },
            listing: Listing::NoList,
            facts: Vec::new(),
            lane: Lane {
                site: rules.site(&gate),
                gate,
                earlier_streams: vec![EARLIER],
            },
            rules,
            occupancy: None,
            reach: Reach::default(),
            conflict: false,
            now: Now::exactly(NOON),
            request: Request::default(),
        }
    }

    pub(in crate::domain) fn admitting(mut self, persons: u8) -> Self {
        self.shown.claims.admits = persons;
        self
    }

    pub(in crate::domain) fn at(mut self, second: UnixSeconds) -> Self {
        self.now = Now::exactly(second);
        self
    }

    /// A clock that only knows the time to lie between two seconds.
    pub(in crate::domain) fn between(mut self, earliest: UnixSeconds, latest: Option<UnixSeconds>) -> Self {
        self.now = Now {
            earliest: earliest.millis(),
            latest: latest.map(UnixSeconds::millis),
            best: earliest.millis(),
            state: latest.map_or(ClockState::Unsure, |_| ClockState::Holdover),
        };
        self
    }

    pub(in crate::domain) fn exit(mut self) -> Self {
        self.request.direction = Direction::Exit;
        self
    }

    pub(in crate::domain) fn listed(mut self, status: Status) -> Self {
        let claims = &self.shown.claims;
        self.listing = Listing::Listed(TicketRow {
            ticket: claims.ticket,
            ticket_type: claims.ticket_type.clone(),
            status,
            admits: claims.admits,
            valid_from: claims.valid_from,
            valid_until: claims.valid_until,
            replaces: None,
        });
        self
    }

    /// Something that happened here so many seconds before noon, in the stream of this process.
    pub(in crate::domain) fn after(mut self, kind: Kind, persons: u8, seconds_ago: u64) -> Self {
        let sequence = u64::try_from(self.facts.len()).expect("few facts") + 1;
        let at = NOON.minus(seconds_ago);
        self.facts.push(Fact {
            id: FactRef {
                stream: OWN,
                sequence: Sequence(sequence),
            },
            draft: Draft {
                kind,
                ticket: Some(ticket()),
                gate: self.lane.gate.clone(),
                zone: self.lane.site.into.clone(),
                from_zone: self.lane.site.from.clone(),
                now: Now::exactly(at),
                order: at.millis().0,
                persons,
                presented_at: None,
                reason: None,
                flags: Vec::new(),
                rules_version: 0,
                list_version: 0,
                operator: None,
                grounds: None,
            },
        });
        self
    }

    pub(in crate::domain) fn last_fact(&mut self) -> &mut Fact {
        self.facts.last_mut().expect("a fact")
    }

    pub(in crate::domain) fn decide(&self) -> Decision {
        self.with_inputs(super::admit)
    }

    pub(in crate::domain) fn draft(&self) -> Option<Draft> {
        self.with_inputs(|inputs| super::draft(inputs, &super::admit(inputs), &Knowledge::default()))
    }

    /// How many may still enter once so many more have.
    pub(in crate::domain) fn left(&self, moving: u8) -> Option<u32> {
        self.with_inputs(|inputs| super::entries_left(inputs, moving))
    }

    fn with_inputs<T>(&self, use_them: impl FnOnce(&Inputs<'_>) -> T) -> T {
        let history = History::fold(self.facts.iter().cloned());
        use_them(&Inputs {
            shown: &self.shown,
            listing: &self.listing,
            history: &history,
            lane: &self.lane,
            rules: &self.rules,
            occupancy: self.occupancy,
            reach: self.reach,
            conflict: self.conflict,
            now: &self.now,
            request: &self.request,
        })
    }
}
