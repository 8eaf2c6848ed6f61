//! The networks at the venue, and the connections between the gates on one of them. A connection is TLS over TCP: what is said
//! arrives whole and in order, late, or never.

use std::collections::{BTreeSet, VecDeque};

use super::World;
use crate::domain::ids::StreamId;
use crate::domain::time::Moment;
use crate::ledger::Ledger;
use crate::sim::checks::{Facts, Violation, reached};
use crate::sim::machine::{Neighbour, Outage};
use crate::sync::lan::{Link, Order};
use crate::wire::Segment;
use crate::wire::exchange::{Frames, Message, frame};

/// Networks at the venue: with two, gates can be apart in groups.
const NETWORKS: usize = 2;
/// How often neighbours say that they are there, in milliseconds.
const BEAT_MS: u64 = 2_000;
/// Beats after which neighbours hold the same: one to say what each holds, two in which others may bring it, one to hand it
/// over. How long gates that can exchange their facts may both admit.
const BEATS_MAX: u64 = 4;
/// Messages on the way between neighbours, one after the other, at the most: more go round in circles.
const MESSAGES_MAX: usize = 2_000;

/// The venue's networks.
#[derive(Default)]
pub(super) struct Lan {
    connections: Vec<Connection>,
    links: Link,
    /// The gates' clocks for beats. A wait in which nothing new is said is cut short on them.
    passed_ms: u64,
    /// Whether a gate ever was on one.
    used: bool,
}

/// A connection. The gate of the first end called.
struct Connection {
    ends: [End; 2],
    /// Whether nothing comes through, which nobody is told.
    silent: bool,
}

struct End {
    gate: usize,
    link: Link,
    /// Whether the gate has not heard yet that it is gone.
    open: bool,
    /// What was said to it and has not arrived, as it travels.
    coming: VecDeque<Vec<u8>>,
}

impl World {
    pub(super) fn join(&mut self, gate: usize, network: usize) -> Result<(), Violation> {
        let gate = self.index(gate);
        self.lan.used = true;
        self.gates[gate].network = Some(network % NETWORKS);
        self.fall_silent();
        if self.gates[gate].neighbour.is_none() {
            self.start_neighbour(gate)?;
        }
        self.find_each_other()
    }

    pub(super) fn leave(&mut self, gate: usize) {
        self.gate(gate).network = None;
        self.fall_silent();
    }

    /// By hand, so whichever of the two has the lesser name.
    pub(super) fn call(&mut self, gate: usize, other: usize) -> Result<(), Violation> {
        let (gate, other) = (self.index(gate), self.index(other));
        if gate != other && self.share_a_network(gate, other) {
            self.connect(gate, other)?;
        }
        Ok(())
    }

    pub(super) fn hear(&mut self, stream: usize) -> Result<(), Violation> {
        let waiting = self.waiting();
        match stream.checked_rem(waiting.len()) {
            Some(chosen) => self.arrives(waiting[chosen]),
            None => Ok(()),
        }
    }

    pub(super) fn break_connection(&mut self, connection: usize) {
        if let Some(at) = connection.checked_rem(self.lan.connections.len()) {
            self.hang_up(at);
        }
    }

    /// Neighbours begin again with the process that scans, where the gate is on a network.
    pub(super) fn start_neighbour(&mut self, gate: usize) -> Result<(), Violation> {
        self.part_from_all(gate, Outage::Kill);
        match self.gates[gate].start_neighbour() {
            Ok(()) => Ok(()),
            Err(error) => self.store_failed(gate, &format!("{error:?}")),
        }
    }

    /// Its process ends. Those it was connected with are told so, but not by a machine without power.
    pub(super) fn part_from_all(&mut self, gate: usize, how: Outage) {
        self.gates[gate].neighbour = None;
        for at in 0..self.lan.connections.len() {
            let connection = &mut self.lan.connections[at];
            let Some(end) = connection.ends.iter_mut().find(|end| end.gate == gate) else {
                continue;
            };
            end.open = false;
            connection.silent |= how == Outage::Power;
            if how == Outage::Kill {
                self.hang_up(at);
            }
        }
    }

    /// Time passes for the neighbours. Where they were in touch long enough, they hold the same.
    pub(super) fn lan_passes(&mut self, ms: u64) -> Result<(), Violation> {
        if self.gates.iter().all(|gate| gate.neighbour.is_none()) {
            return Ok(());
        }
        let beats = (ms / BEAT_MS).min(BEATS_MAX);
        let in_touch = if beats == BEATS_MAX {
            self.in_touch()
        } else {
            Vec::new()
        };
        let before: Vec<Facts> = match in_touch.is_empty() {
            true => Vec::new(),
            false => self.seen.iter().map(|seen| seen.knows.clone()).collect(),
        };
        self.look_around()?;
        for _ in 0..beats {
            self.beat()?;
        }
        let still = self.in_touch();
        for (_, one, other) in in_touch.into_iter().filter(|pair| still.contains(pair)) {
            self.has_reached(one, other, &before[one])?;
            self.has_reached(other, one, &before[other])?;
        }
        Ok(())
    }

