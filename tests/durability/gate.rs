//! A gate at work on a disk: it scans, refuses, follows the list, seals, is acknowledged, and starts again.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use ed25519_dalek::SigningKey;
use rusqlite::{Connection, OpenFlags};
use wicket::domain::admission::{
    Inputs, Knowledge, Lane, Listing, Reach, Request, Shown, Status, TicketRow, admit, draft,
};
use wicket::domain::checkin::{Denial, Draft, Fact, FactRef, History, Kind};
use wicket::domain::ids::{GateId, Sequence, StreamId, TicketId};
use wicket::domain::rules::Rulebook;
use wicket::domain::ticket::Claims;
use wicket::domain::time::{Now, UnixSeconds};
use wicket::domain::verdict::Reason;
use wicket::ledger::{Ledger, LedgerError, Opening, SealedSegment, SqliteLedger, Synchronous};
use wicket::wire::upload::{Held, Receipt};
use wicket::wire::{Change, Cursor, LogPage, Segment, SnapshotPage, tickets};

use super::world::{List, Loss, Marks, Trouble, World};
use wicket::sim::chance::Chance;
use wicket::sim::disk::PowerDisk;

/// The setting that the gate keeps changing.
pub(super) const SETTING: &str = "enrolment";
/// The database's name, as the disk sees it.
pub(super) const DATABASE: &str = "/gate.db";
/// Tickets that come and go on the list.
const LISTED: u64 = 80;
/// So long a gate stays off: an entry before is no interrupted one any more.
const OFF_S: u64 = 3600;

/// What a whole run shares: the disk's image passes from one computer to the next, this stays.
pub(super) struct Scene<'a> {
    pub(super) folder: &'a Path,
    pub(super) synchronous: Synchronous,
    pub(super) chance: Chance,
    pub(super) world: World,
    at: UnixSeconds,
    /// Pages that were planned and not applied yet, each with the live list that it makes, if any.
    pages: VecDeque<(Page, Vec<Segment>, Option<List>)>,
    tickets: u64,
    restarts: bool,
}

/// What comes down.
#[derive(Clone)]
enum Page {
    Log(LogPage),
    Snapshot(SnapshotPage),
}

pub(super) struct Gate<'a, 'b> {
    scene: &'a mut Scene<'b>,
    disk: &'a PowerDisk,
    ledger: Option<SqliteLedger>,
    stream: StreamId,
}

/// A ticket from one of the ranges: 1 for those shown here, 2 for the list's, 3 for those shown elsewhere.
fn ticket(range: u8, number: u64) -> TicketId {
    TicketId::new(&[&[range; 4][..], &number.to_be_bytes()].concat()).unwrap()
}

/// The fact to record where a ticket may enter, by its signature and its history alone.
pub(super) fn may_enter(
    ledger: &mut SqliteLedger,
    ticket: TicketId,
    at: UnixSeconds,
) -> Result<Option<Draft>, LedgerError> {
    let rules = Rulebook::defaults("spring-26".parse().unwrap());
    let gate: GateId = "north".parse().unwrap();
    let claims = Claims {
        event: "spring-26".parse().unwrap(),
        ticket_type: "adult".parse().unwrap(),
        ticket,
        valid_from: None,
        valid_until: UnixSeconds(u64::from(u32::MAX)),
        admits: 1,
        issued_at: None,
        holder: None,
    };
    let shown = Shown {
        claims,
        list_only: false,
        presented_at: None,
        defect: None,
    };
    let history = History::fold(ledger.look_up(&ticket)?.facts);
    let earlier_streams = ledger.earlier_streams()?;
    let inputs = Inputs {
        shown: &shown,
        listing: &Listing::NoList,
        history: &history,
        lane: &Lane {
            site: rules.site(&gate),
            gate,
            earlier_streams,
        },
        rules: &rules,
        occupancy: None,
        reach: Reach::Apart,
        conflict: false,
        now: &Now::exactly(at),
        request: &Request::default(),
    };
    Ok(draft(&inputs, &admit(&inputs), &Knowledge::default()))
}

impl<'b> Scene<'b> {
    pub(super) fn new(folder: &'b Path, synchronous: Synchronous, seed: u64) -> Self {
        Self {
            folder,
            synchronous,
            chance: Chance::new(seed),
            world: World::default(),
            at: UnixSeconds(1_795_000_000),
            pages: VecDeque::new(),
            tickets: 0,
            restarts: true,
        }
    }

    /// The power comes back: opens the ledger with the real code, and looks whether all is there.
    pub(super) fn look(&mut self, disk: &PowerDisk) -> Result<(), Loss> {
        self.at = self.at.plus(OFF_S);
        let mut gate = self.start(disk).map_err(|trouble| format!("{trouble:?}"))?;
        gate.compare()
    }

