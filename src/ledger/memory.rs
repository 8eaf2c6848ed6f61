//! The store in memory: for trials without a data folder, and for tests. Simple rather than quick.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::occupancy::{is_general, persons_inside};
use super::place::{Step, completes, follows, step};
use super::{
    Building, CHAIN_MAX, DENIALS_MAX, EventDocuments, KeptSegment, Ledger, LedgerError, LedgerStatus,
    LiveList, Pulse, SealedSegment, SyncClaim, USED_CODES_MAX, Unsealed, WIPE_ORDER_SETTING,
};
use crate::domain::admission::{Known, Listing, Status, TicketRow};
use crate::domain::checkin::{Denial, Draft, Fact, FactRef};
use crate::domain::conflict::CaseState;
use crate::domain::control::UsedCode;
use crate::domain::ids::{DeviceId, Sequence, StreamId, TicketId, ZoneId};
use crate::domain::label::{Best, Label, Sought};
use crate::domain::outbox::Room;
use crate::domain::ticket::{CheckCode, check_code};
use crate::domain::time::{UnixMillis, UnixSeconds};
use crate::wire::upload::{Held, Receipt};
use crate::wire::{Change, Cursor, DeviceRow, DeviceStatus, LogId, LogPage, Segment, SnapshotPage};

/// A gate's store that ends with the process.
#[derive(Debug)]
pub struct MemoryLedger {
    stream: StreamId,
    next: Sequence,
    signature_only: bool,
    facts: BTreeMap<FactRef, Draft>,
    contradictions: Vec<Fact>,
    streams: BTreeMap<StreamId, Stream>,
    segments: Vec<Kept>,
    /// Whose receipts count, and the origin's time of the newest.
    origin: Option<(LogId, UnixMillis)>,
    live: Option<List>,
    aside: Option<Aside>,
    denials: VecDeque<Denial>,
    settings: BTreeMap<String, Vec<u8>>,
    /// Control codes that were obeyed, the newest last.
    used_codes: VecDeque<UsedCode>,
}

/// How far a stream is sealed and acknowledged.
#[derive(Debug, Default)]
struct Stream {
    own: bool,
    sealed: u64,
    acknowledged: u64,
    receipt: UnixMillis,
    /// Who made it; none for own ones.
    made_by: Option<DeviceId>,
}

/// A segment, and whether the origin is known to hold it.
#[derive(Debug)]
struct Kept {
    segment: SealedSegment,
    at_origin: bool,
}

/// A list that is being built.
#[derive(Debug)]
struct Aside {
    list: List,
    next: u32,
    pages: u32,
}

