//! From the start of the program until it says that it is ready, with the same list: what a service manager hears.

use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::display::{Display, Ended};
use super::report::{bar, millis};
use super::venue::{AT, TICKETS, Venue};

/// Starts. Each is a process of its own.
const STARTS: usize = 20;
/// What the slowest may take.
const READY_MOST_MS: f64 = 1_000.0;

pub(super) fn measure(venue: &Venue) {
    let display = Display::start();
    let config = venue.path("gate.toml");
    // Without a camera: how long that takes is its own affair. There has to be a source, which need not be there.
    let text = "[camera]\nenabled = false\n[[scanner]]\nserial = \"/dev/none\"\n[sound]\nenabled = false\n";
    std::fs::write(&config, text).unwrap();
    let manager = UnixDatagram::bind(venue.path("notify")).unwrap();
    let mut times: Vec<f64> = (0..STARTS)
        .map(|_| millis(start(venue, &display.name, &manager)))
        .collect();
    times.sort_by(f64::total_cmp);
    println!(
        "{STARTS} starts with {TICKETS} tickets: median {:.0} ms",
        times[STARTS / 2]
    );
    bar(
        "start -> ready, the slowest, ms",
        times[STARTS - 1],
        READY_MOST_MS,
    );
}

fn start(venue: &Venue, display: &str, manager: &UnixDatagram) -> Duration {
    let begun = Instant::now();
    let started = Command::new(env!("CARGO_BIN_EXE_wicket"))
        .args(["kiosk", "--no-neighbours", "--at", &AT.to_string(), "--config"])
        .arg(venue.path("gate.toml"))
        .arg("--data")
        .arg(venue.data())
        .env("DISPLAY", display)
        .env("SLINT_BACKEND", "winit-software")
        .env("NOTIFY_SOCKET", venue.path("notify"))
        .stderr(Stdio::null())
        .spawn();
    let kiosk = Ended(started.unwrap());
    let mut heard = [0; 256];
    let length = manager.recv(&mut heard).unwrap();
    let took = begun.elapsed();
    assert!(heard[..length].starts_with(b"READY=1"));
    end(kiosk);
    took
}

/// As a service manager does, so that the store is closed before the next start.
fn end(mut kiosk: Ended) {
    stop(&kiosk.0);
    assert!(kiosk.0.wait().unwrap().success());
}

fn stop(kiosk: &Child) {
    let id = rustix::process::Pid::from_child(kiosk);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
}
