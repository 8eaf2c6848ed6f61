//! A gate as an appliance, for long: the real program with 100,000 tickets, before which all kinds of guests come and all kinds
//! of faults happen. Its memory stays flat, its threads are those that it began with, and whom the screen let in is in the store.
//!
//! `make test` shows it a tenth of the frames, `WICKET_LONG=1` all of them. What the test plays: camera, scanner, screen and
//! finger. Its server is away all the time. Relay and fire alarm are missing, since no simulation of a GPIO chip reaches a
//! process of its own; `tests/runner` has them.

mod faults;
mod guest;
mod lane;
mod staff;
mod tally;

use self::lane::Lane;
use super::appliance::{Kiosk, ends_well};
use super::vitals::Vitals;

/// Frames that the gate takes.
const FRAMES: usize = 20_000;
/// After so many, all faults happen.
const FRAMES_BETWEEN_FAULTS: usize = 2_000;
/// What the gate's memory may grow by, once it has seen everything, and what it may have in all.
const GROWTH_MOST_KIB: u64 = 5 << 10;
const RESIDENT_MOST_KIB: u64 = 96 << 10;

#[test]
fn a_gate_that_sees_everything_for_long_keeps_its_memory_its_threads_and_every_check_in() {
    let kiosk = Kiosk::new();
    let camera = kiosk.camera();
    let gate = kiosk.start();
    let vitals = Vitals::of(&gate.0);
    let mut lane = Lane::new(kiosk, camera);
    lane.open();
    lane.guests();
    lane.all_faults();
    lane.guests();
    let (resident_kib, threads) = (vitals.resident_kib(), vitals.threads());

    let frames = if is_long() { FRAMES } else { FRAMES / 10 };
    let mut faults_at = FRAMES_BETWEEN_FAULTS;
    while lane.frames() < frames {
        if lane.frames() >= faults_at {
            lane.all_faults();
            faults_at += FRAMES_BETWEEN_FAULTS;
        }
        lane.guests();
    }
    let grown_kib = vitals.resident_kib().saturating_sub(resident_kib);
    let most_kib = vitals.resident_most_kib();
    println!(
        "{} frames; {resident_kib} KiB at first, {grown_kib} KiB more at last, {most_kib} KiB at most; {} threads",
        lane.frames(),
        threads.len()
    );
    assert!(grown_kib <= GROWTH_MOST_KIB, "it grew by {grown_kib} KiB");
    assert!(most_kib <= RESIDENT_MOST_KIB, "it had {most_kib} KiB");
    assert_eq!(vitals.threads(), threads);
    assert!(ends_well(gate));
    lane.close();
}

#[expect(
    clippy::disallowed_methods,
    reason = "there is no other way to tell a test how long to run"
)]
fn is_long() -> bool {
    std::env::var_os("WICKET_LONG").is_some()
}