#[derive(Debug)]
struct List {
    cursor: Cursor,
    as_of: UnixSeconds,
    tickets: BTreeMap<TicketId, TicketRow>,
    devices: BTreeMap<DeviceId, DeviceRow>,
    conflicts: BTreeMap<TicketId, CaseState>,
    labels: BTreeMap<TicketId, Label>,
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
            streams: BTreeMap::from([(
                stream,
                Stream {
                    own: true,
                    ..Stream::default()
                },
            )]),
            segments: Vec::new(),
            origin: None,
            live: None,
            aside: None,
            denials: VecDeque::new(),
            settings: BTreeMap::new(),
            used_codes: VecDeque::new(),
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
            .filter(|(id, draft)| bears(draft) && self.counts(id))
            .map(|(id, draft)| Fact {
                id: *id,
                draft: draft.clone(),
            })
            .collect()
    }

    fn not_wiped(&self) -> Result<(), LedgerError> {
        match self.settings.contains_key(WIPE_ORDER_SETTING) {
            true => Err(LedgerError::Wiped),
            false => Ok(()),
        }
    }

    /// Whether a fact counts: not where its device is revoked and believed less far.
    fn counts(&self, id: &FactRef) -> bool {
        let maker = self
            .streams
            .get(&id.stream)
            .and_then(|stream| stream.made_by.as_ref());
        let rows = self.live.as_ref().map(|list| &list.devices);
        let row = maker.and_then(|maker| rows?.get(maker));
        let Some(believed) = row.and_then(|row| row.believed.as_ref()) else {
            return true;
        };
        let stream = believed.iter().find(|stream| stream.stream == id.stream);
        stream.is_some_and(|stream| id.sequence <= stream.up_to)
    }

    fn merge_one(&mut self, bytes: &[u8], segment: &Segment, at_origin: bool) {
        let stream = self.streams.entry(segment.stream).or_default();
        if !stream.own && stream.made_by.is_none() {
            stream.made_by = Some(segment.device.clone());
        }
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
        self.streams.entry(segment.stream).or_default();
        let segment = SealedSegment {
            stream: segment.stream,
            first: segment.first,
            last: segment.last(),
            bytes: bytes.to_vec(),
        };
        let stream = segment.stream;
        self.keep(segment, at_origin);
        self.seal_up_to_the_gap(&stream);
    }

    fn keep(&mut self, segment: SealedSegment, at_origin: bool) {
        match self.segments.iter_mut().find(|kept| kept.segment == segment) {
            Some(kept) => kept.at_origin |= at_origin,
            None => self.segments.push(Kept { segment, at_origin }),
        }
    }

    fn seal_up_to_the_gap(&mut self, id: &StreamId) {
        let Some(stream) = self.streams.get_mut(id) else {
            return;
        };
        let reach = |sealed: u64| {
            of_stream(&self.segments, id)
                .filter(|segment| segment.first.0 <= sealed + 1)
                .map(|segment| segment.last.0)
                .max()
        };
        while let Some(last) = reach(stream.sealed).filter(|last| *last > stream.sealed) {
            stream.sealed = last;
        }
    }

    /// Forgets what the origin is known to hold; whether it held anything.
    fn forget_origin(&mut self) -> bool {
        let held = self.segments.iter().any(|kept| kept.at_origin);
        self.segments.iter_mut().for_each(|kept| kept.at_origin = false);
        for stream in self.streams.values_mut() {
            (stream.acknowledged, stream.receipt) = (0, UnixMillis(0));
        }
        held
    }

    /// Notes how far the origin holds a stream; whether that is less than before.
    fn note_held(&mut self, held: &Held, as_of: UnixMillis) -> bool {
        let holds = self.believed(held);
        let Some(stream) = self.streams.get_mut(&held.stream) else {
            return false;
        };
        if stream.receipt > as_of {
            return false;
        }
        let before = std::mem::replace(&mut stream.acknowledged, holds);
        stream.receipt = as_of;
        for kept in &mut self.segments {
            if kept.segment.stream == held.stream {
                let last = kept.segment.last.0;
                kept.at_origin = last <= holds || (kept.at_origin && holds >= before);
            }
        }
        holds < before
    }

    /// How much of the origin's word is about what is here.
    fn believed(&self, held: &Held) -> u64 {
        let mut there = of_stream(&self.segments, &held.stream).filter(|segment| segment.last == held.holds);
        if there
            .clone()
            .any(|segment| Some(Segment::hash(&segment.bytes)) == held.tip)
        {
            return held.holds.0;
        }
        if let Some(other) = there.next() {
            return other.first.0.saturating_sub(1);
        }
        of_stream(&self.segments, &held.stream)
            .map(|segment| segment.last.0)
            .filter(|last| *last < held.holds.0)
            .max()
            .unwrap_or(0)
    }

    fn kept(&self, after: u64, room: &Room, wanted: impl Fn(&Kept) -> bool) -> Vec<KeptSegment> {
        let all = self.segments.iter().zip(1..);
        let later: Vec<KeptSegment> = all
            .filter(|(kept, place)| *place > after && wanted(kept))
            .map(|(kept, place)| KeptSegment {
                place,
                segment: kept.segment.clone(),
            })
            .collect();
        let fit = room.fill(later.iter().map(|kept| size(&kept.segment)));
        later.into_iter().take(fit).collect()
    }

    /// The list that is being built, from its first page on.
    fn aside(&mut self, page: &SnapshotPage, step: Step) -> &mut Aside {
        let kept = self.aside.take().filter(|_| step == Step::Continue);
        self.aside.insert(kept.unwrap_or_else(|| Aside::new(page)))
    }

    fn building_now(&self) -> Option<Building> {
        self.aside.as_ref().map(|aside| Building {
            to: aside.list.cursor.clone(),
            next: aside.next,
            pages: aside.pages,
        })
    }

    /// When the last fact of a stream happened.
    fn last_of(&self, stream: &StreamId) -> Option<UnixMillis> {
        let mut facts = self.facts.iter().filter(|(id, _)| id.stream == *stream);
        facts.next_back().map(|(_, draft)| draft.now.best)
    }

    fn own_facts(&self) -> impl Iterator<Item = (&FactRef, &Stream)> {
        self.facts
            .keys()
            .filter_map(|id| Some((id, self.streams.get(&id.stream)?)))
            .filter(|(_, stream)| stream.own)
    }
}

