//! The store in memory: for trials without a data folder, and for tests. Simple rather than quick.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::occupancy::{is_general, persons_inside};
use super::place::{Place, completes, place};
use super::{
    CHAIN_MAX, DENIALS_MAX, EventDocuments, Ledger, LedgerError, LedgerStatus, LiveList, Pulse,
    SealedSegment, Unsealed,
};
use crate::domain::admission::{Known, Listing, Status, TicketRow};
use crate::domain::checkin::{Denial, Draft, Fact, FactRef};
use crate::domain::ids::{DeviceId, Sequence, StreamId, TicketId, ZoneId};
use crate::domain::outbox::StreamMark;
use crate::domain::time::{UnixMillis, UnixSeconds};
use crate::wire::{Change, Cursor, DeviceRow, DeviceStatus, LogPage, Segment};

/// A gate's store that ends with the process.
#[derive(Debug)]
pub struct MemoryLedger {
    stream: StreamId,
    next: Sequence,
    signature_only: bool,
    facts: BTreeMap<FactRef, Draft>,
    contradictions: Vec<Fact>,
    own: BTreeMap<StreamId, OwnStream>,
    segments: Vec<SealedSegment>,
    live: Option<List>,
    aside: Option<List>,
    denials: VecDeque<Denial>,
    settings: BTreeMap<String, Vec<u8>>,
}

/// How far a stream of this gate's own is sealed and acknowledged.
#[derive(Debug, Default)]
struct OwnStream {
    sealed: u64,
    acknowledged: u64,
}

#[derive(Debug)]
struct List {
    cursor: Cursor,
    as_of: UnixSeconds,
    tickets: BTreeMap<TicketId, TicketRow>,
    devices: BTreeMap<DeviceId, DeviceRow>,
    documents: EventDocuments,
}

impl MemoryLedger {
    /// An empty store that records under `stream`.
    #[must_use]
    pub fn new(stream: StreamId) -> Self {
        Self {
            stream,
            next: Sequence::FIRST,
            signature_only: false,
            facts: BTreeMap::new(),
            contradictions: Vec::new(),
            own: BTreeMap::from([(stream, OwnStream::default())]),
            segments: Vec::new(),
            live: None,
            aside: None,
            denials: VecDeque::new(),
            settings: BTreeMap::new(),
        }
    }

    /// An empty store of a gate that works on signatures alone.
    #[must_use]
    pub fn signature_only(stream: StreamId) -> Self {
        Self {
            signature_only: true,
            ..Self::new(stream)
        }
    }

    /// Every ticket that is one with `ticket` by what replaced what.
    fn chain(&self, ticket: &TicketId) -> Vec<TicketId> {
        let mut chain = vec![*ticket];
        let mut looked_at = 0;
        while let (Some(member), Some(list)) = (chain.get(looked_at).copied(), &self.live) {
            looked_at += 1;
            let before = list.tickets.get(&member).and_then(|row| row.replaces);
            let after = list
                .tickets
                .values()
                .filter(|row| row.replaces == Some(member))
                .map(|row| row.ticket);
            for id in before.into_iter().chain(after) {
                if chain.len() < CHAIN_MAX && !chain.contains(&id) {
                    chain.push(id);
                }
            }
        }
        chain
    }

    fn facts_of(&self, chain: &[TicketId]) -> Vec<Fact> {
        let bears = |draft: &Draft| {
            is_general(&draft.kind) || draft.ticket.is_some_and(|ticket| chain.contains(&ticket))
        };
        self.facts
            .iter()
            .filter(|(_, draft)| bears(draft))
            .map(|(id, draft)| Fact {
                id: *id,
                draft: draft.clone(),
            })
            .collect()
    }

    fn merge(&mut self, bytes: &[u8], segment: &Segment) {
        for fact in segment.facts() {
            match self.facts.get(&fact.id) {
                Some(held) if *held == fact.draft => (),
                Some(_) if self.contradictions.contains(&fact) => (),
                Some(_) => self.contradictions.push(fact),
                None => {
                    self.facts.insert(fact.id, fact.draft);
                }
            }
        }
        self.keep(SealedSegment {
            stream: segment.stream,
            first: segment.first,
            last: segment.last(),
            bytes: bytes.to_vec(),
        });
        self.seal_up_to_the_gap(&segment.stream);
    }

    fn keep(&mut self, segment: SealedSegment) {
        if !self.segments.contains(&segment) {
            self.segments.push(segment);
        }
    }

    fn seal_up_to_the_gap(&mut self, stream: &StreamId) {
        let Some(own) = self.own.get_mut(stream) else {
            return;
        };
        let reach = |sealed: u64| {
            self.segments
                .iter()
                .filter(|segment| segment.stream == *stream && segment.first.0 <= sealed + 1)
                .map(|segment| segment.last.0)
                .max()
        };
        while let Some(last) = reach(own.sealed).filter(|last| *last > own.sealed) {
            own.sealed = last;
        }
    }

