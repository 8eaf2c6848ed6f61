//! The network between gates, relay and server: packets that arrive when a step says so, or never, or twice, or changed.

use std::task::Poll;

use super::{Run, Seen, World};
use crate::domain::time::UnixMillis;
use crate::sim::checks::Violation;
use crate::sim::machine::{RawReply, Syncer, unreachable};
use crate::sync::{Request, SyncError};

/// For a request and its answer in all: what the uplink over HTTP gives it.
const PATIENCE_MS: u64 = 60_000;
/// Requests of one run at the most; a run that needs more goes round in circles.
const REQUESTS_MAX: usize = 60;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// A gate.
    Gate(usize),
    /// The relay, which asks the origin.
    Relay,
}

/// Packets on their way.
#[derive(Default)]
pub(super) struct Network {
    packets: Vec<Packet>,
    exchanges: u64,
}

#[derive(Clone)]
struct Packet {
    caller: Caller,
    /// Whether the relay is asked, and not the origin.
    by_relay: bool,
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
        let (clock, by_relay) = (self.gates[gate].clock.clone(), self.gates[gate].by_relay);
        self.gates[gate].syncer = Some(Syncer::of_gate(ledger, by_relay, clock, random));
        self.seen[gate].run = Some(self.begun(by_relay));
        self.go_on(Caller::Gate(gate)).map(drop)
    }

    /// The relay begins to sync with the origin, unless it does.
    pub(super) fn start_relay_sync(&mut self) -> Result<(), Violation> {
        if self.relay.syncer.is_some() || self.relay_goes_down() {
            return Ok(());
        }
        let random = self.chance.bytes();
        self.relay.start_sync(self.time.now(), random);
        self.go_on(Caller::Relay).map(drop)
    }

    /// A whole run over a network without faults; how it ended, where it did.
    pub(super) fn sync_calmly(&mut self, gate: usize) -> Result<Option<Result<(), String>>, Violation> {
        let gate = self.index(gate);
        self.gates[gate].syncer = None;
        self.start_sync(gate)?;
        self.calmly_to_the_end(Caller::Gate(gate))
    }

    /// The same for the relay.
    pub(super) fn sync_relay_calmly(&mut self) -> Result<Option<Result<(), String>>, Violation> {
        self.relay.syncer = None;
        self.start_relay_sync()?;
        self.calmly_to_the_end(Caller::Relay)
    }

    fn calmly_to_the_end(&mut self, caller: Caller) -> Result<Option<Result<(), String>>, Violation> {
        for _ in 0..2 * REQUESTS_MAX {
            let Some(exchange) = self.waits_for(caller) else {
                return Ok(None);
            };
            let mine = |packet: &Packet| packet.caller == caller && packet.exchange == exchange;
            let Some(at) = self.network.packets.iter().position(mine) else {
                return Ok(None);
            };
            let ended = self.arrive(at)?;
            if ended.is_some() {
                return Ok(ended);
            }
            if self.is_down(caller) || self.server_goes_down() || self.relay_goes_down() {
                return Ok(None);
            }
        }
        let what = format!("a run of {} never ends", self.name(caller));
        Err(Violation::new("ends", what))
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
        let Packet { caller, exchange, .. } = self.network.packets.remove(at);
        self.fail(caller, exchange, "lost")
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
        self.stop_waiting(Caller::Gate(gate))
    }

    /// Time passes; who has waited too long gives up.
    pub(super) fn wait(&mut self, ms: u64) -> Result<(), Violation> {
        self.time.pass(ms);
        let gates = (0..self.gates.len()).map(Caller::Gate);
        for caller in gates.chain([Caller::Relay]) {
            let now = self.time.now();
            let late = |syncer: &Syncer| now.since(UnixMillis(syncer.slot.borrow().since_ms)) >= PATIENCE_MS;
            if self.syncer(caller).as_ref().is_some_and(late) {
                self.stop_waiting(caller)?;
            }
            if let Caller::Gate(gate) = caller {
                self.tick(gate)?;
            }
        }
        self.lan_passes(ms)
    }

    fn stop_waiting(&mut self, caller: Caller) -> Result<(), Violation> {
        match self.waits_for(caller) {
            Some(exchange) => self.fail(caller, exchange, "given up"),
            None => Ok(()),
        }
    }

    /// All that is on its way is lost, and every network is there.
    pub(super) fn clear_network(&mut self) {
        self.network.packets.clear();
        self.relay.cut_off = false;
        self.relay.syncer = None;
        for gate in &mut self.gates {
            gate.cut_off = false;
            gate.syncer = None;
        }
    }

    fn pick(&self, packet: usize) -> Option<usize> {
        packet.checked_rem(self.network.packets.len())
    }

    /// A packet arrives, and whoever gets it acts. Says how its caller's run ended, where it did.
    fn arrive(&mut self, at: usize) -> Result<Option<Result<(), String>>, Violation> {
        let Packet {
            caller,
            by_relay,
            exchange,
            what,
        } = self.network.packets.remove(at);
        let cut_off = match caller {
            // The relay stands at the venue, as the gates do.
            Caller::Gate(gate) => self.gates[gate].cut_off && !by_relay,
            Caller::Relay => self.relay.cut_off,
        };
        if cut_off {
            self.fail(caller, exchange, "cut off")?;
            return Ok(None);
        }
        match what {
            What::Asks(request) => {
                self.time.pass(1);
                let Some(reply) = self.replied(caller, by_relay, &request) else {
                    self.fail(caller, exchange, "it is down")?;
                    return Ok(None);
                };
                let what = What::Answers(reply);
                self.network.packets.push(Packet {
                    caller,
                    by_relay,
                    exchange,
                    what,
                });
                Ok(None)
            }
            What::Answers(reply) => {
                if self.waits_for(caller) != Some(exchange) {
                    return Ok(None);
                }
                self.time.pass(1);
                self.hand_over(caller, Ok(reply))
            }
        }
    }

    /// What is answered; none where whoever is asked goes down over it.
    fn replied(&mut self, caller: Caller, by_relay: bool, request: &Request) -> Option<RawReply> {
        let pages = ["/sync/v1/log", "/sync/v1/snapshot"];
        if let Caller::Gate(gate) = caller
            && pages.iter().any(|path| request.path.starts_with(path))
        {
            self.seen[gate].rows = self.server_list();
        }
        let reply = if by_relay {
            self.serve_by_relay(request)
        } else {
            self.serve(request)
        };
        let path = request.path.split('?').next().unwrap_or_default();
        let who = if by_relay { "relay" } else { "server" };
        if let Some(reply) = &reply {
            self.note(|| format!("    the {who} answers {path} with {}", reply.status));
        }
        reply
    }

    /// Tells a run that waits for this exchange that nothing will come of it.
    fn fail(&mut self, caller: Caller, exchange: u64, why: &str) -> Result<(), Violation> {
        if self.waits_for(caller) == Some(exchange) {
            self.hand_over(caller, Err(unreachable(why)))?;
        }
        Ok(())
    }

    fn hand_over(
        &mut self,
        caller: Caller,
        came: Result<RawReply, SyncError>,
    ) -> Result<Option<Result<(), String>>, Violation> {
        if let Some(syncer) = self.syncer(caller) {
            syncer.slot.borrow_mut().came = Some(came);
        }
        self.go_on(caller)
    }

    /// Lets a run go on, and takes what it sends.
    fn go_on(&mut self, caller: Caller) -> Result<Option<Result<(), String>>, Violation> {
        let by_relay = match caller {
            Caller::Gate(gate) => {
                self.seen[gate].moved = true;
                self.seen[gate].run.as_ref().is_some_and(|run| run.by_relay)
            }
            Caller::Relay => false,
        };
        let since_ms = self.time.now().0;
        let exchange = self.network.exchanges + 1;
        let Some(syncer) = self.syncer(caller) else {
            return Ok(None);
        };
        let ended = syncer.go_on();
        let sent = syncer.slot.borrow_mut().sent.take();
        if let Some(request) = sent {
            let mut slot = syncer.slot.borrow_mut();
            (slot.exchange, slot.since_ms) = (exchange, since_ms);
            drop(slot);
            self.network.exchanges = exchange;
            let what = What::Asks(request);
            self.network.packets.push(Packet {
                caller,
                by_relay,
                exchange,
                what,
            });
        }
        match ended {
            Poll::Pending => Ok(None),
            Poll::Ready(ended) => {
                *self.syncer(caller) = None;
                self.ended(caller, &ended)?;
                Ok(Some(ended))
            }
        }
    }

    fn ended(&mut self, caller: Caller, ended: &Result<(), String>) -> Result<(), Violation> {
        let name = self.name(caller);
        self.note(|| format!("    the run of {name} ends: {ended:?}"));
        let Caller::Gate(gate) = caller else {
            self.tally.relayed += u64::from(ended.is_ok());
            return Ok(());
        };
        match ended {
            Ok(()) => self.tally.synced += 1,
            Err(_) => self.tally.stopped += 1,
        }
        match (self.seen[gate].run.take(), ended) {
            (Some(run), Ok(())) => self.synced(gate, run),
            _ => Ok(()),
        }
    }

    /// What whoever was asked held when a run began, the gate holds when it has ended.
    fn synced(&mut self, gate: usize, run: Run) -> Result<(), Violation> {
        if run.by_relay {
            return self.synced_by_relay(gate, run);
        }
        let Seen { knows, heard, .. } = &mut self.seen[gate];
        // A server that went back since has another word.
        if let Some(facts) = run.facts {
            knows.extend(facts);
            *heard = true;
        }
        Ok(())
    }

    fn syncer(&mut self, caller: Caller) -> &mut Option<Syncer> {
        match caller {
            Caller::Gate(gate) => &mut self.gates[gate].syncer,
            Caller::Relay => &mut self.relay.syncer,
        }
    }

    fn waits_for(&mut self, caller: Caller) -> Option<u64> {
        let syncer = self.syncer(caller).as_ref()?;
        Some(syncer.slot.borrow().exchange)
    }

    fn is_down(&self, caller: Caller) -> bool {
        match caller {
            Caller::Gate(gate) => self.goes_down(gate),
            Caller::Relay => self.relay_goes_down(),
        }
    }

    fn name(&self, caller: Caller) -> String {
        match caller {
            Caller::Gate(gate) => self.gates[gate].name.clone(),
            Caller::Relay => "the relay".to_owned(),
        }
    }
}