fn of_stream<'s>(
    segments: &'s [Kept],
    stream: &'s StreamId,
) -> impl Iterator<Item = &'s SealedSegment> + Clone {
    let segments = segments.iter().map(|kept| &kept.segment);
    segments.filter(move |segment| segment.stream == *stream)
}

/// Facts and bytes of a segment.
fn size(segment: &SealedSegment) -> (usize, usize) {
    (segment.facts(), segment.bytes.len())
}

impl Aside {
    fn new(page: &SnapshotPage) -> Self {
        Self {
            list: List::new(page),
            next: 0,
            pages: page.pages,
        }
    }
}

impl List {
    fn new(page: &SnapshotPage) -> Self {
        Self {
            cursor: page.to.clone(),
            as_of: page.as_of,
            tickets: BTreeMap::new(),
            devices: BTreeMap::new(),
            conflicts: BTreeMap::new(),
            labels: BTreeMap::new(),
            documents: EventDocuments::default(),
        }
    }

    fn write(&mut self, change: &Change) {
        match change {
            Change::Rulebook(text) => self.documents.rulebook = Some(text.clone()),
            Change::Keyring(text) => self.documents.keyring = Some(text.clone()),
            Change::ControlKeyring(text) => self.documents.control_keyring = Some(text.clone()),
            Change::Device(row) => {
                self.devices.insert(row.device.clone(), row.clone());
            }
            Change::Ticket(row) => {
                self.tickets.insert(row.ticket, row.clone());
            }
            Change::Segment(_) => (),
            Change::Conflict(row) => {
                self.conflicts.insert(row.ticket, row.state);
            }
            Change::Label(label) if label.is_empty() => drop(self.labels.remove(&label.ticket)),
            Change::Label(label) => drop(self.labels.insert(label.ticket, label.clone())),
        }
    }

    fn is_open(&self, ticket: &TicketId) -> bool {
        self.conflicts.get(ticket) == Some(&CaseState::Open)
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
        let chain = self.chain(ticket);
        let open = |list: &List| chain.iter().any(|ticket| list.is_open(ticket));
        Ok(Known {
            listing,
            facts: self.facts_of(&chain),
            conflict: self.live.as_ref().is_some_and(open),
        })
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
        Ok(self.live.as_ref().map(|list| list.cursor.clone()))
    }

    fn building(&mut self) -> Result<Option<Building>, LedgerError> {
        Ok(self.building_now())
    }

    fn apply(&mut self, page: &LogPage, segments: &[(Vec<u8>, Segment)]) -> Result<(), LedgerError> {
        self.not_wiped()?;
        follows(page, self.live.as_ref().map(|list| &list.cursor))?;
        for (bytes, segment) in segments {
            self.merge_one(bytes, segment, true);
        }
        let Some(list) = &mut self.live else {
            return Ok(());
        };
        let after = list.cursor.sequence;
        let new = page.changes.iter().filter(|(number, _)| *number > after);
        new.for_each(|(_, change)| list.write(change));
        list.cursor = page.to.clone();
        if completes(page) {
            list.as_of = list.as_of.max(page.as_of);
        }
        Ok(())
    }

    fn apply_snapshot(
        &mut self,
        page: &SnapshotPage,
        tickets: &[TicketRow],
        segments: &[(Vec<u8>, Segment)],
    ) -> Result<(), LedgerError> {
        self.not_wiped()?;
        let live = self.live.as_ref().map(|list| &list.cursor);
        let step = step(page, self.building_now().as_ref(), live)?;
        if step == Step::Held {
            return Ok(());
        }
        if step == Step::Start && self.live.is_some() {
            // What the list that is taken anew does not bring is not at the origin.
            self.forget_origin();
        }
        for (bytes, segment) in segments {
            self.merge_one(bytes, segment, true);
        }
        let aside = self.aside(page, step);
        for row in tickets {
            aside.list.tickets.insert(row.ticket, row.clone());
        }
        page.changes.iter().for_each(|change| aside.list.write(change));
        aside.next += 1;
        if page.is_last() {
            self.live = self.aside.take().map(|aside| aside.list);
        }
        Ok(())
    }

