//! A gate with its store, its scans, and the thread that meets its neighbours.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use tempfile::TempDir;
use tokio::sync::oneshot;
use wicket::domain::checkin::{Draft, Kind};
use wicket::domain::ids::{DeviceId, StreamId, TicketId};
use wicket::domain::time::{Now, UnixSeconds};
use wicket::ledger::{
    DEVICE_KEY_SETTING, ENROLMENT_SETTING, Enrolment, Ledger, Opening, ServerKey, SqliteLedger,
};
use wicket::sync::Contact;
use wicket::sync::lan::{Notice, Options, meet};
use wicket::wire::tickets::pack;
use wicket::wire::{Change, Cursor, DeviceRow, DeviceStatus, LogPage, SnapshotPage};

/// The event of these tests.
pub(super) const EVENT: &str = "spring-26";
/// A test that waits so long for something has failed.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// What a gate tells of its neighbours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    Listening(SocketAddr),
    Met(String),
    Brought(String, usize),
    Parted(String, String),
    Refused(String),
    NoDiscovery(String),
}

/// A gate.
pub(super) struct Gate {
    pub(super) name: &'static str,
    pub(super) ledger: SqliteLedger,
    list: u64,
    folder: TempDir,
    lan: Option<Lan>,
}

struct Lan {
    told: Receiver<Told>,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
    contact: Contact,
}

/// A device's key.
pub(super) fn key(name: &str) -> SigningKey {
    let mut seed = [0; 32];
    seed[..name.len()].copy_from_slice(name.as_bytes());
    SigningKey::from_bytes(&seed)
}

/// The rows of devices that count.
pub(super) fn active(names: &[&str]) -> Vec<Change> {
    names.iter().map(|name| row(name, DeviceStatus::Active)).collect()
}

pub(super) fn row(name: &str, status: DeviceStatus) -> Change {
    Change::Device(DeviceRow {
        device: name.parse().unwrap(),
        key: key(name).verifying_key().to_bytes().into(),
        status,
        believed: None,
    })
}

pub(super) fn entry(of: u8) -> Draft {
    Draft {
        kind: Kind::Entry,
        ticket: Some(TicketId::new(&[of; 8]).unwrap()),
        gate: "north".parse().unwrap(),
        zone: "venue".parse().unwrap(),
        from_zone: None,
        now: Now::exactly(UnixSeconds(1_794_729_600)),
        order: 1,
        persons: 1,
        presented_at: None,
        reason: None,
        flags: Vec::new(),
        rules_version: 1,
        list_version: 1,
        operator: None,
        grounds: None,
    }
}

impl Gate {
    /// Enrolled, with the devices that its list names as active.
    pub(super) fn new(name: &'static str, devices: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut stream = [0; 16];
        stream[..name.len()].copy_from_slice(name.as_bytes());
        let mut ledger =
            SqliteLedger::open(folder.path(), StreamId::new(stream), &Opening::default()).unwrap();
        let enrolment = Enrolment {
            server: "https://tickets.example".to_owned(),
            server_key: ServerKey(key("server").verifying_key()),
            device: name.parse().unwrap(),
            event: EVENT.parse().unwrap(),
            gate: "north".parse().unwrap(),
        };
        let json = serde_json::to_vec(&enrolment).unwrap();
        ledger.set_setting(ENROLMENT_SETTING, &json).unwrap();
        ledger
            .set_setting(DEVICE_KEY_SETTING, key(name).as_bytes())
            .unwrap();
        let mut gate = Self {
            name,
            ledger,
            list: 0,
            folder,
            lan: None,
        };
        gate.change_list(active(devices));
        gate
    }

    /// Brings changes of the event's list, as a sync would.
    pub(super) fn change_list(&mut self, changes: Vec<Change>) {
        let from = self.list;
        self.list += 1;
        let to = Cursor {
            log: [7; 16].into(),
            sequence: self.list,
            chain: [0; 32].into(),
        };
        let (event, as_of) = (EVENT.parse().unwrap(), UnixSeconds(1_794_729_600));
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
            return self.ledger.apply_snapshot(&page, &[], &[]).unwrap();
        }
        let page = LogPage {
            event,
            from,
            to,
            head: self.list,
            as_of,
            changes: changes.into_iter().map(|change| (self.list, change)).collect(),
        };
        self.ledger.apply(&page, &[]).unwrap();
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn record(&mut self, of: u8) {
        self.ledger.record(&entry(of)).unwrap();
    }

