//! Fifty gates in touch with one server: how soon each knows of a check-in at another, and what it takes when all of them
//! upload at once.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use wicket::device::clock::{Clock, FixedClock, boot, estimated};
use wicket::domain::health::Camera;
use wicket::domain::time::UnixSeconds;
use wicket::ledger::{Opening, SqliteLedger};
use wicket::sync::{Contact, Machine, Notice, Vitals, accompany};

use super::gate::Gate;
use super::list::random;
use super::server::Server;
use super::verdicts::{Scans, Spread};
use super::{Outcome, timed};

/// Gates in touch.
const GATES: usize = 50;
/// Check-ins, one at a time, at one gate after the other.
const ROUNDS: usize = 100;
/// Check-ins at each gate when all upload at once.
const AT_ONCE: u64 = 200;

/// What a gate's companion told.
enum Told {
    Connected,
    /// Segments of others that came down, and when.
    Took(u64, Instant),
    Sent,
}

/// A gate with a companion in a thread of its own.
struct Member {
    scans: Scans,
    told: Receiver<Told>,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<Result<(), String>>,
}

pub(super) fn measure(disk: &Path, server: &Server, at: SocketAddr) -> Outcome<()> {
    let members: Outcome<Vec<_>> = (0..GATES)
        .map(|number| Member::join(&disk.join(format!("member-{number}")), server, at, number))
        .collect();
    let mut members = members?;
    let mut delays = Vec::new();
    for round in 0..ROUNDS {
        delays.extend(one_check_in(&mut members, round % GATES)?);
    }
    println!("{GATES} gates in touch");
    println!(
        "  a check-in at one is known at the others: {}",
        Spread::of(delays)
    );
    let (sent, took) = timed(|| all_at_once(&mut members))?;
    println!(
        "  {} check-ins at all of them at once: {:.3} s until the server has every one, with {GATES} streams open; server {:.1} MB",
        sent,
        took.as_secs_f64(),
        server.peak_mb()?
    );
    members.into_iter().try_for_each(Member::leave)
}

/// A check-in at one gate: how long until each other one holds it.
#[expect(
    clippy::disallowed_methods,
    reason = "a bench reads the clock; nothing else does"
)]
fn one_check_in(members: &mut [Member], at: usize) -> Outcome<Vec<Duration>> {
    let begun = Instant::now();
    if let Some(member) = members.get_mut(at) {
        member.scans.admit(1)?;
    }
    // It comes down at its own gate too: that is no delay between gates, but must be heard before the next round.
    let mut delays = Vec::new();
    for (place, member) in members.iter().enumerate() {
        let delay = member.took_segments(1)?.duration_since(begun);
        if place != at {
            delays.push(delay);
        }
    }
    Ok(delays)
}

/// Every gate admits at once; how many check-ins went up.
fn all_at_once(members: &mut [Member]) -> Outcome<u64> {
    std::thread::scope(|scope| {
        let admitting: Vec<_> = members
            .iter_mut()
            .map(|member| scope.spawn(|| member.scans.admit(AT_ONCE).map_err(|error| error.to_string())))
            .collect();
        for thread in admitting {
            thread.join().map_err(|_| "a gate's thread panicked")??;
        }
        Ok::<_, String>(())
    })?;
    for member in members.iter_mut() {
        member.until_all_is_sent()?;
    }
    Ok(AT_ONCE * members.len() as u64)
}

impl Member {
    fn join(folder: &Path, server: &Server, at: SocketAddr, number: usize) -> Outcome<Self> {
        let gate = Gate::enrol(folder, server, &format!("member-{number}"), at)?;
        gate.sync()?;
        let scans = Scans::open(&gate.folder)?.showing_from(1_000_000 * number as u64);
        let (sender, told) = channel();
        let (stop, stopped) = oneshot::channel();
        let seed = number as u64;
        let body = move || keep_in_touch(&gate, seed, stopped, &sender).map_err(|error| error.to_string());
        let member = Self {
            scans,
            told,
            stop,
            thread: Builder::new().spawn(body)?,
        };
        while !matches!(member.told.recv()?, Told::Connected) {}
        Ok(member)
    }

    /// When so many segments of others have come down.
    fn took_segments(&self, wanted: u64) -> Outcome<Instant> {
        let mut taken = 0;
        loop {
            if let Told::Took(segments, when) = self.told.recv()? {
                taken += segments;
                if taken >= wanted {
                    return Ok(when);
                }
            }
        }
    }

    fn until_all_is_sent(&mut self) -> Outcome<()> {
        while self.scans.unsent()? > 0 {
            while !matches!(self.told.recv()?, Told::Sent) {}
        }
        Ok(())
    }

    fn leave(self) -> Outcome<()> {
        self.stop
            .send(())
            .map_err(|()| "a companion ended before its time")?;
        Ok(self.thread.join().map_err(|_| "a companion panicked")??)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a bench reads the clock; nothing else does"
)]
fn keep_in_touch(
    gate: &Gate,
    seed: u64,
    stopped: oneshot::Receiver<()>,
    sender: &Sender<Told>,
) -> Outcome<()> {
    let mut ledger = SqliteLedger::attach(&gate.folder, &Opening::default())?;
    let drawn = std::sync::atomic::AtomicU64::new(seed << 32);
    let draw = || random(drawn.fetch_add(1, std::sync::atomic::Ordering::Relaxed)).to_be_bytes();
    let machine = Machine {
        boot: &boot,
        clock: estimated,
        random: &|| {
            let (mut bytes, halves) = ([0; 16], [draw(), draw()].concat());
            bytes.copy_from_slice(&halves);
            Ok(bytes)
        },
        network: &String::new,
        vitals: &|_| {
            Ok(Vitals {
                now: FixedClock(UnixSeconds(1_795_000_000)).now(),
                uptime_s: 1,
                disk: None,
                camera: Camera::None,
                peers: 0,
            })
        },
    };
    let stop = async {
        let _ = stopped.await;
    };
    accompany(&mut ledger, &machine, &Contact::default(), stop, &mut |notice| {
        let told = match notice {
            Notice::Connected(_) => Told::Connected,
            Notice::Took(down) => Told::Took(down.segments, Instant::now()),
            Notice::Sent(_) => Told::Sent,
            // There is no relay here.
            Notice::TookBeside(_) | Notice::Apart { .. } => return,
        };
        // Who has seen enough no longer listens.
        let _ = sender.send(told);
    })?;
    Ok(())
}