    /// Everybody is on one network, for as long as word needs from the first to the last; none may lack what another has.
    pub(super) fn heal_lan(&mut self) -> Result<(), Violation> {
        if !self.lan.used {
            return Ok(());
        }
        for gate in 0..self.gates.len() {
            self.join(gate, 0)?;
        }
        for _ in 0..=self.gates.len() {
            self.lan_passes(BEATS_MAX * BEAT_MS)?;
        }
        Ok(())
    }

    fn beat(&mut self) -> Result<(), Violation> {
        self.lan.passed_ms += BEAT_MS;
        self.find_each_other()?;
        self.look_around()?;
        let now = self.lan_now();
        for gate in 0..self.gates.len() {
            let ticked = self.gates[gate]
                .neighbour
                .as_mut()
                .map(|neighbour| neighbour.tick(now));
            if let Some(ticked) = ticked {
                self.obey(gate, ticked.map_err(|error| format!("{error:?}")))?;
            }
        }
        self.all_arrives()
    }

    fn look_around(&mut self) -> Result<(), Violation> {
        for gate in 0..self.gates.len() {
            let looked = self.gates[gate].neighbour.as_mut().map(Neighbour::look);
            if let Some(looked) = looked {
                self.obey(gate, looked.map_err(|error| format!("{error:?}")))?;
            }
        }
        Ok(())
    }

    fn all_arrives(&mut self) -> Result<(), Violation> {
        for _ in 0..MESSAGES_MAX {
            let Some(first) = self.waiting().first().copied() else {
                return Ok(());
            };
            self.arrives(first)?;
        }
        Err(Violation::new("ends", "neighbours talk without an end"))
    }

    /// Each gate calls those of a greater name that it is not connected with, as it does once it hears of them.
    fn find_each_other(&mut self) -> Result<(), Violation> {
        let lives = |connection: &Connection| connection.ends.iter().any(|end| end.open);
        self.lan.connections.retain(lives);
        for one in 0..self.gates.len() {
            for other in 0..self.gates.len() {
                if self.is_to_call(one, other) {
                    self.connect(one, other)?;
                }
            }
        }
        Ok(())
    }

    fn is_to_call(&self, one: usize, other: usize) -> bool {
        let device = |gate: usize| self.gates[gate].neighbour.as_ref().map(|found| &found.device);
        let called = |connection: &Connection| {
            let [caller, called] = &connection.ends;
            caller.open && (caller.gate, called.gate) == (one, other)
        };
        self.share_a_network(one, other)
            && device(one) < device(other)
            && !self.lan.connections.iter().any(called)
    }

    fn share_a_network(&self, one: usize, other: usize) -> bool {
        let running = |gate: usize| self.gates[gate].neighbour.is_some() && !self.goes_down(gate);
        let network = self.gates[one].network;
        network.is_some() && network == self.gates[other].network && running(one) && running(other)
    }

    /// The handshake, and what both sides say first. Either ends it where it does not know the other's key.
    fn connect(&mut self, caller: usize, called: usize) -> Result<(), Violation> {
        let gates = [caller, called];
        let shown = gates.map(|gate| self.gates[gate].neighbour.as_ref().expect("it runs").key);
        let believed = |gate: usize, key: &[u8; 32]| {
            let neighbour = self.gates[gate].neighbour.as_ref();
            neighbour.is_some_and(|neighbour| neighbour.trusts(key))
        };
        if !believed(caller, &shown[1]) || !believed(called, &shown[0]) {
            return Ok(());
        }
        let ends = gates.map(|gate| {
            self.lan.links += 1;
            End {
                gate,
                link: self.lan.links,
                open: true,
                coming: VecDeque::new(),
            }
        });
        let links = [ends[0].link, ends[1].link];
        let silent = false;
        self.lan.connections.push(Connection { ends, silent });
        let now = self.lan_now();
        for (side, gate) in gates.into_iter().enumerate() {
            let Some(neighbour) = &mut self.gates[gate].neighbour else {
                continue;
            };
            let orders = neighbour.connected(links[side], shown[1 - side], side == 0, now);
            self.obey(gate, orders.map_err(|error| format!("{error:?}")))?;
        }
        Ok(())
    }

    fn obey(&mut self, gate: usize, orders: Result<Vec<Order>, String>) -> Result<(), Violation> {
        let orders = match orders {
            Ok(orders) => orders,
            Err(why) => return self.store_failed(gate, &why),
        };
        for order in orders {
            match order {
                Order::Send(link, message) => self.say(link, &message),
                Order::Brought(_, segments) => {
                    self.seen[gate].moved = true;
                    self.tally.brought += segments as u64;
                }
                Order::End { link, why, .. } => {
                    let name = self.gates[gate].name.clone();
                    self.note(|| format!("    {name} ends a connection: {why}"));
                    if let Some((at, side)) = self.end_of(link) {
                        self.lan.connections[at].ends[side].open = false;
                        self.hang_up(at);
                    }
                }
            }
        }
        Ok(())
    }

