//! A gate and its neighbours, without their sockets: who is connected, what was said, and what to say next, against the
//! store alone.

use std::collections::BTreeMap;

use ed25519_dalek::{SigningKey, VerifyingKey};

use super::super::error::SyncError;
use super::super::seal::seal;
use super::roster::Roster;
use super::session::{Effect, Session};
use crate::domain::ids::DeviceId;
use crate::domain::outbox::Room;
use crate::domain::time::Moment;
use crate::ledger::{Enrolment, Ledger, LedgerError, SealedSegment};
use crate::wire::exchange::{Hello, Message, PROTOCOL, SEGMENTS_MAX};
use crate::wire::{Cursor, Segment};

/// Facts in one batch: a neighbour merges them in one transaction, for which a scan never waits long.
const BATCH_FACTS_MAX: usize = 1_000;
/// Bytes of segments in one batch, or the largest segment alone.
const BATCH_BYTES_MAX: usize = 512 << 10;

/// One connection, by a number that is not used again.
pub type Link = u64;

/// What to do with a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Send a message.
    Send(Link, Message),
    /// Tell that it brought so many segments, which are kept now.
    Brought(Link, usize),
    /// End it.
    End {
        /// The connection.
        link: Link,
        /// Whose it was, where it was one with a neighbour.
        device: Option<DeviceId>,
        /// Why, for people.
        why: String,
    },
}

/// A gate among its neighbours. Whoever carries the messages calls it with what happened, and does what it orders.
#[derive(Debug)]
pub struct Exchange {
    own: Hello,
    key: SigningKey,
    roster: Roster,
    /// Which list the roster is of.
    list: Option<Cursor>,
    neighbours: BTreeMap<Link, Neighbour>,
    /// Segments up to this place were told of.
    place: u64,
}

#[derive(Debug)]
struct Neighbour {
    session: Session,
    key: [u8; 32],
    /// Whether the gate of the lesser name called, as both sides agree to keep where two connections meet.
    by_lesser: bool,
    /// Whether something that it sent was not believed, and may be once the list has changed.
    kept_out: bool,
}

impl Exchange {
    /// A gate without neighbours yet.
    ///
    /// # Errors
    /// [`SyncError`] where the store fails.
    pub fn new(ledger: &mut dyn Ledger, enrolment: &Enrolment, key: SigningKey) -> Result<Self, SyncError> {
        let own = Hello {
            protocol: PROTOCOL,
            event: enrolment.event.clone(),
            device: enrolment.device.clone(),
        };
        seal(ledger, &own.device, &key)?;
        let mut exchange = Self {
            own,
            key,
            roster: Roster::default(),
            list: None,
            neighbours: BTreeMap::new(),
            place: ledger.newest_place()?,
        };
        exchange.read_list(ledger)?;
        Ok(exchange)
    }

    /// The devices that are believed, kept up to date.
    #[must_use]
    pub fn roster(&self) -> Roster {
        self.roster.clone()
    }

    /// Devices that are connected and have said who they are.
    #[must_use]
    pub fn peers(&self) -> usize {
        let met = |neighbour: &&Neighbour| neighbour.session.is_met();
        self.neighbours.values().filter(met).count()
    }

    /// A connection began, whose other side proved to hold `key`. `dialled`: this gate called it.
    ///
    /// # Errors
    /// [`LedgerError`] where the store fails.
    pub fn connected(
        &mut self,
        ledger: &mut dyn Ledger,
        link: Link,
        key: [u8; 32],
        dialled: bool,
        now: Moment,
    ) -> Result<Vec<Order>, LedgerError> {
        let end = |why: &str| {
            let (device, why) = (None, why.to_owned());
            Ok(vec![Order::End { link, device, why }])
        };
        let Some(device) = self.roster.device(&key) else {
            return end("its key is of no active device of this event");
        };
        if device == self.own.device {
            return end("it shows this gate's own key: one of the two is a copy of the other, enrol it anew");
        }
        let by_lesser = dialled == (self.own.device < device);
        let other = self.link_of(&device);
        if other.is_some_and(|(_, other_by_lesser)| other_by_lesser && !by_lesser) {
            return end("another connection with it is kept");
        }
        let mut orders: Vec<Order> = other.into_iter().map(|(other, _)| self.replaced(other)).collect();
        let mut session = Session::new(self.own.clone(), device, now);
        let greeting = session.greet(&ledger.held()?);
        self.neighbours.insert(
            link,
            Neighbour {
                session,
                key,
                by_lesser,
                kept_out: false,
            },
        );
        orders.extend(self.carry(ledger, link, greeting.into())?);
        Ok(orders)
    }