    pub(super) fn start<'a>(&'a mut self, disk: &'a PowerDisk) -> Result<Gate<'a, 'b>, Trouble> {
        let mut gate = Gate {
            scene: self,
            disk,
            ledger: None,
            stream: StreamId::new([0; 16]),
        };
        gate.open()?;
        Ok(gate)
    }

    /// A snapshot of the list or what changed of it, as pages.
    fn plan(&mut self) {
        match self.world.list.is.clone() {
            Some(live) if self.chance.eighths(4) => self.plan_log(live),
            live => self.plan_snapshot(live.map_or(0, |list| list.cursor.sequence)),
        }
    }

    fn plan_snapshot(&mut self, after: u64) {
        let pages = u32::try_from(1 + self.chance.below(4)).unwrap();
        let to = self.place(after + 1);
        let mut list = List {
            cursor: to.clone(),
            as_of: self.at,
            rows: BTreeMap::new(),
            rulebook: None,
        };
        for page in 0..pages {
            let mut rows = BTreeMap::new();
            for _ in 0..=self.chance.below(30) {
                let row = self.row();
                if !list.rows.contains_key(&row.ticket) {
                    rows.insert(row.ticket, row);
                }
            }
            list.rows.extend(rows.clone());
            let rows: Vec<TicketRow> = rows.into_values().collect();
            let changes = Vec::from_iter(self.rulebook(&mut list));
            let segments = self.segments();
            let page = SnapshotPage {
                event: "spring-26".parse().unwrap(),
                to: to.clone(),
                as_of: self.at,
                page,
                pages,
                tickets: tickets::pack(&rows).unwrap().into(),
                changes,
            };
            let shows = page.is_last().then(|| list.clone());
            self.pages.push_back((Page::Snapshot(page), segments, shows));
        }
    }

    fn plan_log(&mut self, mut list: List) {
        let pages = 1 + self.chance.below(4);
        let head = list.cursor.sequence + pages;
        for _ in 0..pages {
            let from = list.cursor.sequence;
            let mut changes = Vec::new();
            for _ in 0..=self.chance.below(30) {
                let row = self.row();
                changes.push((from + 1, Change::Ticket(row.clone())));
                list.rows.insert(row.ticket, row);
            }
            changes.extend(self.rulebook(&mut list).map(|change| (from + 1, change)));
            let segments = self.segments();
            list.cursor = self.place(from + 1);
            if list.cursor.sequence == head {
                list.as_of = self.at;
            }
            let page = LogPage {
                event: "spring-26".parse().unwrap(),
                // A page may begin before the place where the gate stands.
                from: from - self.chance.below(from + 1),
                to: list.cursor.clone(),
                head,
                as_of: self.at,
                changes,
            };
            self.pages
                .push_back((Page::Log(page), segments, Some(list.clone())));
        }
    }

    fn place(&mut self, sequence: u64) -> Cursor {
        Cursor {
            log: [7; 16].into(),
            sequence,
            chain: self.chance.bytes::<32>().into(),
        }
    }

    /// Now and then a new rulebook.
    fn rulebook(&mut self, list: &mut List) -> Option<Change> {
        if !self.chance.eighths(2) {
            return None;
        }
        let text = format!("rules {}", self.chance.below(1_000));
        list.rulebook = Some(text.clone());
        Some(Change::Rulebook(text))
    }

    fn segments(&mut self) -> Vec<Segment> {
        (0..self.chance.below(3)).map(|_| self.elsewhere()).collect()
    }

    fn row(&mut self) -> TicketRow {
        TicketRow {
            ticket: ticket(2, self.chance.below(LISTED)),
            ticket_type: self.chance.pick(&["adult", "child", "staff"]).parse().unwrap(),
            status: *self
                .chance
                .pick(&[Status::Valid, Status::Revoked, Status::Blocked]),
            admits: 1,
            valid_from: None,
            valid_until: self.at.plus(self.chance.below(9)),
            replaces: None,
        }
    }

    /// Facts of another gate.
    fn elsewhere(&mut self) -> Segment {
        let drafts = (0..=self.chance.below(5)).map(|_| {
            self.tickets += 1;
            Draft {
                kind: Kind::Entry,
                ticket: Some(ticket(3, self.tickets)),
                gate: "west".parse().unwrap(),
                zone: "venue".parse().unwrap(),
                from_zone: None,
                now: Now::exactly(self.at),
                order: self.at.millis().0,
                persons: 1,
                presented_at: None,
                reason: None,
                flags: Vec::new(),
                rules_version: 0,
                list_version: 0,
                operator: None,
                grounds: None,
            }
        });
        Segment {
            device: "west".parse().unwrap(),
            drafts: drafts.collect(),
            stream: StreamId::new(self.chance.bytes()),
            first: Sequence::FIRST,
            previous: None,
        }
    }
}

