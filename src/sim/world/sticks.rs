//! Staff who carry a sync by hand: bundles that are written, copied, torn, changed, forged, and read somewhere else, sooner or
//! later, once or again.

use std::io::Cursor as InMemory;

use ed25519_dalek::SigningKey;

use super::observe::ALL;
use super::{ServerList, World};
use crate::domain::ids::Sequence;
use crate::ledger::{DEVICE_KEY_SETTING, Ledger, LedgerError};
use crate::sim::checks::listed::Dated;
use crate::sim::checks::{Facts, Violation, reached, taken_or_blamed};
use crate::wire::bundle::{Bundle, Item, Maker, Plan, Writer};
use crate::wire::{Cursor, Segment};

/// Sticks at the venue: the oldest is written over.
const STICKS_MAX: usize = 6;

/// A stick with a bundle on it.
pub(super) struct Stick {
    bytes: Vec<u8>,
    /// What was written, if it was written by whoever it names.
    sound: Option<Vec<u8>>,
    maker: Maker,
    /// What its maker put there: what a gate carries for the server, or what the server held.
    facts: Facts,
    /// Where the server stood, and its rows.
    list: Option<(Cursor, Vec<Dated>)>,
}

impl World {
    /// Somebody takes a gate's check-ins along.
    pub(super) fn export(&mut self, gate: usize) -> Result<(), Violation> {
        let gate = self.index(gate);
        // Who exports while a sync goes on waits for its end.
        if self.gates[gate].syncer.is_some() {
            return Ok(());
        }
        let Some(scanner) = &self.gates[gate].scanner else {
            return Ok(());
        };
        let device = scanner.device().clone();
        let random = self.chance.bytes();
        self.seen[gate].moved = true;
        let bytes = match self.gates[gate].export(random) {
            Ok(bytes) => bytes,
            Err(error) => return self.store_failed(gate, &format!("{error:?}")),
        };
        if let Some(facts) = self.look(gate, waiting)? {
            self.write(bytes, Maker::Device(device), facts, None);
        }
        Ok(())
    }

    /// Somebody takes the event's list along, for all gates.
    pub(super) fn export_list(&mut self) {
        let (event, now, random) = (self.venue.event.clone(), self.time.now(), self.chance.bytes());
        let exported = self.server.export(&event, now, random);
        match exported {
            Ok(bytes) => self.write_servers(bytes),
            Err(error) => assert!(self.server_goes_down(), "with the power on: {error:?}"),
        }
    }

    /// A bit changes on a stick.
    pub(super) fn spoil(&mut self, stick: usize, byte: usize) {
        if let Some(stick) = self.stick(stick) {
            let at = byte % stick.bytes.len();
            stick.bytes[at] ^= 1 << (byte % 8);
        }
    }

    /// A stick is pulled out too early.
    pub(super) fn tear(&mut self, stick: usize, byte: usize) {
        if let Some(stick) = self.stick(stick) {
            // One byte is left, and one is gone.
            let left = 1 + byte % (stick.bytes.len() - 1).max(1);
            stick.bytes.truncate(left);
        }
    }

    /// A stranger writes a bundle in a gate's name, with an admission that never was.
    pub(super) fn forge(&mut self, gate: usize) -> Result<(), Violation> {
        let gate = self.index(gate);
        let entry = self.truth.shown.iter().next();
        let (Some((_, draft)), Some(scanner)) = (entry, &self.gates[gate].scanner) else {
            return Ok(());
        };
        let device = scanner.device().clone();
        let (draft, stream) = (draft.clone(), self.stream());
        let stranger = SigningKey::from_bytes(&self.chance.bytes());
        let segment = Segment {
            device: device.clone(),
            stream,
            first: Sequence::FIRST,
            previous: None,
            drafts: vec![draft],
        };
        let readers = self.server.readers(&self.venue.event).unwrap_or_default();
        let plan = Plan {
            event: self.venue.event.clone(),
            maker: Maker::Device(device.clone()),
            made: self.time.now(),
            recipients: &readers,
            random: self.chance.bytes(),
        };
        let mut bundle = Writer::begin(Vec::new(), plan).expect("in memory");
        let segment = Item::Segment(segment.seal(&stranger).into());
        bundle.put(&segment).expect("in memory");
        let (bytes, _) = bundle.finish(&stranger).expect("in memory");
        self.put_down(Stick {
            bytes,
            sound: None,
            maker: Maker::Device(device),
            facts: Facts::new(),
            list: None,
        });
        Ok(())
    }

    /// A stick comes to a gate.
    pub(super) fn import(&mut self, stick: usize, gate: usize) -> Result<(), Violation> {
        let gate = self.index(gate);
        let Some(at) = stick.checked_rem(self.sticks.len()) else {
            return Ok(());
        };
        if self.gates[gate].syncer.is_some() {
            return Ok(());
        }
        let bytes = self.sticks[at].bytes.clone();
        self.seen[gate].moved = true;
        let imported = self.gates[gate].import(&bytes);
        let name = self.gates[gate].name.clone();
        self.note(|| format!("    {name} takes {imported:?}"));
        if self.goes_down(gate) {
            return Ok(());
        }
        let stick = &self.sticks[at];
        let sound = stick.sound.as_ref() == Some(&stick.bytes);
        let (maker, facts, list) = (stick.maker.clone(), stick.facts.clone(), stick.list.clone());
        let readable = sound && self.may_read(gate, &bytes, &maker)?;
        let refusal = imported.as_ref().err();
        let refusal = refusal.map(|error| (error.is_the_bundles(), error.to_string()));
        taken_or_blamed(&name, readable, refusal)?;
        if imported.is_err() {
            return Ok(());
        }
        self.tally.imported += 1;
        match list {
            None => self.learns(gate, &facts)?,
            Some((head, rows)) => self.takes_list(gate, &head, rows, facts)?,
        }
        let holds = self.facts_at(gate)?;
        reached(&name, &self.seen[gate].knows, &holds)
    }

