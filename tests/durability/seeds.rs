//! Which seeds a random test tries.

use std::ops::Range;

/// The seeds to try: some, with `WICKET_LONG` set many, with `WICKET_SEED` that one.
pub(crate) fn seeds(some: u64, many: u64) -> Range<u64> {
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
pub(crate) fn replayed() -> bool {
    setting("WICKET_SEED").is_some()
}

#[expect(
    clippy::disallowed_methods,
    reason = "there is no other way to tell a test how long to run"
)]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