impl Gate<'_, '_> {
    /// One thing that happens at a gate, mostly a scan.
    pub(super) fn step(&mut self) -> Result<(), Trouble> {
        self.scene.at = self.scene.at.plus(1);
        if self.ledger.is_none() {
            // The last start failed.
            return self.open();
        }
        match self.scene.chance.below(40) {
            0..=1 => self.refuse(),
            2..=5 => self.follow(),
            6..=7 => self.seal(),
            8 => self.hear(),
            9 => self.set(),
            10 => self.checkpoint(),
            11 if self.scene.restarts => self.open(),
            _ => self.scan(),
        }
    }

    /// Scans a ticket, mostly a new one, and records its entry if it may enter. Says whether it did.
    pub(super) fn scan(&mut self) -> Result<(), Trouble> {
        let scene = &mut *self.scene;
        if scene.chance.eighths(7) {
            scene.tickets += 1;
        }
        let shown = if scene.chance.eighths(7) {
            scene.tickets
        } else {
            scene.chance.below(scene.tickets + 1)
        };
        let ledger = self.ledger.as_mut().expect("open");
        let Some(draft) = may_enter(ledger, ticket(1, shown), scene.at)? else {
            return Ok(());
        };
        let recorded = scene.world.facts.range(
            FactRef {
                stream: self.stream,
                sequence: Sequence::FIRST,
            }..,
        );
        let in_stream = recorded.take_while(|(id, _)| id.stream == self.stream).count() as u64;
        let id = FactRef {
            stream: self.stream,
            sequence: Sequence(in_stream + 1),
        };
        scene.world.doubtful.push(Fact {
            id,
            draft: draft.clone(),
        });
        let fact = ledger.record(&draft)?;
        assert_eq!(fact, Fact { id, draft }, "recorded as the next of the stream");
        scene.world.promise(fact);
        Ok(())
    }

    fn refuse(&mut self) -> Result<(), Trouble> {
        let (world, at) = (&mut self.scene.world, self.scene.at);
        let denial = |reason| Denial {
            now: Now::exactly(at),
            gate: "north".parse().unwrap(),
            ticket: None,
            reason,
            times: 1,
        };
        let denials = [Reason::Expired, Reason::BadSignature].map(denial);
        world.denials.attempt([&world.denials.is[..], &denials].concat());
        self.ledger.as_mut().expect("open").note_denials(&denials)?;
        world.denials.kept();
        Ok(())
    }

    /// Applies the next page.
    fn follow(&mut self) -> Result<(), Trouble> {
        if self.scene.pages.is_empty() {
            self.scene.plan();
        }
        let scene = &mut *self.scene;
        let Some((page, segments, list)) = scene.pages.front().cloned() else {
            return Ok(());
        };
        let facts: Vec<Fact> = segments.iter().flat_map(Segment::facts).collect();
        let world = &mut scene.world;
        world.doubtful.extend(facts.clone());
        let begins_anew = matches!(&page, Page::Snapshot(page) if page.page == 0);
        let begun_anew = begins_anew && world.list.is.is_some();
        if begins_anew && world.list.candidates().any(Option::is_some) {
            // What the origin holds is told again.
            world.acknowledged.attempt(Marks::new());
        }
        if let Page::Snapshot(page) = &page {
            world.building.attempt(Some((page.to.clone(), page.page)));
            world
                .building
                .attempt((!page.is_last()).then(|| (page.to.clone(), page.page + 1)));
        }
        if let Some(list) = &list {
            world.once_listed.extend(list.rows.keys());
            world.cursor.attempt(Some(list.cursor.clone()));
            world.list.attempt(Some(list.clone()));
        }
        let key = SigningKey::from_bytes(&[9; 32]);
        let sealed: Vec<_> = segments
            .into_iter()
            .map(|segment| (segment.seal(&key), segment))
            .collect();
        let ledger = self.ledger.as_mut().expect("open");
        ledger.clear_dropped()?;
        match &page {
            Page::Log(page) => ledger.apply(page, &sealed)?,
            Page::Snapshot(page) => ledger.apply_snapshot(page, &page.tickets().unwrap(), &sealed)?,
        }
        scene.pages.pop_front();
        if begun_anew {
            world.acknowledged.kept();
        }
        if matches!(page, Page::Snapshot(_)) {
            world.building.kept();
        }
        if list.is_some() {
            world.list.kept();
            world.cursor.kept();
        }
        facts.into_iter().for_each(|fact| world.promise(fact));
        Ok(())
    }