    /// A message came.
    ///
    /// # Errors
    /// [`LedgerError`] where the store fails.
    pub fn heard(
        &mut self,
        ledger: &mut dyn Ledger,
        link: Link,
        message: Message,
        now: Moment,
    ) -> Result<Vec<Order>, LedgerError> {
        let Some(neighbour) = self.neighbours.get_mut(&link) else {
            // Said before it heard that the connection ended.
            return Ok(Vec::new());
        };
        match neighbour.session.hear(message, now) {
            Ok(effects) => self.carry(ledger, link, effects),
            Err(fault) => Ok(vec![self.end(link, fault.to_string())]),
        }
    }

    /// Whose connection it is, once it has said so itself.
    #[must_use]
    pub fn met(&self, link: Link) -> Option<&DeviceId> {
        let session = &self.neighbours.get(&link)?.session;
        session.is_met().then(|| session.device())
    }

    /// A connection is gone; whose it was, unless it was ended by an order.
    pub fn ended(&mut self, link: Link) -> Option<DeviceId> {
        let neighbour = self.neighbours.remove(&link)?;
        Some(neighbour.session.device().clone())
    }

    /// The store was written to by others: this gate's scans go out, and a changed list is heeded.
    ///
    /// # Errors
    /// [`SyncError`] where the store fails.
    pub fn look(&mut self, ledger: &mut dyn Ledger) -> Result<Vec<Order>, SyncError> {
        seal(ledger, &self.own.device, &self.key)?;
        let mut orders = self.push(ledger)?;
        if self.read_list(ledger)? {
            orders.extend(self.heed_list(ledger)?);
        }
        Ok(orders)
    }

    /// Time passes: to be called a few times a second.
    ///
    /// # Errors
    /// [`LedgerError`] where the store fails.
    pub fn tick(&mut self, ledger: &mut dyn Ledger, now: Moment) -> Result<Vec<Order>, LedgerError> {
        let held = ledger.held()?;
        let links: Vec<Link> = self.neighbours.keys().copied().collect();
        let mut orders = Vec::new();
        for link in links {
            let Some(neighbour) = self.neighbours.get_mut(&link) else {
                continue;
            };
            match neighbour.session.tick(&held, now) {
                Ok(effects) => orders.extend(self.carry(ledger, link, effects)?),
                Err(fault) => orders.push(self.end(link, fault.to_string())),
            }
        }
        Ok(orders)
    }

    /// What this gate sealed since the last look, to every neighbour.
    fn push(&mut self, ledger: &mut dyn Ledger) -> Result<Vec<Order>, LedgerError> {
        let mut orders = Vec::new();
        loop {
            let kept = ledger.kept_after(self.place, &room())?;
            let Some(last) = kept.last() else {
                return Ok(orders);
            };
            self.place = last.place;
            let made_here =
                |bytes: &[u8]| Segment::unverified(bytes).is_ok_and(|made| made.device == self.own.device);
            let own: Vec<SealedSegment> = kept
                .into_iter()
                .map(|kept| kept.segment)
                .filter(|segment| made_here(&segment.bytes))
                .collect();
            for (link, neighbour) in &mut self.neighbours {
                if let Some(Effect::Send(message)) = neighbour.session.push(&own) {
                    orders.push(Order::Send(*link, message));
                }
            }
        }
    }