    fn write(&mut self, page: &LogPage, place: Place) {
        if place == Place::Start {
            self.aside = Some(List::new(page));
        }
        let list = if place == Place::Live {
            &mut self.live
        } else {
            &mut self.aside
        };
        let Some(list) = list else {
            return;
        };
        page.changes.iter().for_each(|(_, change)| list.write(change));
        list.cursor = page.to.clone();
        if completes(page) {
            list.as_of = page.as_of;
            self.live = self.aside.take().or(self.live.take());
        }
    }

    /// When the last fact of a stream happened.
    fn last_of(&self, stream: &StreamId) -> Option<UnixMillis> {
        let mut facts = self.facts.iter().filter(|(id, _)| id.stream == *stream);
        facts.next_back().map(|(_, draft)| draft.now.best)
    }

    fn own_facts(&self) -> impl Iterator<Item = (&FactRef, &OwnStream)> {
        self.facts
            .keys()
            .filter_map(|id| Some((id, self.own.get(&id.stream)?)))
    }
}

impl List {
    fn new(page: &LogPage) -> Self {
        Self {
            cursor: page.to.clone(),
            as_of: UnixSeconds(0),
            tickets: BTreeMap::new(),
            devices: BTreeMap::new(),
            documents: EventDocuments::default(),
        }
    }

    fn write(&mut self, change: &Change) {
        match change {
            Change::Rulebook(text) => self.documents.rulebook = Some(text.clone()),
            Change::Keyring(text) => self.documents.keyring = Some(text.clone()),
            Change::Device(row) => {
                self.devices.insert(row.device.clone(), row.clone());
            }
            Change::Ticket(row) => {
                self.tickets.insert(row.ticket, row.clone());
            }
            Change::Segment(_) => (),
        }
    }
}

impl Ledger for MemoryLedger {
    fn look_up(&mut self, ticket: &TicketId) -> Result<Known, LedgerError> {
        let row = self.live.as_ref().and_then(|list| list.tickets.get(ticket));
        let listing = match (row, &self.live) {
            _ if self.signature_only => Listing::NoList,
            (Some(row), _) => Listing::Listed(row.clone()),
            (None, Some(list)) => Listing::Unlisted { as_of: list.as_of },
            (None, None) => Listing::Incomplete,
        };
        let facts = self.facts_of(&self.chain(ticket));
        Ok(Known { listing, facts })
    }

    fn occupancy(&mut self, zone: &ZoneId, since: UnixMillis) -> Result<u32, LedgerError> {
        let tickets: BTreeSet<TicketId> = self.facts.values().filter_map(|draft| draft.ticket).collect();
        let chains: BTreeSet<Vec<TicketId>> = tickets
            .iter()
            .map(|ticket| {
                let mut chain = self.chain(ticket);
                chain.sort();
                chain
            })
            .collect();
        let inside = chains
            .iter()
            .map(|chain| persons_inside(self.facts_of(chain), zone, since));
        Ok(inside.fold(0, u32::saturating_add))
    }

    fn record(&mut self, draft: &Draft) -> Result<Fact, LedgerError> {
        let id = FactRef {
            stream: self.stream,
            sequence: self.next,
        };
        self.facts.insert(id, draft.clone());
        self.next = self.next.next();
        Ok(Fact {
            id,
            draft: draft.clone(),
        })
    }

    fn earlier_streams(&mut self) -> Result<Vec<StreamId>, LedgerError> {
        Ok(Vec::new())
    }

    fn note_denials(&mut self, denials: &[Denial]) -> Result<(), LedgerError> {
        self.denials.extend(denials.iter().cloned());
        let surplus = self.denials.len().saturating_sub(DENIALS_MAX);
        self.denials.drain(..surplus);
        Ok(())
    }

    fn denials(&mut self, limit: usize) -> Result<Vec<Denial>, LedgerError> {
        Ok(self.denials.iter().rev().take(limit).cloned().collect())
    }

    fn documents(&mut self) -> Result<EventDocuments, LedgerError> {
        let documents = self.live.as_ref().map(|list| list.documents.clone());
        Ok(documents.unwrap_or_default())
    }

    fn cursor(&mut self) -> Result<Option<Cursor>, LedgerError> {
        let list = self.aside.as_ref().or(self.live.as_ref());
        Ok(list.map(|list| list.cursor.clone()))
    }

    fn apply(&mut self, page: &LogPage, segments: &[(Vec<u8>, Segment)]) -> Result<(), LedgerError> {
        let cursor = |list: &Option<List>| list.as_ref().map(|list| list.cursor.clone());
        let place = place(page, cursor(&self.aside).as_ref(), cursor(&self.live).as_ref())?;
        for (bytes, segment) in segments {
            self.merge(bytes, segment);
        }
        self.write(page, place);
        Ok(())
    }

