//! Gates that talk through memory: what is said, to whom, and how often.

use std::collections::{BTreeMap, VecDeque};

use ed25519_dalek::SigningKey;
use minicbor::bytes::ByteVec;

use super::exchange::{Exchange, Link, Order};
use crate::domain::checkin::{Draft, Kind};
use crate::domain::ids::{DeviceId, StreamId, TicketId};
use crate::domain::time::{Moment, Now, UnixSeconds};
use crate::ledger::{Enrolment, Ledger, MemoryLedger, ServerKey};
use crate::wire::exchange::{Frames, HAVE_MAX, Hello, Message, PROTOCOL, SEGMENTS_MAX, frame};
use crate::wire::tickets::pack;
use crate::wire::upload::Held;
use crate::wire::{Change, Cursor, DeviceRow, DeviceStatus, LogPage, Segment, SnapshotPage};

/// How the gates of these tests are called: each gate's number is its place here.
const NAMES: [&str; 4] = ["east", "north", "south", "west"];

struct Gate {
    ledger: MemoryLedger,
    exchange: Exchange,
    list: u64,
}

/// Gates, the connections between them, and what is on its way.
struct Room {
    gates: Vec<Gate>,
    /// By link: who speaks on it, and who hears that.
    links: BTreeMap<Link, (usize, usize)>,
    on_the_way: VecDeque<(usize, Link, Message)>,
    /// Segments that travelled, by who sent them to whom.
    sent: Vec<(usize, usize)>,
    ended: Vec<String>,
    now: Moment,
}

fn key(number: usize) -> SigningKey {
    SigningKey::from_bytes(&[u8::try_from(number).unwrap() + 1; 32])
}

fn name(number: usize) -> DeviceId {
    NAMES[number].parse().unwrap()
}

fn device(number: usize, status: DeviceStatus) -> Change {
    Change::Device(DeviceRow {
        device: name(number),
        key: key(number).verifying_key().to_bytes().into(),
        status,
        believed: None,
    })
}

fn active(numbers: impl IntoIterator<Item = usize>) -> Vec<Change> {
    let row = |number| device(number, DeviceStatus::Active);
    numbers.into_iter().map(row).collect()
}

fn entry(of: u8) -> Draft {
    Draft {
        kind: Kind::Entry,
        ticket: Some(TicketId::new(&[of; 8]).unwrap()),
        gate: "north".parse().unwrap(),
        zone: "venue".parse().unwrap(),
        from_zone: None,
        now: Now::exactly(UnixSeconds(1)),
        order: 1,
        persons: 1,
        presented_at: None,
        reason: None,
        flags: Vec::new(),
        rules_version: 1,
        list_version: 0,
        operator: None,
        grounds: None,
    }
}

impl Gate {
    fn new(number: usize, devices: Vec<Change>) -> Self {
        let mut ledger = MemoryLedger::new(StreamId::new([u8::try_from(number).unwrap() + 1; 16]));
        let mut list = 0;
        bring(&mut ledger, &mut list, devices);
        let enrolment = Enrolment {
            server: "https://tickets.example".to_owned(),
            server_key: ServerKey(key(9).verifying_key()),
            device: name(number),
            event: "spring-26".parse().unwrap(),
            gate: "north".parse().unwrap(),
        };
        let exchange = Exchange::new(&mut ledger, &enrolment, key(number)).unwrap();
        Self {
            ledger,
            exchange,
            list,
        }
    }

    fn holds(&mut self, of: u8) -> bool {
        let ticket = TicketId::new(&[of; 8]).unwrap();
        !self.ledger.look_up(&ticket).unwrap().facts.is_empty()
    }
}

/// Changes of the event's list.
fn bring(ledger: &mut MemoryLedger, list: &mut u64, changes: Vec<Change>) {
    let from = *list;
    *list += 1;
    let to = Cursor {
        log: [7; 16].into(),
        sequence: *list,
        chain: [0; 32].into(),
    };
    let (event, as_of) = ("spring-26".parse().unwrap(), UnixSeconds(1_000));
    if from == 0 {
        let tickets = pack(&[]).unwrap().into();
        let page = SnapshotPage {
            event,
            to,
            as_of,
            page: 0,
            pages: 1,
            tickets,
            changes,
        };
        return ledger.apply_snapshot(&page, &[], &[]).unwrap();
    }
    let page = LogPage {
        event,
        from,
        to,
        head: *list,
        as_of,
        changes: changes.into_iter().map(|change| (*list, change)).collect(),
    };
    ledger.apply(&page, &[]).unwrap();
}