    fn seal(&mut self) -> Result<(), Trouble> {
        let scene = &mut *self.scene;
        let ledger = self.ledger.as_mut().expect("open");
        let limit = 1 + usize::try_from(scene.chance.below(50)).unwrap();
        let Some(unsealed) = ledger.unsealed(limit)? else {
            return Ok(());
        };
        let segment = Segment {
            device: "north".parse().unwrap(),
            stream: unsealed.stream,
            first: unsealed.first,
            previous: unsealed.previous,
            drafts: unsealed.drafts,
        };
        let sealed = SealedSegment {
            stream: segment.stream,
            first: segment.first,
            last: segment.last(),
            bytes: segment.seal(&SigningKey::from_bytes(&[8; 32])),
        };
        let segments = &mut scene.world.segments;
        segments.attempt([&segments.is[..], std::slice::from_ref(&sealed)].concat());
        ledger.keep_segment(&sealed)?;
        segments.kept();
        Ok(())
    }

    /// Hears how far the server holds a stream; it may be less than before.
    fn hear(&mut self) -> Result<(), Trouble> {
        let scene = &mut *self.scene;
        if scene.world.segments.is.is_empty() {
            return Ok(());
        }
        let segment = scene.chance.pick(&scene.world.segments.is).clone();
        let nothing = scene.chance.eighths(2);
        let holds = if nothing { Sequence(0) } else { segment.last };
        let marks = &mut scene.world.acknowledged;
        let mut next = marks.is.clone();
        next.insert(segment.stream, holds);
        marks.attempt(next);
        let receipt = Receipt {
            event: "spring-26".parse().unwrap(),
            log: [7; 16].into(),
            as_of: scene.at.millis(),
            held: vec![Held {
                stream: segment.stream,
                holds,
                tip: (!nothing).then(|| Segment::hash(&segment.bytes)),
            }],
            whole_of: None,
        };
        self.ledger
            .as_mut()
            .expect("open")
            .take_receipt(&receipt, false)?;
        marks.kept();
        Ok(())
    }

    fn set(&mut self) -> Result<(), Trouble> {
        let scene = &mut *self.scene;
        let value = scene.chance.bytes::<100>().to_vec();
        scene.world.setting.attempt(Some(value.clone()));
        self.ledger.as_mut().expect("open").set_setting(SETTING, &value)?;
        scene.world.setting.kept();
        Ok(())
    }

    /// What a process beside the gate does when its commit is the one that folds the log.
    fn checkpoint(&mut self) -> Result<(), Trouble> {
        let mode = *self
            .scene
            .chance
            .pick(&["PASSIVE", "FULL", "RESTART", "TRUNCATE"]);
        let path = self.scene.folder.join(&DATABASE[1..]);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let synchronous = if self.scene.synchronous == Synchronous::Full {
            "FULL"
        } else {
            "NORMAL"
        };
        let fold = || {
            let connection = Connection::open_with_flags_and_vfs(path, flags, self.disk.vfs())?;
            connection.pragma_update(None, "synchronous", synchronous)?;
            connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), (), |_| Ok(()))
        };
        Ok(fold().map_err(LedgerError::from)?)
    }

    /// Starts again under a new stream, and looks whether all is there where a call had failed.
    fn open(&mut self) -> Result<(), Trouble> {
        self.ledger = None;
        self.scene.pages.clear();
        let opening = Opening {
            synchronous: self.scene.synchronous,
            vfs: Some(self.disk.vfs().to_owned()),
            ..Opening::default()
        };
        self.stream = StreamId::new(self.scene.chance.bytes());
        self.scene.world.own.insert(self.stream);
        let mut ledger = SqliteLedger::open(self.scene.folder, self.stream, &opening)?;
        if self.scene.world.is_in_doubt() {
            let at = self.scene.at;
            self.scene.world.settle(&mut ledger, at).map_err(Trouble::Lost)?;
        }
        self.ledger = Some(ledger);
        Ok(())
    }

    /// From now on the gate runs on.
    pub(super) fn stay_up(&mut self) {
        self.scene.restarts = false;
    }

    /// Compares what the ledger holds with what was promised. What is in doubt stays so: a failed commit that is
    /// not seen now may still be found after a cut.
    pub(super) fn compare(&mut self) -> Result<(), Loss> {
        if self.ledger.is_none() {
            self.open().map_err(|trouble| format!("{trouble:?}"))?;
        }
        let at = self.scene.at;
        let mut world = self.scene.world.clone();
        world.settle(self.ledger.as_mut().expect("open"), at)
    }
}
