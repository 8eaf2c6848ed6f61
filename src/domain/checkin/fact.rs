//! One fact: what happened at a door, when, and on what knowledge it was decided.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::Grounds;
use crate::domain::ids::{GateId, OperatorId, Sequence, StreamId, TicketId, ZoneId};
use crate::domain::time::{Now, UnixMillis, UnixSeconds};
use crate::domain::verdict::{Flag, Reason};

/// A fact's identity.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
pub struct FactRef {
    /// The stream that it stands in.
    #[n(0)]
    pub stream: StreamId,
    /// Its place there.
    #[n(1)]
    pub sequence: Sequence,
}

/// Facts of one stream that follow each other, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Encode, Decode)]
pub struct FactRange {
    /// The stream that they stand in.
    #[n(0)]
    pub stream: StreamId,
    /// The first of them.
    #[n(1)]
    pub first: Sequence,
    /// The last of them.
    #[n(2)]
    pub last: Sequence,
}

impl FactRange {
    /// Whether `fact` is one of them.
    #[must_use]
    pub fn contains(&self, fact: &FactRef) -> bool {
        self.stream == fact.stream && (self.first..=self.last).contains(&fact.sequence)
    }
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Admitted into the gate's zone.
    #[n(0)]
    Entry,
    /// Let out of the gate's zone.
    #[n(1)]
    Exit,
    /// Admitted by a supervisor against a refusal; counts as an entry.
    #[n(2)]
    Override,
    /// The guest of that entry was seen to pass.
    #[n(3)]
    Passed(#[n(0)] FactRef),
    /// The guest of that entry did not pass: the entry is given back.
    #[n(4)]
    Released(#[n(0)] FactRef),
    /// These facts were recorded in error, as by a gate left in the wrong mode, and count no more.
    #[n(5)]
    Void(#[n(0)] FactRange),
    /// The zone was emptied by hand: nobody is inside any more.
    #[n(6)]
    AllOut,
}

/// An immutable fact. Its identity is `(stream, sequence)`; the fold sorts by `(order, stream, sequence)`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fact {
    /// The fact's identity.
    pub id: FactRef,
    /// What happened.
    #[serde(flatten)]
    pub draft: Draft,
}

/// A fact before the ledger gave it an identity; what a segment carries of each fact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Encode, Decode)]
pub struct Draft {
    /// What happened.
    #[n(0)]
    pub kind: Kind,
    /// The ticket; none for `void` and `all-out`.
    #[n(1)]
    pub ticket: Option<TicketId>,
    /// The gate at which it happened.
    #[n(2)]
    pub gate: GateId,
    /// The zone that the gate leads into, or that was emptied.
    #[n(3)]
    pub zone: ZoneId,
    /// The zone that the gate leads out of; none where that is the outside.
    #[n(4)]
    pub from_zone: Option<ZoneId>,
    /// The gate's idea of the time.
    #[n(5)]
    pub now: Now,
    /// The sorting key: `max(now.best in ms, 1 + the highest order among the facts of that ticket's chain)`.
    #[n(6)]
    pub order: u64,
    /// Persons who moved, 1 to 99; for `released` those given back; 0 where nobody did.
    #[n(7)]
    pub persons: u8,
    /// When the live code was made, where one was shown.
    #[n(8)]
    pub presented_at: Option<UnixSeconds>,
    /// The refusal that was overridden, or what was wrong with an exit.
    #[n(9)]
    pub reason: Option<Reason>,
    /// What staff were shown.
    #[n(10)]
    pub flags: Vec<Flag>,
    /// The version of the rules that decided.
    #[n(11)]
    pub rules_version: u64,
    /// The change number up to which the gate held the event's log.
    #[n(12)]
    pub list_version: u64,
    /// Who decided, where a person did.
    #[n(13)]
    pub operator: Option<OperatorId>,
    /// For what a refusal was overridden, where the supervisor said so.
    #[n(14)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grounds: Option<Grounds>,
}

impl Fact {
    /// The instant to show and to reckon days by.
    #[must_use]
    pub fn at(&self) -> UnixMillis {
        self.draft.now.best
    }

    /// What the fold sorts by. The content comes last, so that two facts that claim one identity have an order too.
    #[must_use]
    pub fn sort_key(&self) -> (u64, FactRef, &Draft) {
        (self.draft.order, self.id, &self.draft)
    }
}