impl Room {
    /// Gates that all know each other by their lists.
    fn of(count: usize) -> Self {
        Self::with(
            (0..count)
                .map(|number| Gate::new(number, active(0..count)))
                .collect(),
        )
    }

    fn with(gates: Vec<Gate>) -> Self {
        Self {
            gates,
            links: BTreeMap::new(),
            on_the_way: VecDeque::new(),
            sent: Vec::new(),
            ended: Vec::new(),
            now: Moment(0),
        }
    }

    /// The first gate calls the second. Each has a number for its end of the connection.
    fn connect(&mut self, one: usize, other: usize) -> (Link, Link) {
        let link = self.links.len() as Link;
        self.links.insert(link, (one, other));
        self.links.insert(link + 1, (other, one));
        for (end, whose, with) in [(link, one, other), (link + 1, other, one)] {
            let public = key(with).verifying_key().to_bytes();
            let Gate { ledger, exchange, .. } = &mut self.gates[whose];
            let orders = exchange
                .connected(ledger, end, public, end == link, self.now)
                .unwrap();
            self.obey(whose, orders);
        }
        (link, link + 1)
    }

    /// Delivers until nobody has anything to say.
    fn settle(&mut self) {
        while let Some((to, link, message)) = self.on_the_way.pop_front() {
            let Gate { ledger, exchange, .. } = &mut self.gates[to];
            let orders = exchange.heard(ledger, link, through(&message), self.now).unwrap();
            self.obey(to, orders);
        }
    }

    fn record(&mut self, at: usize, of: u8) {
        let Gate { ledger, exchange, .. } = &mut self.gates[at];
        ledger.record(&entry(of)).unwrap();
        let orders = exchange.look(ledger).unwrap();
        self.obey(at, orders);
    }

    fn change_list(&mut self, at: usize, changes: Vec<Change>) {
        let Gate {
            ledger,
            exchange,
            list,
        } = &mut self.gates[at];
        bring(ledger, list, changes);
        let orders = exchange.look(ledger).unwrap();
        self.obey(at, orders);
    }

    /// A beat passes for all, gate after gate.
    fn beat(&mut self) {
        self.now = self.now.plus(2_000);
        for number in 0..self.gates.len() {
            let Gate { ledger, exchange, .. } = &mut self.gates[number];
            let orders = exchange.tick(ledger, self.now).unwrap();
            self.obey(number, orders);
            self.settle();
        }
    }

    fn obey(&mut self, whose: usize, orders: Vec<Order>) {
        for order in orders {
            match order {
                Order::Send(link, message) => {
                    let (_, to) = self.links[&link];
                    if let Message::Segments { segments, .. } = &message {
                        self.sent.extend(segments.iter().map(|_| (whose, to)));
                    }
                    self.on_the_way.push_back((to, link ^ 1, message));
                }
                Order::Brought(..) => {}
                Order::End { link, why, .. } => {
                    self.ended.push(why);
                    let (_, other) = self.links[&link];
                    self.gates[other].exchange.ended(link ^ 1);
                    self.on_the_way
                        .retain(|(_, on, _)| *on != link && *on != link ^ 1);
                }
            }
        }
    }

    /// What a gate says to a message of its neighbour.
    fn says(&mut self, to: usize, link: Link, message: Message) -> Vec<String> {
        self.on_the_way.push_back((to, link, message));
        self.settle();
        std::mem::take(&mut self.ended)
    }
}

/// A message as it comes out at the other end.
fn through(message: &Message) -> Message {
    let mut frames = Frames::default();
    frames.add(&frame(message));
    frames.take().unwrap().unwrap()
}

#[test]
fn what_a_gate_records_is_at_its_neighbour_at_once() {
    let mut room = Room::of(2);
    room.connect(0, 1);
    room.settle();
    assert_eq!(
        (room.gates[0].exchange.peers(), room.gates[1].exchange.peers()),
        (1, 1)
    );
    room.record(0, 1);
    room.record(1, 2);
    room.settle();
    assert!(room.gates[1].holds(1) && room.gates[0].holds(2));
    assert_eq!(room.sent, [(0, 1), (1, 0)]);
}

