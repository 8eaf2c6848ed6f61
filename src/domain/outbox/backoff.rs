//! Exponential back-off with full jitter: a hundred gates that lost one server must not come back as one.

/// The most to wait before the first try again, in milliseconds.
const FIRST_MS: u64 = 500;
/// The most to wait before any: a guest's list should not be older than that for want of asking.
const CAP_MS: u64 = 60_000;

/// How long to wait before try number `attempt` (1: the first one again), evenly anywhere up to the bound for
/// that attempt, as `random` says. What the server asked for, in milliseconds, is the least.
#[must_use]
pub fn backoff_ms(attempt: u32, random: u64, asked_ms: Option<u64>) -> u64 {
    let doublings = attempt.saturating_sub(1).min(16);
    let bound = FIRST_MS.saturating_mul(1 << doublings).min(CAP_MS);
    asked_ms
        .unwrap_or(0)
        .min(CAP_MS)
        .saturating_add(random % (bound + 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_bound_doubles_up_to_the_cap() {
        let bound = |attempt| (0..=CAP_MS).map(|random| backoff_ms(attempt, random, None)).max();
        for (attempt, expected) in [
            (1, 500),
            (2, 1_000),
            (3, 2_000),
            (7, 32_000),
            (8, 60_000),
            (99, 60_000),
        ] {
            assert_eq!(bound(attempt), Some(expected), "attempt {attempt}");
        }
    }

    proptest! {
        #[test]
        fn no_wait_is_shorter_than_asked_or_longer_than_both_caps(attempt: u32, random: u64, asked in proptest::option::of(0..CAP_MS)) {
            let wait = backoff_ms(attempt, random, asked);
            prop_assert!(wait >= asked.unwrap_or(0));
            prop_assert!(wait <= 2 * CAP_MS);
        }
    }
}