    fn clear_dropped(&mut self) -> Result<bool, LedgerError> {
        // What is replaced is gone at once.
        Ok(false)
    }

    fn unsealed(&mut self, limit: usize) -> Result<Option<Unsealed>, LedgerError> {
        let next = self.own_facts().find(|(id, own)| id.sequence.0 == own.sealed + 1);
        let Some((first, own)) = next.map(|(id, own)| (*id, own)) else {
            return Ok(None);
        };
        let previous = of_stream(&self.segments, &first.stream)
            .find(|segment| segment.last.0 == own.sealed)
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

    fn keep_segment(&mut self, segment: &SealedSegment) -> Result<bool, LedgerError> {
        let own = self
            .streams
            .get_mut(&segment.stream)
            .filter(|stream| stream.own)
            .ok_or(LedgerError::ForeignStream {
                stream: segment.stream,
            })?;
        if segment.first.0 != own.sealed + 1 {
            return Ok(false);
        }
        own.sealed = segment.last.0;
        self.keep(segment.clone(), false);
        Ok(true)
    }

    fn claim_sync(&mut self) -> Result<SyncClaim, LedgerError> {
        // Memory has one owner.
        Ok(SyncClaim { _file: None })
    }

    fn merge(&mut self, segments: &[(Vec<u8>, Segment)]) -> Result<(), LedgerError> {
        for (bytes, segment) in segments {
            self.merge_one(bytes, segment, false);
        }
        Ok(())
    }

    fn unacknowledged(&mut self, after: u64, room: &Room) -> Result<Vec<KeptSegment>, LedgerError> {
        Ok(self.kept(after, room, |kept| !kept.at_origin))
    }

    fn kept_after(&mut self, after: u64, room: &Room) -> Result<Vec<KeptSegment>, LedgerError> {
        Ok(self.kept(after, room, |_| true))
    }

    fn newest_place(&mut self) -> Result<u64, LedgerError> {
        Ok(self.segments.len() as u64)
    }

    fn held(&mut self) -> Result<Vec<Held>, LedgerError> {
        let held = |(id, stream): (&StreamId, &Stream)| Held {
            stream: *id,
            holds: Sequence(stream.sealed),
            tip: of_stream(&self.segments, id)
                .find(|segment| segment.last.0 == stream.sealed)
                .map(|segment| Segment::hash(&segment.bytes)),
        };
        let sealed = self.streams.iter().filter(|(_, stream)| stream.sealed > 0);
        Ok(sealed.map(held).collect())
    }

    fn beyond(&mut self, have: &[Held], room: &Room) -> Result<Vec<SealedSegment>, LedgerError> {
        let holds = |stream: &StreamId| {
            let held = have.iter().find(|held| held.stream == *stream);
            held.map_or(Sequence(0), |held| held.holds)
        };
        let mut lacking = Vec::new();
        for stream in self
            .streams
            .iter()
            .filter(|(_, stream)| stream.sealed > 0)
            .map(|(id, _)| id)
        {
            let mut of_stream: Vec<SealedSegment> = of_stream(&self.segments, stream)
                .filter(|segment| segment.last > holds(stream))
                .cloned()
                .collect();
            of_stream.sort_by_key(|segment| segment.last);
            lacking.extend(of_stream);
        }
        let fit = room.fill(lacking.iter().map(size));
        lacking.truncate(fit);
        Ok(lacking)
    }

    fn take_receipt(&mut self, receipt: &Receipt, whole: bool) -> Result<bool, LedgerError> {
        let mut fell_back = false;
        if let Some((log, as_of)) = self.origin
            && log != receipt.log
        {
            if receipt.as_of <= as_of {
                // Of data that the origin no longer has.
                return Ok(false);
            }
            fell_back |= self.forget_origin();
            self.origin = None;
        }
        let newest = self
            .origin
            .map_or(receipt.as_of, |(_, as_of)| as_of.max(receipt.as_of));
        self.origin = Some((receipt.log, newest));
        for held in &receipt.held {
            fell_back |= self.note_held(held, receipt.as_of);
        }
        let named = |id: &StreamId| receipt.held.iter().any(|held| held.stream == *id);
        let lost: Vec<StreamId> = self
            .streams
            .iter()
            .filter(|(id, stream)| whole && stream.own && stream.acknowledged > 0 && !named(id))
            .map(|(id, _)| *id)
            .collect();
        for stream in lost {
            let none = Held {
                stream,
                holds: Sequence(0),
                tip: None,
            };
            fell_back |= self.note_held(&none, receipt.as_of);
        }
        Ok(fell_back)
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

    fn facts(&mut self) -> Result<Vec<Fact>, LedgerError> {
        let fact = |(id, draft): (&FactRef, &Draft)| Fact {
            id: *id,
            draft: draft.clone(),
        };
        let counts = self.facts.iter().filter(|(id, _)| self.counts(id));
        Ok(counts.map(fact).collect())
    }

    fn setting(&mut self, name: &str) -> Result<Option<Vec<u8>>, LedgerError> {
        Ok(self.settings.get(name).cloned())
    }

    fn set_setting(&mut self, name: &str, value: &[u8]) -> Result<(), LedgerError> {
        self.settings.insert(name.to_owned(), value.to_vec());
        Ok(())
    }

    fn use_control_code(&mut self, code: &UsedCode) -> Result<bool, LedgerError> {
        if self.used_codes.contains(code) {
            return Ok(false);
        }
        self.used_codes.push_back(*code);
        if self.used_codes.len() > USED_CODES_MAX {
            self.used_codes.pop_front();
        }
        Ok(true)
    }

    fn device_key(&mut self, device: &DeviceId) -> Result<Option<[u8; 32]>, LedgerError> {
        let row = [self.aside.as_ref().map(|aside| &aside.list), self.live.as_ref()]
            .into_iter()
            .flatten()
            .find_map(|list| list.devices.get(device));
        Ok(row
            .filter(|row| row.status != DeviceStatus::Revoked)
            .map(|row| *row.key))
    }

    fn wipe(&mut self, order: &[u8]) -> Result<(), LedgerError> {
        (self.live, self.aside) = (None, None);
        self.set_setting(WIPE_ORDER_SETTING, order)
    }

    fn with_check_code(&mut self, code: CheckCode) -> Result<Vec<TicketId>, LedgerError> {
        let tickets = self.live.iter().flat_map(|list| list.tickets.keys());
        Ok(tickets
            .filter(|ticket| check_code(ticket) == code)
            .copied()
            .collect())
    }

    fn labelled(&mut self, sought: &Sought, limit: usize) -> Result<Vec<Label>, LedgerError> {
        let mut best = Best::of(sought, limit);
        let labels = self.live.iter().flat_map(|list| list.labels.values());
        labels.cloned().for_each(|label| best.offer(label));
        Ok(best.into_labels())
    }

    fn label(&mut self, ticket: &TicketId) -> Result<Option<Label>, LedgerError> {
        Ok(self
            .live
            .as_ref()
            .and_then(|list| list.labels.get(ticket))
            .cloned())
    }

    fn active_devices(&mut self) -> Result<Vec<(DeviceId, [u8; 32])>, LedgerError> {
        let devices = self.live.iter().flat_map(|list| list.devices.values());
        Ok(devices
            .filter(|row| row.status == DeviceStatus::Active)
            .map(|row| (row.device.clone(), *row.key))
            .collect())
    }

    fn pulse(&mut self) -> Result<Pulse, LedgerError> {
        let at = |id: &FactRef| self.facts.get(id).map(|draft| draft.now.best);
        let unsent: Vec<FactRef> = self
            .own_facts()
            .filter(|(id, own)| id.sequence.0 > own.acknowledged)
            .map(|(id, _)| *id)
            .collect();
        let own = self.streams.iter().filter(|(_, stream)| stream.own);
        let last_facts = own.filter_map(|(id, _)| self.last_of(id));
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
        let open = |list: &List| {
            list.conflicts
                .keys()
                .filter(|ticket| list.is_open(ticket))
                .count()
        };
        let open_conflicts = self.live.as_ref().map(open);
        Ok(LedgerStatus {
            tickets: rows().count() as u64,
            withdrawn: rows().filter(|row| row.status != Status::Valid).count() as u64,
            own_facts: own_facts as u64,
            unacknowledged: unacknowledged as u64,
            others_facts: (self.facts.len() - own_facts) as u64,
            contradictions: self.contradictions.len() as u64,
            denials: self.denials.len() as u64,
            open_conflicts: open_conflicts.unwrap_or_default() as u64,
            cursor: self.live.as_ref().map(|list| list.cursor.clone()),
            as_of: self.live.as_ref().map(|list| list.as_of),
        })
    }
}
