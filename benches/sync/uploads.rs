//! Check-ins that waited, uploaded at once; and what scans feel of a large upload.

use std::net::SocketAddr;
use std::path::Path;

use super::gate::Gate;
use super::list::List;
use super::relay::Relay;
use super::server::Server;
use super::verdicts::{Beside, Scans};
use super::{LISTED_FOR_FACTS, Outcome, timed};

/// Check-ins that wait.
const COUNTS: [u64; 2] = [1_000, 100_000];
/// Where Linux keeps files in memory.
const IN_MEMORY: &str = "/dev/shm";
/// Guests that come to no gate of another figure: those number theirs from 0 and by the million for each of fifty.
const OTHER_GUESTS: u64 = 100_000_000;

/// Uploads from gates that were apart for long.
pub(super) fn measure(disk: &Path, server: &Server, relay: &Relay) -> Outcome<()> {
    for count in COUNTS {
        let gate = enrolled(
            &disk.join(format!("apart-{count}")),
            server,
            relay.address(),
            count,
        )?;
        // Whose check-ins a gate has heard of, it does not admit.
        Scans::open(&gate.folder)?
            .showing_from(OTHER_GUESTS + 10 * count)
            .admit(count)?;
        relay.take();
        let (_, took) = timed(|| gate.sync())?;
        let wire = relay.take();
        println!("upload of {count} check-ins");
        println!(
            "  {:.3} s from the process's start, {} requests, {} bytes up, {:.1} a check-in; server {:.1} MB",
            took.as_secs_f64(),
            wire.requests,
            wire.up,
            wire.up as f64 / count as f64,
            server.peak_mb()?
        );
    }
    let beside = beside_an_upload(&disk.join("uploading"), server, relay.address())?;
    println!(
        "  {}",
        beside.told("an upload of 100000 check-ins to a server on the same disk")
    );
    Ok(())
}

/// What scans feel of an upload where gate and server share no disk, as at a venue: on one disk, the commit of a verdict waits
/// for what the server writes. Says nothing where this machine has no second file system.
pub(super) fn measure_apart(disk: &Path) -> Outcome<()> {
    let Ok(elsewhere) = tempfile::tempdir_in(IN_MEMORY) else {
        return Ok(());
    };
    let server = Server::start(&elsewhere.path().join("server"), &List::new(LISTED_FOR_FACTS)?)?;
    let beside = beside_an_upload(&disk.join("uploading-apart"), &server, server.address())?;
    println!(
        "  {}",
        beside.told("an upload of 100000 check-ins to a server in memory")
    );
    Ok(())
}

fn enrolled(folder: &Path, server: &Server, at: SocketAddr, count: u64) -> Outcome<Gate> {
    let gate = Gate::enrol(folder, server, &format!("pi-apart-{count}"), at)?;
    // It has the list, as a gate that lost its network in the midst of a day.
    gate.sync()?;
    Ok(gate)
}

fn beside_an_upload(folder: &Path, server: &Server, at: SocketAddr) -> Outcome<Beside> {
    let gate = enrolled(folder, server, at, 0)?;
    let mut scans = Scans::open(folder)?.showing_from(2 * OTHER_GUESTS);
    scans.admit(100_000)?;
    Beside::a_sync(&gate, &mut scans)
}
