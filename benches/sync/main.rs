//! A first sync, and what follows it, between real processes over loopback and on real files: seconds, requests, bytes on
//! the wire beside the entropy of what they carry, memory, and what scans feel of it.
//!
//! Figures of time are ratios within one run: of a first sync to a bare insert of the same rows, and of a verdict's p99
//! beside a sync to that without. `SIZES=10000,100000` chooses lists.

mod bare;
mod gate;
mod list;
mod relay;
mod server;
mod together;
mod uploads;
mod verdicts;
mod watch;

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use gate::Gate;
use list::List;
use relay::Relay;
use server::Server;

/// Tickets on the lists.
const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];
/// Tickets on the list of those who exchange facts.
const LISTED_FOR_FACTS: u64 = 10_000;
/// First syncs of each list that takes little: the middle one counts.
const TIMES: usize = 3;
/// Changes behind which a gate stands for the figure of a delta.
const CHANGES: u64 = 100;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let disk = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let least = peak_of_an_empty_sync(disk.path())?;
    for size in sizes()? {
        measure(&disk.path().join(size.to_string()), size, least)?;
    }
    measure_facts(disk.path())
}

#[expect(
    clippy::disallowed_methods,
    reason = "what a bench measures is chosen where cargo starts it, which takes no arguments of ours"
)]
fn sizes() -> Outcome<Vec<u64>> {
    match std::env::var("SIZES") {
        Ok(text) => Ok(text.split(',').map(str::parse).collect::<Result<_, _>>()?),
        Err(_) => Ok(SIZES.to_vec()),
    }
}

/// Megabytes of a gate's process that syncs nothing.
fn peak_of_an_empty_sync(disk: &Path) -> Outcome<f64> {
    let server = Server::start(&disk.join("empty-server"), &List::new(0)?)?;
    let relay = Relay::start(server.address())?;
    let gate = Gate::enrol(&disk.join("empty-gate"), &server, "pi-0", relay.address())?;
    Ok(gate.sync()?.peak_mb)
}

fn measure(disk: &Path, size: u64, least_mb: f64) -> Outcome<()> {
    let list = List::new(size)?;
    let server = Server::start(&disk.join("server"), &list)?;
    let relay = Relay::start(server.address())?;
    let times = if size > 100_000 { 1 } else { TIMES };
    let (mut syncs, mut bares) = (Vec::new(), Vec::new());
    let mut first = None;
    let mut peak_mb = 0.0_f64;
    for round in 0..times {
        let gate = Gate::enrol(
            &disk.join(format!("gate-{round}")),
            &server,
            &format!("pi-{round}"),
            relay.address(),
        )?;
        relay.take();
        let run = gate.sync()?;
        let wire = relay.take();
        // Those that come later get what changed since besides.
        first.get_or_insert(wire);
        syncs.push(run.took);
        peak_mb = peak_mb.max(run.peak_mb);
        bares.push(bare::insert(&disk.join(format!("bare-{round}.db")), &list)?);
        if round == 0 {
            server.change(&list, CHANGES)?;
            gate.sync()?;
            let delta = relay.take();
            println!(
                "{CHANGES} changes later: {} bytes down, {} up, {} requests",
                delta.down, delta.up, delta.requests
            );
        }
    }
    let (sync, bare) = (middle(syncs), middle(bares));
    let wire = first.unwrap_or_default();
    let bytes = (wire.up + wire.down) as f64;
    println!("first sync of {size} tickets");
    println!(
        "  {:.3} s from the process's start, {:.2} times a bare insert of {:.3} s",
        sync.as_secs_f64(),
        sync.as_secs_f64() / bare.as_secs_f64(),
        bare.as_secs_f64()
    );
    println!(
        "  {} requests, {} bytes down, {} up: {:.3} bytes a ticket, entropy {:.3} (ids {:.3}): {:.4} times",
        wire.requests,
        wire.down,
        wire.up,
        bytes / size as f64,
        list.entropy_bytes() / size as f64,
        list.id_entropy_bytes() / size as f64,
        bytes / list.entropy_bytes()
    );
    println!(
        "  gate: {:.1} MB more than a sync of nothing; server: {:.1} MB at its peak",
        peak_mb - least_mb,
        server.peak_mb()?
    );
    let beside = verdicts::beside_a_first_sync(&disk.join("scanning"), &server, relay.address())?;
    println!(
        "  {}; server {:.1} MB",
        beside.told("a first sync"),
        server.peak_mb()?
    );
    Ok(())
}

/// Facts on their way up and from gate to gate, at an event of a common size.
fn measure_facts(disk: &Path) -> Outcome<()> {
    let list = List::new(LISTED_FOR_FACTS)?;
    let server = Server::start(&disk.join("facts-server"), &list)?;
    let relay = Relay::start(server.address())?;
    together::measure(disk, &server, server.address())?;
    uploads::measure(disk, &server, &relay)?;
    uploads::measure_apart(disk)
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a bench reads the clock; nothing else does"
)]
fn timed<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<(T, Duration)> {
    let begun = Instant::now();
    let made = work()?;
    Ok((made, begun.elapsed()))
}
