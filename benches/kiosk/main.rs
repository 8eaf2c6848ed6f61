//! A gate with its screen as its user has it, in one process and one run: from a frame's arrival to the relay and to the verdict
//! on the screen, with reading, a durable commit, a list of 100,000 tickets and all threads of the gate. 2,000 guests at 720p are
//! let in, each followed by one who is refused, so that the screen changes each time. And how long the program takes from its
//! start until it is ready.
//!
//! Simulated are the camera, which draws a frame when it is asked for the next guest, and the relay, a line that does nothing.
//! The screen is drawn in memory, all of it each time, on the main thread, as in the program; the gate has a thread of its own.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench measures time, and one that fails should say where"
)]

mod camera;
#[path = "../../tests/kiosk/display.rs"]
mod display;
mod gate;
mod report;
mod screen;
mod start;
#[path = "../../tests/kiosk/venue.rs"]
#[expect(dead_code, reason = "tests use more of it")]
mod venue;

use std::sync::mpsc::sync_channel;
use std::thread;

use self::screen::InMemory;
use self::venue::Venue;

/// Guests that count: twenty stand behind a p99.
const GUESTS: usize = 2_000;
/// Guests before the first that counts.
const WARM_UP: usize = 50;

fn main() {
    let venue = Venue::new();
    let (next, asked) = sync_channel(1);
    let screen = InMemory::new(next);
    let window = screen::window(&screen);
    let gate = gate::start(&venue, asked, window.handle());
    window.run().unwrap();
    let told = gate.join().unwrap();
    // Of two verdicts the first let a guest in.
    let seen = screen.seen().into_iter().step_by(2);
    report::print(told.into_iter().zip(seen).skip(WARM_UP));
    start::measure(&venue);
}

fn spawn<T: Send + 'static>(name: &str, body: impl FnOnce() -> T + Send + 'static) -> thread::JoinHandle<T> {
    thread::Builder::new().name(name.to_owned()).spawn(body).unwrap()
}
