//! What a gate was promised by its ledger, and so what must be there after a power cut.

use std::collections::{BTreeMap, BTreeSet};

use wicket::domain::admission::{Listing, TicketRow};
use wicket::domain::checkin::{Denial, Draft, Fact, FactRef, Kind};
use wicket::domain::ids::{Sequence, StreamId, TicketId};
use wicket::domain::outbox::Room;
use wicket::domain::time::UnixSeconds;
use wicket::ledger::{Ledger, LedgerError, LedgerStatus, SealedSegment, SqliteLedger};
use wicket::wire::Cursor;

use super::gate::{SETTING, may_enter};

/// What is wrong with a ledger after a cut.
pub(super) type Loss = String;

/// Why a step at a gate did not succeed.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The ledger said so.
    Told(LedgerError),
    /// A look after a new start found a promise broken.
    Lost(Loss),
}

/// A value that calls replace: what it is, and what it may be instead where it is not known how a call ended.
#[derive(Debug, Clone, Default)]
pub(super) struct Held<T> {
    pub(super) is: T,
    may_be: Vec<T>,
}

/// How far the server holds each stream.
pub(super) type Marks = BTreeMap<StreamId, Sequence>;

/// A live list of the event.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct List {
    pub(super) cursor: Cursor,
    pub(super) as_of: UnixSeconds,
    pub(super) rows: BTreeMap<TicketId, TicketRow>,
    pub(super) rulebook: Option<String>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct World {
    /// Facts that must be there: `record` or `apply` returned `Ok`, or a look after a cut found them.
    pub(super) facts: BTreeMap<FactRef, Draft>,
    /// Facts that may be there: the call that was to keep them did not return `Ok`.
    pub(super) doubtful: Vec<Fact>,
    pub(super) own: BTreeSet<StreamId>,
    pub(super) list: Held<Option<List>>,
    /// Every ticket that ever stood on a list.
    pub(super) once_listed: BTreeSet<TicketId>,
    pub(super) cursor: Held<Option<Cursor>>,
    /// The snapshot that is being taken, and the page that it needs next.
    pub(super) building: Held<Option<(Cursor, u32)>>,
    pub(super) segments: Held<Vec<SealedSegment>>,
    pub(super) acknowledged: Held<Marks>,
    pub(super) denials: Held<Vec<Denial>>,
    pub(super) setting: Held<Option<Vec<u8>>>,
}

impl<T: Clone + PartialEq + std::fmt::Debug> Held<T> {
    /// A call is about to replace it.
    pub(super) fn attempt(&mut self, next: T) {
        self.may_be.push(next);
    }

    /// The last call returned `Ok`.
    pub(super) fn kept(&mut self) {
        if let Some(next) = self.may_be.pop() {
            *self = Self {
                is: next,
                may_be: Vec::new(),
            };
        }
    }

    pub(super) fn candidates(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.is).chain(&self.may_be)
    }

    /// This is what it turned out to be.
    fn settle(&mut self, found: T, name: &str) -> Result<(), Loss> {
        if !self.candidates().any(|candidate| *candidate == found) {
            return Err(format!("{name}: {found:?} was found where {self:?} was promised"));
        }
        *self = Self {
            is: found,
            may_be: Vec::new(),
        };
        Ok(())
    }
}

impl From<LedgerError> for Trouble {
    fn from(error: LedgerError) -> Self {
        Self::Told(error)
    }
}

impl World {
    /// Whether a call failed, so that it is not known whether the next start finds what it was to keep.
    pub(super) fn is_in_doubt(&self) -> bool {
        let held = [
            self.list.may_be.len(),
            self.cursor.may_be.len(),
            self.building.may_be.len(),
            self.segments.may_be.len(),
            self.acknowledged.may_be.len(),
            self.denials.may_be.len(),
            self.setting.may_be.len(),
        ];
        let unkept = |fact: &Fact| self.facts.get(&fact.id) != Some(&fact.draft);
        held.iter().any(|doubts| *doubts > 0) || self.doubtful.iter().any(unkept)
    }

    pub(super) fn promise(&mut self, fact: Fact) {
        self.facts.insert(fact.id, fact.draft);
    }

    /// Compares with what a ledger holds, and takes over what it found: from now on that is promised.
    pub(super) fn settle(&mut self, ledger: &mut SqliteLedger, at: UnixSeconds) -> Result<(), Loss> {
        said(ledger.check())?;
        let status = said(ledger.status())?;
        self.settle_facts(ledger, &status)?;
        self.settle_list(ledger, &status)?;
        self.settle_outbox(ledger, &status)?;
        self.cursor.settle(said(ledger.cursor())?, "cursor")?;
        let building = said(ledger.building())?.map(|building| (building.to, building.next));
        self.building.settle(building, "the list aside")?;
        self.setting.settle(said(ledger.setting(SETTING))?, "setting")?;
        let mut denials = said(ledger.denials(usize::MAX))?;
        denials.reverse();
        self.denials.settle(denials, "denials")?;
        self.nobody_enters_twice(ledger, at)
    }