    /// Reads who is believed, where the list has changed; whether it had.
    fn read_list(&mut self, ledger: &mut dyn Ledger) -> Result<bool, LedgerError> {
        let list = ledger.live_list()?.map(|live| live.cursor);
        if list == self.list {
            return Ok(false);
        }
        self.roster.set(ledger.active_devices()?);
        self.list = list;
        Ok(true)
    }

    /// Ends what is not believed any more, and asks again for what may be believed now.
    fn heed_list(&mut self, ledger: &mut dyn Ledger) -> Result<Vec<Order>, LedgerError> {
        let held = ledger.held()?;
        let mut orders = Vec::new();
        self.neighbours.retain(|link, neighbour| {
            if self.roster.device(&neighbour.key).as_ref() != Some(neighbour.session.device()) {
                orders.push(Order::End {
                    link: *link,
                    device: Some(neighbour.session.device().clone()),
                    why: "its device is not active any more".to_owned(),
                });
                return false;
            }
            if std::mem::take(&mut neighbour.kept_out)
                && let Effect::Send(message) = neighbour.session.tell_all(&held)
            {
                orders.push(Order::Send(*link, message));
            }
            true
        });
        Ok(orders)
    }

    fn carry(
        &mut self,
        ledger: &mut dyn Ledger,
        link: Link,
        effects: Vec<Effect>,
    ) -> Result<Vec<Order>, LedgerError> {
        let mut orders = Vec::new();
        for effect in effects {
            let Some(neighbour) = self.neighbours.get_mut(&link) else {
                break;
            };
            let next = match effect {
                Effect::Send(message) => Some(Effect::Send(message)),
                Effect::Tell => Some(neighbour.session.tell(&ledger.held()?)),
                Effect::Offer => match neighbour.session.theirs() {
                    Some(theirs) => neighbour.session.offer(&ledger.beyond(&theirs, &room())?),
                    None => None,
                },
                Effect::Keep(segments) => match open(ledger, segments)? {
                    Ok(opened) => {
                        neighbour.kept_out |= opened.kept_out;
                        ledger.merge(&opened.believed)?;
                        orders.push(Order::Brought(link, opened.believed.len()));
                        None
                    }
                    Err(why) => {
                        orders.push(self.end(link, why));
                        None
                    }
                },
            };
            if let Some(Effect::Send(message)) = next {
                orders.push(Order::Send(link, message));
            }
        }
        Ok(orders)
    }

    fn end(&mut self, link: Link, why: String) -> Order {
        let device = self.ended(link);
        Order::End { link, device, why }
    }

    fn replaced(&mut self, link: Link) -> Order {
        self.end(link, "a newer connection with it is kept".to_owned())
    }

    fn link_of(&self, device: &DeviceId) -> Option<(Link, bool)> {
        self.neighbours
            .iter()
            .find(|(_, neighbour)| neighbour.session.device() == device)
            .map(|(link, neighbour)| (*link, neighbour.by_lesser))
    }
}

/// Segments as a neighbour sent them.
struct Opened {
    believed: Vec<(Vec<u8>, Segment)>,
    kept_out: bool,
}

/// Believes a segment by the signature of its device alone, with the key in this gate's own list, whoever passed it on. One
/// that cannot be read is no gate's: why, for people.
fn open(ledger: &mut dyn Ledger, segments: Vec<Vec<u8>>) -> Result<Result<Opened, String>, LedgerError> {
    let mut opened = Opened {
        believed: Vec::new(),
        kept_out: false,
    };
    for bytes in segments {
        let segment = match Segment::unverified(&bytes) {
            Ok(segment) => segment,
            Err(error) => return Ok(Err(format!("it sends what is no segment: {error}"))),
        };
        let key = ledger.device_key(&segment.device)?;
        let key = key.and_then(|key| VerifyingKey::from_bytes(&key).ok());
        if key.is_some_and(|key| Segment::open(&bytes, &key).is_ok()) {
            opened.believed.push((bytes, segment));
        } else {
            opened.kept_out = true;
        }
    }
    Ok(Ok(opened))
}

fn room() -> Room {
    Room {
        segments: SEGMENTS_MAX,
        facts: BATCH_FACTS_MAX,
        bytes: BATCH_BYTES_MAX,
    }
}
