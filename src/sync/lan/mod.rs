//! Gates of one event on one network hand each other their check-ins, with or without a server: a ticket that was admitted
//! at one is refused at the next. No gate leads and none is configured. They find each other by mDNS, know each other by
//! the device keys in the event's list, and believe a check-in by the signature of the device that made it.

mod dial;
mod discovery;
mod exchange;
mod link;
mod roster;
mod session;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_rustls::{TlsAcceptor, TlsConnector};

pub use exchange::{Exchange, Link, Order};
pub use roster::Roster;

use super::companion::Contact;
use super::enrolment::{device_key, enrolment};
use super::error::SyncError;
use crate::domain::ids::DeviceId;
use crate::domain::time::Moment;
use crate::ledger::Ledger;
use crate::tls::{IsDevice, mutual_client, mutual_server};
use crate::wire::exchange::{Hello, Message, PROTOCOL};
use dial::{Caller, Dialer, Links};
use discovery::{Discovery, Found};
use link::{News, answer};

/// How often to look whether this gate recorded something: SQLite tells other connections nothing.
const LOCAL_LOOK: Duration = Duration::from_millis(20);
/// How often time passes for the neighbours: well within the beats that they are held to.
const TICK: Duration = Duration::from_millis(500);
/// Connections that others may begin: more gates than any venue has on one network.
const LINKS_MAX: usize = 128;
/// News that wait for the store. A neighbour whose news find no room is read no further meanwhile.
const NEWS_MAX: usize = 64;
/// Before accepting again where the machine refused, as when it has no file handles left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How a gate meets its neighbours.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where others may call; port 0 takes a free one, which is announced.
    pub listen: SocketAddr,
    /// Gates to call at addresses given by hand (`HOST:PORT`), for networks that carry no mDNS.
    pub peers: Vec<String>,
    /// Whether to announce this gate, and to call those that are announced.
    pub discover: bool,
    /// Random: where waits begin to differ from other gates'.
    pub jitter: u64,
}

