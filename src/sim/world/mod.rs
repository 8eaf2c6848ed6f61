//! The venue as it runs: machines, the network between them, and what the simulator saw of it all.

mod heal;
mod lan;
mod machines;
mod network;
mod observe;
mod organiser;
mod relay;
mod scans;
mod sticks;
mod template;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use tempfile::TempDir;

use super::breaks::Break;
use super::chance::Chance;
use super::checks::{Facts, Floor, Violation, listed::Dated};
use super::disk::{Disk, PowerDisk, Promise};
use super::machine::{Gate, MachineClock, Relay, Server, TrueTime};
use super::plan::{Plan, Step};
use super::tally::Tally;
use super::venue::{DOORS, Venue};
use crate::domain::admission::TicketRow;
use crate::domain::checkin::{Draft, FactRef};
use crate::domain::ids::{DeviceId, StreamId, TicketId};
use crate::domain::time::UnixMillis;
use crate::wire::{Cursor, LogId};
use lan::Lan;
use network::Network;
use sticks::Stick;
use template::Template;

/// The relay's first boot: no gate counts so far.
const RELAY_BOOT: u64 = u64::MAX / 2;
/// How fast the relay's clock runs.
const RELAY_DRIFT_PPM: i64 = 40;

/// Everything.
pub(super) struct World {
    time: TrueTime,
    chance: Chance,
    broken: Option<Break>,
    folder: TempDir,
    venue: Venue,
    server: Server,
    server_seen: ServerSeen,
    relay: Relay,
    /// Whether a gate ever asked it.
    relay_used: bool,
    gates: Vec<Gate>,
    seen: Vec<Seen>,
    network: Network,
    lan: Lan,
    sticks: Vec<Stick>,
    truth: Truth,
    tally: Tally,
    boots: u64,
    trace: Option<Vec<String>>,
}

/// What gates did before anybody's eyes.
#[derive(Debug, Default)]
struct Truth {
    /// The facts on which a gate opened.
    shown: Facts,
    /// Of these, those whose only copies an older image overwrote.
    excused: BTreeSet<FactRef>,
    /// Which device began which stream.
    makers: BTreeMap<StreamId, DeviceId>,
    /// What was handed to a store that never said that it is durable.
    handed: Vec<Draft>,
}

/// What the simulator knows of one gate's disk.
#[derive(Debug, Clone)]
struct Seen {
    /// The facts that must be known here: those on which it opened, those that the origin held when a sync began that
    /// was ended, and those that neighbours brought.
    knows: Facts,
    /// The highest floor so far.
    floor: Floor,
    /// Whether a sync was ended since the server, or this gate, last went on from an older image.
    heard: bool,
    /// The run that goes on now.
    run: Option<Run>,
    /// The list's change when it was last looked at.
    stands: Option<Cursor>,
    /// The server's list as of the last answer to a question for the log, or as it was put on a stick.
    rows: Option<ServerList>,
    /// Whether its store, or the server's, may have changed since it was last looked at, other than by a scan.
    moved: bool,
    /// The ticket that staff are asked about.
    asked: Option<TicketId>,
    /// What of this is on the copy of the card.
    backup: Option<Box<Seen>>,
}

/// A run of a gate.
#[derive(Debug, Clone)]
struct Run {
    by_relay: bool,
    /// What whoever is asked held when it began; none where the origin went back since.
    facts: Option<Facts>,
}

/// The server's rows at some time, under one of its logs.
#[derive(Debug, Clone)]
struct ServerList {
    log: LogId,
    rows: Vec<Dated>,
}

/// What the simulator knows of the server.
#[derive(Default)]
struct ServerSeen {
    /// Rows that the organiser was told are kept.
    kept: Vec<TicketRow>,
    /// When each ticket was revoked for the first time.
    revoked: BTreeMap<TicketId, UnixMillis>,
    backup: Option<Backup>,
    /// Whether its outage is a loss of power; none where none is planned.
    outage: Option<super::machine::Outage>,
    /// Images of before its last answers, where it answers too early.
    uncommitted: Vec<Disk>,
}