    pub(super) fn holds(&mut self, of: u8) -> bool {
        let ticket = TicketId::new(&[of; 8]).unwrap();
        !self.ledger.look_up(&ticket).unwrap().facts.is_empty()
    }

    /// Meets its neighbours on the loopback, and calls these; where it listens itself.
    pub(super) fn meet(&mut self, peers: &[SocketAddr]) -> SocketAddr {
        self.meet_with(Options {
            listen: "127.0.0.1:0".parse().unwrap(),
            peers: peers.iter().map(SocketAddr::to_string).collect(),
            discover: false,
            jitter: 1,
        })
    }

    pub(super) fn meet_with(&mut self, options: Options) -> SocketAddr {
        let mut ledger = SqliteLedger::attach(self.folder.path(), &Opening::default()).unwrap();
        let (tell, told) = channel();
        let (stop, stopped) = oneshot::channel();
        let contact = Contact::default();
        let shared = contact.clone();
        let thread = std::thread::Builder::new()
            .spawn(move || {
                let mut tell = |notice: Notice<'_>| {
                    // Nobody waits any more at the end of a test.
                    let _ = tell.send(owned(notice));
                };
                let stop = async {
                    let _ = stopped.await;
                };
                meet(&mut ledger, &options, &shared, stop, &mut tell).unwrap();
            })
            .unwrap();
        self.lan = Some(Lan {
            told,
            stop,
            thread,
            contact,
        });
        match self.wait("listen", |told| matches!(told, Told::Listening(_))) {
            Told::Listening(address) => address,
            other => panic!("{other:?}"),
        }
    }

    /// Stops meeting neighbours.
    pub(super) fn leave(&mut self) {
        let lan = self.lan.take().unwrap();
        let _ = lan.stop.send(());
        lan.thread.join().unwrap();
        assert_eq!(lan.contact.peers(), 0);
    }

    pub(super) fn peers(&self) -> usize {
        self.lan.as_ref().unwrap().contact.peers()
    }

    /// Waits until the gate tells of something.
    pub(super) fn wait(&self, what: &str, is: impl Fn(&Told) -> bool) -> Told {
        let told = &self.lan.as_ref().unwrap().told;
        let mut before = Vec::new();
        loop {
            match told.recv_timeout(PATIENCE) {
                Ok(notice) if is(&notice) => return notice,
                Ok(notice) => before.push(notice),
                Err(_) => panic!("{} waited in vain to {what}; it told {before:?}", self.name),
            }
        }
    }

    pub(super) fn wait_to_meet(&self, name: &str) {
        self.wait("meet", |told| *told == Told::Met(name.to_owned()));
    }

    /// Waits until neighbours brought so many segments in all.
    pub(super) fn wait_for_segments(&self, count: usize) {
        let mut left = count;
        while left > 0 {
            if let Told::Brought(_, segments) =
                self.wait("be brought", |told| matches!(told, Told::Brought(..)))
            {
                left = left.saturating_sub(segments);
            }
        }
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        if self.lan.is_some() && !std::thread::panicking() {
            self.leave();
        }
    }
}

fn owned(notice: Notice<'_>) -> Told {
    let name = |device: &DeviceId| device.to_string();
    match notice {
        Notice::Listening(address) => Told::Listening(address),
        Notice::NoDiscovery(why) => Told::NoDiscovery(why.to_owned()),
        Notice::Met(device) => Told::Met(name(device)),
        Notice::Brought(device, segments) => Told::Brought(name(device), segments),
        Notice::Parted(device, why) => Told::Parted(name(device), why.to_owned()),
        Notice::Refused(_, why) => Told::Refused(why.to_owned()),
    }
}