/// What is told of the neighbours.
#[derive(Debug, Clone, Copy)]
pub enum Notice<'a> {
    /// Others may call at this address.
    Listening(SocketAddr),
    /// The networks of this machine carry no mDNS: only addresses given by hand are called.
    NoDiscovery(&'a str),
    /// A gate is connected.
    Met(&'a DeviceId),
    /// It brought so many segments of check-ins, which are kept now.
    Brought(&'a DeviceId, usize),
    /// A gate is not connected any more, and why.
    Parted(&'a DeviceId, &'a str),
    /// A connection did not come about, or was ended at once: with whom, and why.
    Refused(&'a str, &'a str),
}

/// Exchanges check-ins with the neighbours until `stop` ends. Works on a connection of its own to the store, beside the gate
/// that scans. How many are connected is told to `contact`.
///
/// # Errors
/// [`SyncError`] where the gate is not enrolled, or its own store or machine failed.
pub fn meet(
    ledger: &mut dyn Ledger,
    options: &Options,
    contact: &Contact,
    stop: impl Future<Output = ()>,
    tell: &mut dyn FnMut(Notice<'_>),
) -> Result<(), SyncError> {
    let runtime = super::runtime()?;
    let met = runtime.block_on(async {
        let mut lan = Lan::begin(ledger, options, contact, tell).await?;
        tokio::select! {
            failed = lan.run() => match failed {
                Ok(never) => match never {},
                Err(error) => Err(error),
            },
            () = stop => Ok(()),
        }
    });
    contact.set_peers(0);
    met
}

/// The gate on its network.
struct Lan<'a> {
    ledger: &'a mut dyn Ledger,
    contact: &'a Contact,
    tell: &'a mut dyn FnMut(Notice<'_>),
    exchange: Exchange,
    outgoing: BTreeMap<Link, Sender<Message>>,
    news: Receiver<News>,
    dialer: Dialer,
    discovery: Option<Discovery>,
    begun: Instant,
}

impl<'a> Lan<'a> {
    async fn begin(
        ledger: &'a mut dyn Ledger,
        options: &Options,
        contact: &'a Contact,
        tell: &'a mut dyn FnMut(Notice<'_>),
    ) -> Result<Self, SyncError> {
        let enrolment = enrolment(ledger)?;
        let key = device_key(ledger)?.ok_or(SyncError::NotEnrolled)?;
        // What is recorded from here on is seen by the looks.
        ledger.written_by_others()?;
        let exchange = Exchange::new(ledger, &enrolment, key.clone())?;
        let roster = exchange.roster();
        let is_device: IsDevice = Arc::new(move |key| roster.device(key).is_some());
        let (sender, news) = channel(NEWS_MAX);
        let links = Links::default();
        let listener = TcpListener::bind(options.listen)
            .await
            .map_err(SyncError::Machine)?;
        let address = listener.local_addr().map_err(SyncError::Machine)?;
        tell(Notice::Listening(address));
        let acceptor = mutual_server(&key, Arc::clone(&is_device))?.into();
        tokio::spawn(accept(listener, acceptor, links.clone(), sender.clone()));
        let connector: TlsConnector = mutual_client(&key, is_device)?.into();
        let caller = Caller {
            connector,
            links,
            news: sender,
            jitter: options.jitter,
        };
        let dialer = Dialer::new(enrolment.device.clone(), caller);
        for peer in &options.peers {
            dialer.by_hand(peer.clone());
        }
        let own = Hello {
            protocol: PROTOCOL,
            event: enrolment.event,
            device: enrolment.device,
        };
        let discovery = discovery(&own, options, address.port(), tell);
        Ok(Self {
            ledger,
            contact,
            tell,
            exchange,
            outgoing: BTreeMap::new(),
            news,
            dialer,
            discovery,
            begun: Instant::now(),
        })
    }

    async fn run(&mut self) -> Result<Infallible, SyncError> {
        let (mut look, mut tick) = (every(LOCAL_LOOK), every(TICK));
        loop {
            let orders = tokio::select! {
                // The dialer holds the other end: there always is one more.
                Some(news) = self.news.recv() => self.take(news)?,
                found = next(self.discovery.as_ref()) => {
                    self.dialer.found(found.device, found.addresses);
                    Vec::new()
                }
                _ = look.tick() => {
                    if self.ledger.written_by_others()? {
                        self.exchange.look(self.ledger)?
                    } else {
                        Vec::new()
                    }
                }
                _ = tick.tick() => self.exchange.tick(self.ledger, now(self.begun))?,
            };
            self.obey(orders);
            self.count();
        }
    }

    fn count(&self) {
        let peers = self.exchange.peers();
        if self.contact.peers() != peers {
            self.contact.set_peers(peers);
        }
    }

    fn take(&mut self, news: News) -> Result<Vec<Order>, SyncError> {
        let now = now(self.begun);
        match news {
            News::Connected {
                link,
                key,
                dialled,
                outgoing,
            } => {
                self.outgoing.insert(link, outgoing);
                Ok(self.exchange.connected(self.ledger, link, key, dialled, now)?)
            }
            News::Heard { link, message } => {
                let known = self.exchange.met(link).is_some();
                let orders = self.exchange.heard(self.ledger, link, message, now)?;
                if let Some(device) = self.exchange.met(link).filter(|_| !known) {
                    (self.tell)(Notice::Met(device));
                }
                Ok(orders)
            }
            News::Ended { link, why } => {
                self.outgoing.remove(&link);
                if let Some(device) = self.exchange.ended(link) {
                    (self.tell)(Notice::Parted(&device, &why));
                }
                Ok(Vec::new())
            }
            News::Refused { with, why } => {
                (self.tell)(Notice::Refused(&with, &why));
                Ok(Vec::new())
            }
        }
    }

    fn obey(&mut self, orders: Vec<Order>) {
        for order in orders {
            match order {
                Order::Send(link, message) => {
                    let queue = self.outgoing.get(&link);
                    if queue.is_some_and(|queue| queue.try_send(message).is_err()) {
                        // It is offered what it lacks when it comes back.
                        self.part(link, "it takes nothing in any more");
                    }
                }
                Order::Brought(link, segments) => {
                    if let Some(device) = self.exchange.met(link) {
                        (self.tell)(Notice::Brought(device, segments));
                    }
                }
                Order::End { link, device, why } => {
                    self.outgoing.remove(&link);
                    match device {
                        Some(device) => (self.tell)(Notice::Parted(&device, &why)),
                        None => (self.tell)(Notice::Refused("a neighbour", &why)),
                    }
                }
            }
        }
    }

    fn part(&mut self, link: Link, why: &str) {
        self.outgoing.remove(&link);
        if let Some(device) = self.exchange.ended(link) {
            (self.tell)(Notice::Parted(&device, why));
        }
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, links: Links, news: Sender<News>) {
    let room = Arc::new(Semaphore::new(LINKS_MAX));
    // The semaphore is never closed.
    while let Ok(permit) = Arc::clone(&room).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let connection = answer(links.next(), stream, acceptor.clone(), news.clone());
                tokio::spawn(async move {
                    connection.await;
                    drop(permit);
                });
            }
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
}

fn discovery(
    own: &Hello,
    options: &Options,
    port: u16,
    tell: &mut dyn FnMut(Notice<'_>),
) -> Option<Discovery> {
    if !options.discover {
        return None;
    }
    match Discovery::begin(own, port) {
        Ok(discovery) => Some(discovery),
        Err(error) => {
            tell(Notice::NoDiscovery(&error.to_string()));
            None
        }
    }
}

/// The next gate that was found; never, where nobody looks.
async fn next(discovery: Option<&Discovery>) -> Found {
    if let Some(discovery) = discovery
        && let Some(found) = discovery.next().await
    {
        return found;
    }
    std::future::pending().await
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

fn now(begun: Instant) -> Moment {
    Moment(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX))
}