    fn settle_facts(&mut self, ledger: &mut SqliteLedger, status: &LedgerStatus) -> Result<(), Loss> {
        let mut found = BTreeMap::new();
        for ticket in self.tickets() {
            let facts = said(ledger.look_up(&ticket))?.facts;
            found.extend(facts.into_iter().map(|fact| (fact.id, fact.draft)));
        }
        for (id, draft) in &self.facts {
            if found.get(id) != Some(draft) {
                return Err(format!("promised {id:?} {draft:?}, found {:?}", found.get(id)));
            }
        }
        let unknown = found.iter().find(|(id, draft)| {
            let doubtful = |fact: &Fact| fact.id == **id && fact.draft == **draft;
            !self.facts.contains_key(id) && !self.doubtful.iter().any(doubtful)
        });
        if let Some((id, draft)) = unknown {
            return Err(format!("nobody recorded {id:?} {draft:?}"));
        }
        if status.contradictions != 0 || status.own_facts + status.others_facts != found.len() as u64 {
            return Err(format!("{} facts by look-up, but {status:?}", found.len()));
        }
        let own = found.keys().filter(|id| self.own.contains(&id.stream)).count();
        if status.own_facts != own as u64 {
            return Err(format!("{own} own facts, but {status:?}"));
        }
        self.facts = found;
        self.doubtful.clear();
        self.contiguous()
    }

    fn tickets(&self) -> BTreeSet<TicketId> {
        let doubtful = self.doubtful.iter().map(|fact| &fact.draft);
        self.facts
            .values()
            .chain(doubtful)
            .filter_map(|draft| draft.ticket)
            .collect()
    }

    /// In every stream, sequences count from 1 without gaps.
    fn contiguous(&self) -> Result<(), Loss> {
        let mut expected = BTreeMap::new();
        for id in self.facts.keys() {
            let next = expected.entry(id.stream).or_insert(Sequence::FIRST);
            if id.sequence != *next {
                return Err(format!("{id:?} was found where {next} was due"));
            }
            *next = next.next();
        }
        Ok(())
    }

    /// The list is the old one or the new one, whole.
    fn settle_list(&mut self, ledger: &mut SqliteLedger, status: &LedgerStatus) -> Result<(), Loss> {
        let same = |list: &&Option<List>| list.as_ref().map(|list| &list.cursor) == status.cursor.as_ref();
        let Some(list) = self.list.candidates().find(same).cloned() else {
            return Err(format!("nobody promised a list at {:?}", status.cursor));
        };
        let found = (status.tickets, status.as_of, said(ledger.documents())?.rulebook);
        let expected = list.as_ref().map_or((0, None, None), |list| {
            (list.rows.len() as u64, Some(list.as_of), list.rulebook.clone())
        });
        if found != expected {
            return Err(format!("the list has {found:?} where {expected:?} was promised"));
        }
        for ticket in &self.once_listed {
            let found = said(ledger.look_up(ticket))?.listing;
            let expected = match &list {
                None => Listing::Incomplete,
                Some(list) => match list.rows.get(ticket) {
                    Some(row) => Listing::Listed(row.clone()),
                    None => Listing::Unlisted { as_of: list.as_of },
                },
            };
            if found != expected {
                return Err(format!("{ticket} is {found:?} where {expected:?} was promised"));
            }
        }
        self.list.settle(list, "list")
    }

    /// Segments keep their bytes, and marks are those that were set, never beyond.
    fn settle_outbox(&mut self, ledger: &mut SqliteLedger, status: &LedgerStatus) -> Result<(), Loss> {
        let kept = said(ledger.unacknowledged(0, &EVERYTHING))?;
        // What others made waits too after a list was begun anew, until the log brings it again.
        let own = kept.into_iter().map(|kept| kept.segment);
        let found: Vec<SealedSegment> = own.filter(|segment| self.own.contains(&segment.stream)).collect();
        let Some((segments, marks)) = self.outbox_that_gives(&found, status) else {
            let (promised, marks) = (self.segments.is.len(), &self.acknowledged);
            return Err(format!(
                "{} segments are due of {promised} with {marks:?}, {status:?}",
                found.len()
            ));
        };
        self.segments.settle(segments, "segments")?;
        self.acknowledged.settle(marks, "marks")
    }

    fn outbox_that_gives(
        &self,
        found: &[SealedSegment],
        status: &LedgerStatus,
    ) -> Option<(Vec<SealedSegment>, Marks)> {
        let gives = |(segments, marks): &(&Vec<SealedSegment>, &Marks)| {
            let marked = |stream: &StreamId| marks.get(stream).copied().unwrap_or(Sequence(0));
            let due = segments
                .iter()
                .filter(|segment| segment.last > marked(&segment.stream));
            let own = self.facts.keys().filter(|id| self.own.contains(&id.stream));
            let unmarked = own.filter(|id| id.sequence > marked(&id.stream)).count();
            due.eq(found) && unmarked as u64 == status.unacknowledged
        };
        let with_marks = |segments| self.acknowledged.candidates().map(move |marks| (segments, marks));
        let mut all = self.segments.candidates().flat_map(with_marks);
        all.find(gives)
            .map(|(segments, marks)| (segments.clone(), marks.clone()))
    }

    fn nobody_enters_twice(&self, ledger: &mut SqliteLedger, at: UnixSeconds) -> Result<(), Loss> {
        let mut entered = BTreeSet::new();
        for draft in self.facts.values().filter(|draft| draft.kind == Kind::Entry) {
            let ticket = draft.ticket.ok_or("an entry names its ticket")?;
            if !entered.insert(ticket) {
                return Err(format!("{ticket} entered twice"));
            }
            if said(may_enter(ledger, ticket, at))?.is_some() {
                return Err(format!("{ticket} could enter again"));
            }
        }
        Ok(())
    }
}

/// Room for all that waits.
const EVERYTHING: Room = Room {
    segments: usize::MAX,
    facts: usize::MAX,
    bytes: usize::MAX,
};

fn said<T>(result: Result<T, LedgerError>) -> Result<T, Loss> {
    result.map_err(|error| format!("{error:?}"))
}