    fn unsealed(&mut self, limit: usize) -> Result<Option<Unsealed>, LedgerError> {
        let next = self.own_facts().find(|(id, own)| id.sequence.0 > own.sealed);
        let Some((first, own)) = next.map(|(id, own)| (*id, own)) else {
            return Ok(None);
        };
        let previous = self
            .segments
            .iter()
            .find(|segment| segment.stream == first.stream && segment.last.0 == own.sealed)
            .map(|segment| Segment::hash(&segment.bytes));
        let without_gap = self
            .facts
            .range(first..)
            .zip(first.sequence.0..)
            .take_while(|((id, _), expected)| id.stream == first.stream && id.sequence.0 == *expected);
        Ok(Some(Unsealed {
            stream: first.stream,
            first: first.sequence,
            previous,
            drafts: without_gap
                .take(limit)
                .map(|((_, draft), _)| draft.clone())
                .collect(),
        }))
    }

    fn keep_segment(&mut self, segment: &SealedSegment) -> Result<(), LedgerError> {
        let own = self
            .own
            .get_mut(&segment.stream)
            .ok_or(LedgerError::ForeignStream {
                stream: segment.stream,
            })?;
        own.sealed = own.sealed.max(segment.last.0);
        self.keep(segment.clone());
        Ok(())
    }

    fn unacknowledged(&mut self, limit: usize) -> Result<Vec<SealedSegment>, LedgerError> {
        let pending = self.segments.iter().filter(|segment| {
            let own = self.own.get(&segment.stream);
            own.is_some_and(|own| segment.last.0 > own.acknowledged)
        });
        Ok(pending.take(limit).cloned().collect())
    }

    fn acknowledge(&mut self, stream: &StreamId, holds: Sequence) -> Result<(), LedgerError> {
        if let Some(own) = self.own.get_mut(stream) {
            own.acknowledged = holds.0;
        }
        Ok(())
    }

    fn live_list(&mut self) -> Result<Option<LiveList>, LedgerError> {
        Ok(self.live.as_ref().map(|live| LiveList {
            cursor: live.cursor.clone(),
            as_of: live.as_of,
        }))
    }

    fn written_by_others(&mut self) -> Result<bool, LedgerError> {
        // Memory has one owner.
        Ok(false)
    }

    fn own_streams(&mut self) -> Result<Vec<StreamMark>, LedgerError> {
        let mark = |(stream, own): (&StreamId, &OwnStream)| StreamMark {
            stream: *stream,
            acknowledged: Sequence(own.acknowledged),
        };
        Ok(self.own.iter().map(mark).collect())
    }

    fn facts(&mut self) -> Result<Vec<Fact>, LedgerError> {
        let fact = |(id, draft): (&FactRef, &Draft)| Fact {
            id: *id,
            draft: draft.clone(),
        };
        Ok(self.facts.iter().map(fact).collect())
    }

    fn setting(&mut self, name: &str) -> Result<Option<Vec<u8>>, LedgerError> {
        Ok(self.settings.get(name).cloned())
    }

    fn set_setting(&mut self, name: &str, value: &[u8]) -> Result<(), LedgerError> {
        self.settings.insert(name.to_owned(), value.to_vec());
        Ok(())
    }

    fn device_key(&mut self, device: &DeviceId) -> Result<Option<[u8; 32]>, LedgerError> {
        let row = [&self.aside, &self.live]
            .into_iter()
            .flatten()
            .find_map(|list| list.devices.get(device));
        Ok(row
            .filter(|row| row.status != DeviceStatus::Revoked)
            .map(|row| *row.key))
    }

    fn pulse(&mut self) -> Result<Pulse, LedgerError> {
        let at = |id: &FactRef| self.facts.get(id).map(|draft| draft.now.best);
        let unsent: Vec<FactRef> = self
            .own_facts()
            .filter(|(id, own)| id.sequence.0 > own.acknowledged)
            .map(|(id, _)| *id)
            .collect();
        let last_facts = self.own.keys().filter_map(|stream| self.last_of(stream));
        let last_denial = self.denials.back().map(|denial| denial.now.best);
        Ok(Pulse {
            unsent: unsent.len() as u64,
            unsent_since: unsent.iter().filter_map(at).min(),
            last_scan: last_facts.max().max(last_denial),
            tickets: self.live.iter().map(|list| list.tickets.len() as u64).sum(),
            contradictions: self.contradictions.len() as u64,
        })
    }

    fn status(&mut self) -> Result<LedgerStatus, LedgerError> {
        let own_facts = self.own_facts().count();
        let unacknowledged = self
            .own_facts()
            .filter(|(id, own)| id.sequence.0 > own.acknowledged)
            .count();
        let rows = || self.live.iter().flat_map(|list| list.tickets.values());
        Ok(LedgerStatus {
            tickets: rows().count() as u64,
            withdrawn: rows().filter(|row| row.status != Status::Valid).count() as u64,
            own_facts: own_facts as u64,
            unacknowledged: unacknowledged as u64,
            others_facts: (self.facts.len() - own_facts) as u64,
            contradictions: self.contradictions.len() as u64,
            denials: self.denials.len() as u64,
            cursor: self.live.as_ref().map(|list| list.cursor.clone()),
            as_of: self.live.as_ref().map(|list| list.as_of),
        })
    }
}
