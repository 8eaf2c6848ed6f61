//! What was promised survives: power cuts, full and failing disks, killed processes.

mod chance;
mod disk;
mod faults;
mod file;
mod gate;
mod honesty;
mod kill;
mod locks;
mod power_cut;
mod refusals;
mod venue;
mod vfs;
mod world;

use std::ops::Range;

/// The seeds to try: some, with `WICKET_LONG` set many, with `WICKET_SEED` that one.
fn seeds(some: u64, many: u64) -> Range<u64> {
    match setting("WICKET_SEED") {
        Some(seed) => {
            let seed = seed.parse().expect("WICKET_SEED is a number");
            seed..seed + 1
        }
        None => {
            0..if setting("WICKET_LONG").is_some() {
                many
            } else {
                some
            }
        }
    }
}

/// Whether one seed is looked at by hand.
fn replayed() -> bool {
    setting("WICKET_SEED").is_some()
}

#[expect(
    clippy::disallowed_methods,
    reason = "there is no other way to tell a test how long to run"
)]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