    /// A stick comes to the server, which writes its answer on another.
    pub(super) fn bring(&mut self, stick: usize) -> Result<(), Violation> {
        let Some(at) = stick.checked_rem(self.sticks.len()) else {
            return Ok(());
        };
        let bytes = self.sticks[at].bytes.clone();
        let (now, random) = (self.time.now(), self.chance.bytes());
        let taken = self.server.import(&bytes, now, random);
        for seen in &mut self.seen {
            seen.moved = true;
        }
        if self.server_goes_down() {
            return Ok(());
        }
        let stick = &self.sticks[at];
        let sound = stick.sound.as_ref() == Some(&stick.bytes);
        let (gates, facts) = (stick.maker != Maker::Origin, stick.facts.clone());
        let refusal = taken.as_ref().err();
        let refusal = refusal.map(|error| (error.is_the_bundles(), error.to_string()));
        taken_or_blamed("the server", sound && gates, refusal)?;
        let Ok((answer, refused)) = taken else {
            return Ok(());
        };
        self.tally.imported += 1;
        if refused > 0 {
            return Err(Violation::new(
                "set-aside",
                format!("the server refuses {refused} segments of a stick"),
            ));
        }
        let origin = self.origin();
        reached("the server", &facts, &origin)?;
        self.write_servers(answer);
        Ok(())
    }

    /// Whether a gate must take what that maker wrote: it knows the maker, and is among those whom it is sealed for.
    fn may_read(&mut self, gate: usize, bytes: &[u8], maker: &Maker) -> Result<bool, Violation> {
        let own = self.gates[gate]
            .scanner
            .as_ref()
            .map(|scanner| scanner.device().clone());
        let known = match maker {
            Maker::Origin => true,
            Maker::Device(device) if Some(device) == own.as_ref() => true,
            Maker::Device(device) => {
                let key = self.look(gate, |ledger| ledger.device_key(device))?;
                key.flatten().is_some()
            }
        };
        let secret = self.look(gate, |ledger| ledger.setting(DEVICE_KEY_SETTING))?;
        let Some(Some(secret)) = secret else {
            return Ok(false);
        };
        let key = SigningKey::from_bytes(&secret.try_into().expect("a key"));
        let mut bundle = Bundle::open(InMemory::new(bytes)).expect("a sound bundle");
        let sealed_for_it = bundle.items(&key).is_ok();
        Ok(known && sealed_for_it)
    }

    /// A gate that stands no earlier than a bundle's list ends has all that the server held then.
    fn takes_list(
        &mut self,
        gate: usize,
        head: &Cursor,
        rows: Vec<Dated>,
        facts: Facts,
    ) -> Result<(), Violation> {
        let live = self.look(gate, |ledger| ledger.live_list())?.flatten();
        let Some(live) = live.filter(|live| live.cursor.log == head.log) else {
            return Ok(());
        };
        let seen = &mut self.seen[gate];
        if seen.stands.as_ref() != Some(&live.cursor) {
            let log = head.log;
            seen.rows = Some(ServerList { log, rows });
        }
        if live.cursor.sequence >= head.sequence {
            seen.knows.extend(facts);
        }
        Ok(())
    }

    fn write_servers(&mut self, bytes: Vec<u8>) {
        let (facts, rows) = (self.origin(), self.server_rows());
        let event = self.venue.event.clone();
        let head = self.server.admin().log_head(&event).expect("with the power on");
        self.write(bytes, Maker::Origin, facts, Some((head, rows)));
    }

    fn write(&mut self, bytes: Vec<u8>, maker: Maker, facts: Facts, list: Option<(Cursor, Vec<Dated>)>) {
        let sound = Some(bytes.clone());
        self.put_down(Stick {
            bytes,
            sound,
            maker,
            facts,
            list,
        });
    }

    fn put_down(&mut self, stick: Stick) {
        if self.sticks.len() == STICKS_MAX {
            self.sticks.remove(0);
        }
        self.sticks.push(stick);
    }

    fn stick(&mut self, stick: usize) -> Option<&mut Stick> {
        let at = stick.checked_rem(self.sticks.len())?;
        self.sticks.get_mut(at)
    }
}

/// The facts in the segments that a gate hands on.
fn waiting(ledger: &mut dyn Ledger) -> Result<Facts, LedgerError> {
    let kept = ledger.unacknowledged(0, &ALL)?;
    let segments = kept
        .iter()
        .filter_map(|kept| Segment::unverified(&kept.segment.bytes).ok());
    let facts = segments.flat_map(|segment| segment.facts().collect::<Vec<_>>());
    Ok(facts.map(|fact| (fact.id, fact.draft)).collect())
}