#[test]
fn gates_that_were_apart_hand_each_other_all_that_they_lack_batch_by_batch() {
    let mut room = Room::of(2);
    // Each is sealed by itself, so that they are more than one message holds.
    let each = SEGMENTS_MAX + 40;
    for _ in 0..each {
        room.record(0, 1);
        room.record(1, 2);
    }
    room.connect(0, 1);
    room.settle();
    for gate in &mut room.gates {
        assert_eq!(gate.ledger.facts().unwrap().len(), 2 * each);
    }
    assert_eq!(room.sent.len(), 2 * each);
}

#[test]
fn where_all_see_each_other_nothing_travels_twice() {
    let mut room = Room::of(3);
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        room.connect(one, other);
    }
    room.settle();
    for of in 1..=5 {
        room.record(0, of);
        room.settle();
        room.beat();
    }
    for _ in 0..3 {
        room.beat();
    }
    assert!(room.gates[1].holds(5) && room.gates[2].holds(5));
    assert_eq!(room.sent.len(), 10, "{:?}", room.sent);
}

#[test]
fn a_gate_passes_on_what_two_others_cannot_tell_each_other() {
    let mut room = Room::of(3);
    room.connect(0, 1);
    room.connect(1, 2);
    room.settle();
    room.record(0, 1);
    room.settle();
    assert!(!room.gates[2].holds(1));
    for _ in 0..3 {
        room.beat();
    }
    assert!(room.gates[2].holds(1));
    // The signature is still that of the gate that recorded it.
    let held = room.gates[2].ledger.held().unwrap();
    assert_eq!(held, room.gates[0].ledger.held().unwrap());
}

#[test]
fn a_device_that_the_list_does_not_name_is_kept_out_until_it_does() {
    let late = Gate::new(1, active(0..2));
    let mut room = Room::with(vec![Gate::new(0, active(0..3)), late, Gate::new(2, active(0..3))]);
    room.connect(0, 1);
    room.connect(0, 2);
    room.settle();
    room.record(2, 7);
    room.settle();
    for _ in 0..3 {
        room.beat();
    }
    assert!(room.gates[0].holds(7) && !room.gates[1].holds(7));
    assert!(room.ended.is_empty(), "{:?}", room.ended);
    room.change_list(1, active([2]));
    room.settle();
    assert!(room.gates[1].holds(7));
}

#[test]
fn a_device_that_is_not_active_any_more_is_parted_from_and_not_met_again() {
    for status in [DeviceStatus::Revoked, DeviceStatus::Suspended] {
        let mut room = Room::of(2);
        room.connect(0, 1);
        room.settle();
        room.change_list(0, vec![device(1, status)]);
        assert_eq!(room.ended, ["its device is not active any more"]);
        assert_eq!(room.gates[0].exchange.peers(), 0);
        room.connect(0, 1);
        assert!(room.ended[1].contains("no active device"), "{:?}", room.ended);
    }
}

#[test]
fn a_list_that_changes_in_other_places_parts_nobody() {
    let mut room = Room::of(2);
    room.connect(0, 1);
    room.settle();
    room.change_list(0, active([3]));
    room.settle();
    assert_eq!((room.gates[0].exchange.peers(), room.ended.len()), (1, 0));
}

#[test]
fn a_segment_that_another_key_signed_is_kept_out() {
    let mut room = Room::of(3);
    let (_, link) = room.connect(1, 0);
    room.settle();
    let forged = Segment {
        device: name(2),
        stream: StreamId::new([9; 16]),
        first: crate::domain::ids::Sequence::FIRST,
        previous: None,
        drafts: vec![entry(8)],
    };
    let segments = |bytes: Vec<u8>| Message::Segments {
        segments: vec![ByteVec::from(bytes)],
        answer: false,
    };
    assert!(room.says(0, link, segments(forged.seal(&key(1)))).is_empty());
    assert!(!room.gates[0].holds(8));
    assert!(room.says(0, link, segments(forged.seal(&key(2)))).is_empty());
    assert!(room.gates[0].holds(8));
    let why = room.says(0, link, segments(b"no segment".to_vec()));
    assert!(why[0].contains("no segment"), "{why:?}");
}

