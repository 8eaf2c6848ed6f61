//! From a check-in's durable record at one gate to its neighbour's store, over loopback: how long a ticket that was admitted at
//! one gate could still be shown at the next.
//!
//! All gates share this machine's cores and disk, which gates at a venue do not.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use tempfile::TempDir;
use wicket::domain::checkin::{Draft, Kind};
use wicket::domain::ids::{DeviceId, StreamId, TicketId};
use wicket::domain::time::{Now, UnixSeconds};
use wicket::ledger::{
    DEVICE_KEY_SETTING, ENROLMENT_SETTING, Enrolment, Ledger, Opening, ServerKey, SqliteLedger,
};
use wicket::sync::Contact;
use wicket::sync::lan::{Notice, Options, meet};
use wicket::wire::tickets::pack;
use wicket::wire::{Change, Cursor, DeviceRow, DeviceStatus, SnapshotPage};

/// Gates that share a network.
const SIZES: [u8; 2] = [2, 10];
/// Check-ins that count: five stand behind a p99.
const ROUNDS: u64 = 500;
/// Check-ins before the first that counts.
const WARM_UP: u64 = 50;
/// A neighbour that brings nothing for so long is not there.
const PATIENCE: Duration = Duration::from_secs(60);
const AT: UnixSeconds = UnixSeconds(1_795_000_000);

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A gate, and what its thread tells of its neighbours.
struct Gate {
    ledger: SqliteLedger,
    told: Receiver<Told>,
    address: SocketAddr,
    _folder: TempDir,
}

enum Told {
    Listening(SocketAddr),
    Met,
    Brought,
}

fn main() -> Outcome<()> {
    println!("{:<10} {:>9} {:>9} {:>9}", "gates", "p50 ms", "p99 ms", "most ms");
    for size in SIZES {
        let mut times = venue(size)?;
        times.sort_unstable();
        let [p50, p99, most] = [50, 99, 100].map(|percent| percentile(&times, percent));
        println!("{size:<10} {p50:>9.1} {p99:>9.1} {most:>9.1}");
    }
    Ok(())
}

/// The first gate records; what passes until the last one would refuse.
fn venue(size: u8) -> Outcome<Vec<Duration>> {
    let mut gates = Vec::new();
    for number in 0..size {
        let others: Vec<SocketAddr> = gates.iter().map(|gate: &Gate| gate.address).collect();
        let gate = Gate::open(number, size, &others)?;
        for _ in &others {
            gate.wait(|told| matches!(told, Told::Met))?;
        }
        gates.push(gate);
    }
    let [first, .., last] = gates.as_mut_slice() else {
        return Err("it takes two gates".into());
    };
    let mut times = Vec::new();
    for round in 0..WARM_UP + ROUNDS {
        let took = round_trip(first, last, round)?;
        if round >= WARM_UP {
            times.push(took);
        }
    }
    Ok(times)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a bench reads the clock; nothing else does"
)]
fn round_trip(first: &mut Gate, last: &mut Gate, round: u64) -> Outcome<Duration> {
    let ticket = TicketId::new(&round.to_be_bytes())?;
    first.ledger.record(&entry(&ticket)?)?;
    let begun = Instant::now();
    loop {
        last.wait(|told| matches!(told, Told::Brought))?;
        if !last.ledger.look_up(&ticket)?.facts.is_empty() {
            return Ok(begun.elapsed());
        }
    }
}

impl Gate {
    fn open(number: u8, of: u8, others: &[SocketAddr]) -> Outcome<Self> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let stream = StreamId::new([number + 1; 16]);
        let mut ledger = SqliteLedger::open(folder.path(), stream, &Opening::default())?;
        let enrolment = Enrolment {
            server: "https://tickets.example".to_owned(),
            server_key: ServerKey(key(u8::MAX).verifying_key()),
            device: device(number)?,
            event: "spring-26".parse()?,
            gate: "north".parse()?,
        };
        ledger.set_setting(ENROLMENT_SETTING, &serde_json::to_vec(&enrolment)?)?;
        ledger.set_setting(DEVICE_KEY_SETTING, key(number).as_bytes())?;
        ledger.apply_snapshot(&list(of)?, &[], &[])?;
        let told = start(SqliteLedger::attach(folder.path(), &Opening::default())?, others)?;
        let Told::Listening(address) = told.recv_timeout(PATIENCE)? else {
            return Err("a gate met somebody before it listened".into());
        };
        Ok(Self {
            ledger,
            told,
            address,
            _folder: folder,
        })
    }

    fn wait(&self, is: impl Fn(&Told) -> bool) -> Outcome<()> {
        while !is(&self.told.recv_timeout(PATIENCE)?) {}
        Ok(())
    }
}

fn start(mut ledger: SqliteLedger, others: &[SocketAddr]) -> Outcome<Receiver<Told>> {
    let options = Options {
        listen: "127.0.0.1:0".parse()?,
        peers: others.iter().map(SocketAddr::to_string).collect(),
        discover: false,
        jitter: 1,
    };
    let (tell, told) = channel();
    let work = move || {
        let mut tell = |notice: Notice<'_>| {
            let told = match notice {
                Notice::Listening(address) => Told::Listening(address),
                Notice::Met(_) => Told::Met,
                Notice::Brought(..) => Told::Brought,
                Notice::NoDiscovery(_) | Notice::Parted(..) | Notice::Refused(..) => return,
            };
            // Nobody listens any more at the end of a size.
            let _ = tell.send(told);
        };
        let never = std::future::pending();
        if let Err(error) = meet(&mut ledger, &options, &Contact::default(), never, &mut tell) {
            eprintln!("a gate met nobody any more: {error}");
        }
    };
    std::thread::Builder::new().spawn(work)?;
    Ok(told)
}

fn list(devices: u8) -> Outcome<SnapshotPage> {
    let row = |number| -> Outcome<Change> {
        Ok(Change::Device(DeviceRow {
            device: device(number)?,
            key: key(number).verifying_key().to_bytes().into(),
            status: DeviceStatus::Active,
            believed: None,
        }))
    };
    Ok(SnapshotPage {
        event: "spring-26".parse()?,
        to: Cursor {
            log: [7; 16].into(),
            sequence: 1,
            chain: [0; 32].into(),
        },
        as_of: AT,
        page: 0,
        pages: 1,
        tickets: pack(&[])?.into(),
        changes: (0..devices).map(row).collect::<Outcome<_>>()?,
    })
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

fn device(number: u8) -> Outcome<DeviceId> {
    Ok(format!("pi-{number}").parse()?)
}

fn entry(of: &TicketId) -> Outcome<Draft> {
    Ok(Draft {
        kind: Kind::Entry,
        ticket: Some(*of),
        gate: "north".parse()?,
        zone: "venue".parse()?,
        from_zone: None,
        now: Now::exactly(AT),
        order: AT.millis().0,
        persons: 1,
        presented_at: None,
        reason: None,
        flags: Vec::new(),
        rules_version: 1,
        list_version: 1,
        operator: None,
        grounds: None,
    })
}

/// In milliseconds, of sorted times.
fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let at = sorted.get(sorted.len().saturating_sub(1) * percent / 100);
    at.map_or(0.0, Duration::as_secs_f64) * 1_000.0
}
