//! The network between gates and server: packets that arrive when a step says so, or never, or twice, or changed.

use std::task::Poll;

use super::{Seen, World};
use crate::domain::time::UnixMillis;
use crate::sim::checks::Violation;
use crate::sim::machine::{RawReply, Syncer, unreachable};
use crate::sync::{Request, SyncError};

/// For a request and its answer in all: what the uplink over HTTP gives it.
const PATIENCE_MS: u64 = 60_000;
/// Requests of one run at the most; a run that needs more goes round in circles.
const REQUESTS_MAX: usize = 60;

/// Packets on their way.
#[derive(Default)]
pub(super) struct Network {
    packets: Vec<Packet>,
    exchanges: u64,
}

#[derive(Clone)]
struct Packet {
    gate: usize,
    exchange: u64,
    what: What,
}

#[derive(Clone)]
enum What {
    Asks(Request),
    Answers(RawReply),
}

impl World {
    /// Begins a run, unless one goes on.
    pub(super) fn start_sync(&mut self, gate: usize) -> Result<(), Violation> {
        let gate = self.index(gate);
        if self.gates[gate].syncer.is_some() {
            return Ok(());
        }
        let random = self.chance.bytes();
        let Ok(ledger) = self.gates[gate].attach() else {
            return Ok(());
        };
        let clock = self.gates[gate].clock.clone();
        self.gates[gate].syncer = Some(Syncer::new(ledger, clock, random));
        self.seen[gate].run = Some(self.origin());
        self.go_on(gate).map(drop)
    }

    /// A whole run over a network without faults; how it ended, where it did.
    pub(super) fn sync_calmly(&mut self, gate: usize) -> Result<Option<Result<(), SyncError>>, Violation> {
        let gate = self.index(gate);
        self.gates[gate].syncer = None;
        self.start_sync(gate)?;
        for _ in 0..2 * REQUESTS_MAX {
            let Some(exchange) = self.waits_for(gate) else {
                return Ok(None);
            };
            let mine = |packet: &Packet| packet.gate == gate && packet.exchange == exchange;
            let Some(at) = self.network.packets.iter().position(mine) else {
                return Ok(None);
            };
            let ended = self.arrive(at)?;
            if ended.is_some() {
                return Ok(ended);
            }
            if self.goes_down(gate) || self.server_goes_down() {
                return Ok(None);
            }
        }
        Err(Violation::new(
            "ends",
            format!("a run of {} never ends", self.gates[gate].name),
        ))
    }

    pub(super) fn deliver(&mut self, packet: usize) -> Result<(), Violation> {
        match self.pick(packet) {
            Some(at) => self.arrive(at).map(drop),
            None => Ok(()),
        }
    }

    /// Whoever waits for it hears that the connection is gone.
    pub(super) fn lose(&mut self, packet: usize) -> Result<(), Violation> {
        let Some(at) = self.pick(packet) else {
            return Ok(());
        };
        let Packet { gate, exchange, .. } = self.network.packets.remove(at);
        self.fail(gate, exchange, "lost")
    }

    pub(super) fn duplicate(&mut self, packet: usize) {
        if let Some(at) = self.pick(packet) {
            let twin = self.network.packets[at].clone();
            self.network.packets.push(twin);
        }
    }

    pub(super) fn corrupt(&mut self, packet: usize, byte: usize) {
        let Some(at) = self.pick(packet) else {
            return;
        };
        let bytes = match &mut self.network.packets[at].what {
            What::Asks(Request { body: Some(body), .. }) => &mut body.bytes,
            What::Asks(_) => return,
            What::Answers(reply) => &mut reply.body,
        };
        if !bytes.is_empty() {
            let at = byte % bytes.len();
            bytes[at] ^= 1 << (byte % 8);
        }
    }

    pub(super) fn give_up(&mut self, gate: usize) -> Result<(), Violation> {
        let gate = self.index(gate);
        match self.waits_for(gate) {
            Some(exchange) => self.fail(gate, exchange, "given up"),
            None => Ok(()),
        }
    }

    /// Time passes; who has waited too long gives up.
    pub(super) fn wait(&mut self, ms: u64) -> Result<(), Violation> {
        self.time.pass(ms);
        let now = self.time.now();
        for gate in 0..self.gates.len() {
            let late = self.gates[gate]
                .syncer
                .as_ref()
                .is_some_and(|syncer| now.since(UnixMillis(syncer.slot.borrow().since_ms)) >= PATIENCE_MS);
            if late {
                self.give_up(gate)?;
            }
            self.tick(gate)?;
        }
        self.lan_passes(ms)
    }