    fn say(&mut self, link: Link, message: &Message) {
        let Some((at, side)) = self.end_of(link) else {
            return;
        };
        let connection = &mut self.lan.connections[at];
        if !connection.silent && connection.ends[1 - side].open {
            connection.ends[1 - side].coming.push_back(frame(message));
        }
    }

    /// The connection is gone; both sides hear of it, unless the network between them is.
    fn hang_up(&mut self, at: usize) {
        let Connection { ends, silent } = &mut self.lan.connections[at];
        for end in ends {
            end.coming.clear();
            if *silent || !std::mem::take(&mut end.open) {
                continue;
            }
            if let Some(neighbour) = &mut self.gates[end.gate].neighbour {
                neighbour.ended(end.link);
            }
        }
    }

    /// Where two gates are not on one network any more, their connection tells neither of them.
    fn fall_silent(&mut self) {
        for at in 0..self.lan.connections.len() {
            let [one, other] = self.lan.connections[at].ends.each_ref().map(|end| end.gate);
            let network = self.gates[one].network;
            if network.is_none() || network != self.gates[other].network {
                let connection = &mut self.lan.connections[at];
                connection.silent = true;
                connection.ends.iter_mut().for_each(|end| end.coming.clear());
            }
        }
    }

    /// A message arrives at an end: what it brings counts from here on.
    fn arrives(&mut self, (at, side): (usize, usize)) -> Result<(), Violation> {
        let End {
            gate, link, coming, ..
        } = &mut self.lan.connections[at].ends[side];
        let (gate, link) = (*gate, *link);
        let bytes = coming.pop_front().expect("something is on its way");
        let now = self.lan_now();
        let Some(neighbour) = &mut self.gates[gate].neighbour else {
            return Ok(());
        };
        let mut frames = Frames::default();
        frames.add(&bytes);
        let message = frames.take().expect("a message").expect("a whole one");
        let orders = neighbour.heard(link, message.clone(), now);
        let (taken, met) = (orders.is_ok(), neighbour.has_met(link));
        self.obey(gate, orders.map_err(|error| format!("{error:?}")))?;
        match message {
            Message::Segments { segments, .. } if taken && met => {
                for bytes in segments {
                    let segment = Segment::unverified(&bytes).expect("gates send nothing else");
                    let facts = segment.facts().map(|fact| (fact.id, fact.draft)).collect();
                    self.learns(gate, &facts)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// What one gate held before a wait, the other holds after it, unless one of them lost its power in the midst of it.
    fn has_reached(&mut self, from: usize, to: usize, facts: &Facts) -> Result<(), Violation> {
        if self.goes_down(from) || self.goes_down(to) {
            return Ok(());
        }
        self.learns(to, facts)?;
        let holds = self.facts_at(to)?;
        reached(&self.gates[to].name, &self.seen[to].knows, &holds)
    }

    /// A gate was handed facts: those of devices that its list names count.
    pub(super) fn learns(&mut self, gate: usize, facts: &Facts) -> Result<(), Violation> {
        let streams: BTreeSet<StreamId> = facts.keys().map(|id| id.stream).collect();
        for stream in streams {
            let device = self.truth.makers[&stream].clone();
            let key = self.look(gate, |ledger: &mut dyn Ledger| ledger.device_key(&device))?;
            if key.flatten().is_some() {
                let of_stream = facts.iter().filter(|(id, _)| id.stream == stream);
                let of_stream = of_stream.map(|(id, draft)| (*id, draft.clone()));
                self.seen[gate].knows.extend(of_stream);
            }
        }
        Ok(())
    }

    /// Pairs of gates that know of each other over a connection on which all comes through, and which it is.
    fn in_touch(&self) -> Vec<(Link, usize, usize)> {
        let met = |end: &End| {
            let neighbour = self.gates[end.gate].neighbour.as_ref();
            end.open && neighbour.is_some_and(|neighbour| neighbour.has_met(end.link))
        };
        let sound = |connection: &&Connection| !connection.silent && connection.ends.iter().all(met);
        let connections = self.lan.connections.iter().filter(sound);
        connections
            .map(|connection| {
                let [one, other] = &connection.ends;
                (one.link, one.gate, other.gate)
            })
            .collect()
    }

    /// The ends at which something is to arrive.
    fn waiting(&self) -> Vec<(usize, usize)> {
        let ends = self
            .lan
            .connections
            .iter()
            .enumerate()
            .flat_map(|(at, connection)| {
                let ends = connection.ends.iter().enumerate();
                ends.map(move |(side, end)| (at, side, end))
            });
        ends.filter(|(_, _, end)| !end.coming.is_empty() && !self.goes_down(end.gate))
            .map(|(at, side, _)| (at, side))
            .collect()
    }

    fn end_of(&self, link: Link) -> Option<(usize, usize)> {
        let of_link = |end: &End| end.link == link;
        self.lan
            .connections
            .iter()
            .enumerate()
            .find_map(|(at, connection)| Some((at, connection.ends.iter().position(of_link)?)))
    }

    fn lan_now(&self) -> Moment {
        Moment(self.lan.passed_ms)
    }
}