/// The organiser's backup of the server, and what was kept there then.
struct Backup {
    disk: Disk,
    kept: Vec<TicketRow>,
    revoked: BTreeMap<TicketId, UnixMillis>,
}

impl World {
    /// The doors open: every gate is enrolled, synced and scans.
    pub(super) fn new(plan: &Plan, broken: Option<Break>, traced: bool) -> Self {
        let template = Template::of_this_process();
        let folder = tempfile::tempdir().expect("a folder for locks");
        let mut chance = Chance::new(!plan.seed);
        let time = TrueTime::new(DOORS.millis());
        let server_folder = subfolder(&folder, "server");
        let image = template.server.image_in(&server_folder, chance.draw());
        let disk = super::disk::PowerDisk::with(image);
        if broken == Some(Break::ServerNoFsync) {
            disk.disk().drop_syncs();
        }
        let mut server = Server::new(server_folder, disk).expect("a server");
        let relay = {
            let (enrolment, key) = template::relay(&mut server);
            let disk = PowerDisk::new(Promise::PowersafeOverwrite, chance.draw());
            let clock = MachineClock::new(&time, RELAY_BOOT, RELAY_DRIFT_PPM);
            Relay::new(subfolder(&folder, "relay"), disk, clock, enrolment, key)
        };
        let mut world = Self {
            time,
            chance,
            broken,
            folder,
            venue: Venue::new(),
            server,
            server_seen: ServerSeen::default(),
            relay,
            relay_used: false,
            gates: Vec::new(),
            seen: Vec::new(),
            network: Network::default(),
            lan: Lan::default(),
            sticks: Vec::new(),
            truth: Truth::default(),
            tally: Tally::default(),
            boots: 0,
            trace: traced.then(Vec::new),
        };
        world.server_seen.kept = world
            .venue
            .tickets
            .iter()
            .map(|ticket| ticket.row.clone())
            .collect();
        for image in &template.gates[..plan.gates.clamp(1, template.gates.len())] {
            let seen = Seen::of_a_new_gate();
            world.add_gate(image, seen);
        }
        world
    }

    /// One step, and every check after it.
    pub(super) fn step(&mut self, step: Step) -> Result<(), Violation> {
        self.note(|| format!("{step:?}"));
        match step {
            Step::Scan { gate, ticket, exit } => self.scan(gate, ticket, exit)?,
            Step::Answer { gate, yes } => self.answer(gate, yes)?,
            Step::Wait { ms } => self.wait(ms)?,
            Step::Jump { gate, ms } => self.gate(gate).clock.jump(ms),
            Step::Ntp { gate, there } => self.gate(gate).clock.ntp(there),
            Step::StartSync { gate } => self.start_sync(gate)?,
            Step::Sync { gate } => self.sync_calmly(gate).map(drop)?,
            Step::GiveUp { gate } => self.give_up(gate)?,
            Step::Deliver { packet } => self.deliver(packet)?,
            Step::Lose { packet } => self.lose(packet)?,
            Step::Duplicate { packet } => self.duplicate(packet),
            Step::Corrupt { packet, byte } => self.corrupt(packet, byte),
            Step::CutOff { gate } => self.gate(gate).cut_off = true,
            Step::Reconnect { gate } => self.gate(gate).cut_off = false,
            Step::Join { gate, network } => self.join(gate, network)?,
            Step::Leave { gate } => self.leave(gate),
            Step::Call { gate, other } => self.call(gate, other)?,
            Step::Hear { stream } => self.hear(stream)?,
            Step::Break { connection } => self.break_connection(connection),
            Step::Via { gate, relay } => self.go_by(gate, relay),
            Step::StartRelaySync => self.start_relay_sync()?,
            Step::SyncRelay => self.sync_relay_calmly().map(drop)?,
            Step::CutOffRelay => self.relay.cut_off = true,
            Step::ReconnectRelay => self.relay.cut_off = false,
            Step::KillRelay { after } => self.plan_relay_outage(super::machine::Outage::Kill, after),
            Step::CutRelay { after } => self.plan_relay_outage(super::machine::Outage::Power, after),
            Step::BackUpRelay => self.back_up_relay(),
            Step::RestoreRelay => self.restore_relay()?,
            Step::Export { gate } => self.export(gate)?,
            Step::ExportList => self.export_list(),
            Step::Import { stick, gate } => self.import(stick, gate)?,
            Step::Bring { stick } => self.bring(stick)?,
            Step::Spoil { stick, byte } => self.spoil(stick, byte),
            Step::Tear { stick, byte } => self.tear(stick, byte),
            Step::Forge { gate } => self.forge(gate)?,
            Step::Restart { gate } => self.restart(gate)?,
            Step::Kill { gate, after } => self.plan_outage(gate, super::machine::Outage::Kill, after),
            Step::Cut { gate, after } => self.plan_outage(gate, super::machine::Outage::Power, after),
            Step::BackUp { gate } => self.back_up(gate),
            Step::Restore { gate } => self.restore(gate)?,
            Step::Clone { gate } => self.clone_gate(gate),
            Step::KillServer { after } => self.plan_server_outage(super::machine::Outage::Kill, after),
            Step::CutServer { after } => self.plan_server_outage(super::machine::Outage::Power, after),
            Step::BackUpServer => self.back_up_server(),
            Step::RestoreServer => self.restore_server()?,
            Step::Sell { kind } => self.sell(kind),
            Step::Revoke { ticket } => self.revoke(ticket),
            Step::Reissue { ticket } => self.reissue(ticket),
        }
        self.outages()?;
        self.observe()
    }