    /// All that is on its way is lost, and every network is there.
    pub(super) fn clear_network(&mut self) {
        self.network.packets.clear();
        for gate in &mut self.gates {
            gate.cut_off = false;
            gate.syncer = None;
        }
    }

    fn pick(&self, packet: usize) -> Option<usize> {
        packet.checked_rem(self.network.packets.len())
    }

    /// A packet arrives, and whoever gets it acts. Says how its gate's run ended, where it did.
    fn arrive(&mut self, at: usize) -> Result<Option<Result<(), SyncError>>, Violation> {
        let Packet { gate, exchange, what } = self.network.packets.remove(at);
        if self.gates[gate].cut_off {
            self.fail(gate, exchange, "cut off")?;
            return Ok(None);
        }
        match what {
            What::Asks(request) => {
                self.time.pass(1);
                if ["/sync/v1/log", "/sync/v1/snapshot"]
                    .iter()
                    .any(|path| request.path.starts_with(path))
                {
                    self.seen[gate].rows = self.server_rows();
                }
                let Some(reply) = self.serve(&request) else {
                    self.fail(gate, exchange, "the server is down")?;
                    return Ok(None);
                };
                let path = request.path.split('?').next().unwrap_or_default();
                self.note(|| format!("    the server answers {path} with {}", reply.status));
                let what = What::Answers(reply);
                self.network.packets.push(Packet { gate, exchange, what });
                Ok(None)
            }
            What::Answers(reply) => {
                if self.waits_for(gate) != Some(exchange) {
                    return Ok(None);
                }
                self.time.pass(1);
                self.hand_over(gate, Ok(reply))
            }
        }
    }

    /// Tells a run that waits for this exchange that nothing will come of it.
    fn fail(&mut self, gate: usize, exchange: u64, why: &str) -> Result<(), Violation> {
        if self.waits_for(gate) == Some(exchange) {
            self.hand_over(gate, Err(unreachable(why)))?;
        }
        Ok(())
    }

    fn hand_over(
        &mut self,
        gate: usize,
        came: Result<RawReply, SyncError>,
    ) -> Result<Option<Result<(), SyncError>>, Violation> {
        if let Some(syncer) = &self.gates[gate].syncer {
            syncer.slot.borrow_mut().came = Some(came);
        }
        self.go_on(gate)
    }

    /// Lets a run go on, and takes what it sends.
    fn go_on(&mut self, gate: usize) -> Result<Option<Result<(), SyncError>>, Violation> {
        let Some(syncer) = &mut self.gates[gate].syncer else {
            return Ok(None);
        };
        self.seen[gate].moved = true;
        let ended = syncer.go_on();
        let sent = syncer.slot.borrow_mut().sent.take();
        if let Some(request) = sent {
            self.network.exchanges += 1;
            let exchange = self.network.exchanges;
            let since_ms = self.time.now().0;
            let mut slot = syncer.slot.borrow_mut();
            (slot.exchange, slot.since_ms) = (exchange, since_ms);
            drop(slot);
            let what = What::Asks(request);
            self.network.packets.push(Packet { gate, exchange, what });
        }
        match ended {
            Poll::Pending => Ok(None),
            Poll::Ready(ended) => {
                self.gates[gate].syncer = None;
                self.ended(gate, ended.map(drop)).map(Some)
            }
        }
    }

    fn ended(
        &mut self,
        gate: usize,
        ended: Result<(), SyncError>,
    ) -> Result<Result<(), SyncError>, Violation> {
        let name = self.gates[gate].name.clone();
        self.note(|| format!("    the run of {name} ends: {ended:?}"));
        match &ended {
            Ok(()) => self.tally.synced += 1,
            Err(_) => self.tally.stopped += 1,
        }
        let Seen {
            run, knows, heard, ..
        } = &mut self.seen[gate];
        if let (Some(at_start), Ok(())) = (run.take(), &ended) {
            knows.extend(at_start);
            *heard = true;
        }
        Ok(ended)
    }

    fn waits_for(&self, gate: usize) -> Option<u64> {
        let syncer = self.gates[gate].syncer.as_ref()?;
        Some(syncer.slot.borrow().exchange)
    }
}