#[test]
fn of_two_connections_of_one_pair_both_sides_keep_the_same() {
    for (first, second) in [
        ((0, 1), (1, 0)),
        ((1, 0), (0, 1)),
        ((0, 1), (0, 1)),
        ((1, 0), (1, 0)),
    ] {
        let mut room = Room::of(2);
        room.connect(first.0, first.1);
        room.settle();
        room.connect(second.0, second.1);
        room.settle();
        assert_eq!(
            (room.gates[0].exchange.peers(), room.gates[1].exchange.peers()),
            (1, 1)
        );
        room.record(0, 1);
        room.record(1, 2);
        room.settle();
        assert!(
            room.gates[1].holds(1) && room.gates[0].holds(2),
            "{first:?} {second:?}"
        );
    }
}

#[test]
fn a_copy_of_this_gate_is_told_apart() {
    let mut room = Room::of(1);
    let Gate { ledger, exchange, .. } = &mut room.gates[0];
    let own = key(0).verifying_key().to_bytes();
    let orders = exchange.connected(ledger, 5, own, false, Moment(0)).unwrap();
    assert!(
        matches!(&orders[..], [Order::End { why, .. }] if why.contains("a copy")),
        "{orders:?}"
    );
}

#[test]
fn who_speaks_out_of_turn_or_of_something_else_is_parted_from() {
    let hello = Hello {
        protocol: PROTOCOL,
        event: "spring-26".parse().unwrap(),
        device: name(1),
    };
    let other_version = Hello {
        protocol: 2,
        ..hello.clone()
    };
    let other_event = Hello {
        event: "autumn-26".parse().unwrap(),
        ..hello.clone()
    };
    let other_name = Hello {
        device: name(2),
        ..hello.clone()
    };
    for (message, said) in [
        (Message::Beat, "out of turn"),
        (Message::Hello(other_version), "version 2"),
        (Message::Hello(other_event), "another event"),
        (Message::Hello(other_name), "its key is of another device"),
    ] {
        let mut room = Room::of(3);
        let (link, _) = room.connect(0, 1);
        room.on_the_way.clear();
        let why = room.says(0, link, message);
        assert!(why[0].contains(said), "{why:?}");
        assert_eq!(room.gates[0].exchange.peers(), 0);
    }
    let mut room = Room::of(2);
    let (link, _) = room.connect(0, 1);
    room.settle();
    assert!(room.says(0, link, Message::Hello(hello))[0].contains("out of turn"));
}

#[test]
fn who_sends_more_than_was_agreed_is_parted_from() {
    let held = (0..=HAVE_MAX).map(|number| Held {
        stream: StreamId::new((number as u128).to_be_bytes()),
        holds: crate::domain::ids::Sequence(1),
        tip: None,
    });
    let held: Vec<Held> = held.collect();
    let (first, last) = held.split_at(HAVE_MAX);
    let have = |held: &[Held]| Message::Have {
        held: held.to_vec(),
        whole: false,
    };
    let mut room = Room::of(2);
    let (link, _) = room.connect(0, 1);
    room.on_the_way
        .retain(|(_, _, message)| matches!(message, Message::Hello(_)));
    room.settle();
    assert!(room.says(0, link, have(first)).is_empty());
    assert!(room.says(0, link, have(last))[0].contains("more at once"));

    let (link, _) = room.connect(0, 1);
    room.settle();
    let segments = vec![ByteVec::from(vec![0]); SEGMENTS_MAX + 1];
    let why = room.says(
        0,
        link,
        Message::Segments {
            segments,
            answer: false,
        },
    );
    assert!(why[0].contains("more at once"), "{why:?}");
}

#[test]
fn a_neighbour_that_falls_silent_is_parted_from_and_one_that_beats_is_not() {
    let mut room = Room::of(2);
    room.connect(0, 1);
    room.settle();
    for _ in 0..10 {
        room.beat();
    }
    assert_eq!(room.gates[0].exchange.peers(), 1);
    let Gate { ledger, exchange, .. } = &mut room.gates[0];
    for (after_ms, peers) in [(5_999, 1), (6_000, 0)] {
        exchange.tick(ledger, room.now.plus(after_ms)).unwrap();
        assert_eq!(exchange.peers(), peers, "{after_ms}");
    }
}