    /// What happened, a line a step, where it was asked for.
    pub(super) fn into_trace(self) -> Vec<String> {
        self.trace.unwrap_or_default()
    }

    /// How much went on.
    pub(super) fn tally(&self) -> Tally {
        self.tally
    }

    fn note(&mut self, line: impl FnOnce() -> String) {
        if self.trace.is_some() {
            let at = self.time.now().0 - DOORS.millis().0;
            let line = format!("{:>9} ms  {}", at, line());
            if let Some(trace) = &mut self.trace {
                trace.push(line);
            }
        }
    }

    fn index(&self, gate: usize) -> usize {
        gate % self.gates.len()
    }

    fn gate(&mut self, gate: usize) -> &mut Gate {
        let gate = self.index(gate);
        &mut self.gates[gate]
    }

    fn stream(&mut self) -> StreamId {
        StreamId::new(self.chance.bytes())
    }

    fn boot_number(&mut self) -> u64 {
        self.boots += 1;
        self.boots
    }

    /// Another machine with this card in it, at a gate that begins to scan.
    fn add_gate(&mut self, card: &Disk, seen: Seen) {
        let name = format!("gate-{}", self.gates.len());
        let folder = subfolder(&self.folder, &name);
        let card = card.image_in(&folder, self.chance.draw());
        let boot = self.boot_number();
        let drift_ppm = i64::try_from(self.chance.below(181)).expect("small") - 90;
        let clock = MachineClock::new(&self.time, boot, drift_ppm);
        let mut gate = Gate::new(name, folder, card, clock, self.broken);
        if self.broken == Some(Break::NoFsync) {
            gate.disk.disk().drop_syncs();
        }
        let stream = self.stream();
        gate.start_scanner(stream).expect("a whole card");
        let device = gate.scanner.as_ref().expect("it scans").device().clone();
        self.truth.makers.insert(stream, device);
        self.gates.push(gate);
        self.seen.push(seen);
    }
}

impl Seen {
    fn of_a_new_gate() -> Self {
        Self {
            knows: Facts::new(),
            floor: Floor(UnixMillis(0)),
            heard: true,
            run: None,
            stands: None,
            rows: None,
            moved: true,
            asked: None,
            backup: None,
        }
    }
}

fn subfolder(folder: &TempDir, name: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::create_dir(&path).expect("a folder for locks");
    path
}
