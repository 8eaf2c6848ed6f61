//! Whether a live code was made just now, judged over the interval that a gate knows the time to lie in.

use crate::domain::time::{Now, Standing, UnixMillis, UnixSeconds};

/// How old a live code may be where the event says nothing else: phones' clocks are off more often than tickets are stolen.
pub const FRESHNESS_BACK_S: u32 = 90;
/// How far in the future a live code may lie where the event says nothing else.
pub const FRESHNESS_AHEAD_S: u32 = 60;

/// How a live code's time stands to the present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Surely made within the window.
    Fresh,
    /// Surely too old.
    Stale,
    /// Surely from too far in the future.
    Future,
    /// The gate's interval straddles an edge of the window.
    CannotTell,
}

/// How a live code made at `presented_at` stands to `now`. Both edges are fresh: a code exactly `back_s` old, and one
/// exactly `ahead_s` in the future; a millisecond beyond is not.
#[must_use]
pub fn freshness(presented_at: UnixSeconds, now: &Now, back_s: u32, ahead_s: u32) -> Freshness {
    let first = presented_at.minus(u64::from(ahead_s)).millis();
    let UnixMillis(last) = presented_at.plus(u64::from(back_s)).millis();
    match now.standing(Some(first), Some(UnixMillis(last.saturating_add(1)))) {
        Standing::Inside => Freshness::Fresh,
        Standing::Before => Freshness::Future,
        Standing::After => Freshness::Stale,
        Standing::CannotTell => Freshness::CannotTell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::ClockState;

    const MADE_AT: UnixSeconds = UnixSeconds(1_795_000_000);

    fn judged(earliest: u64, latest: Option<u64>) -> Freshness {
        let now = Now {
            earliest: UnixMillis(earliest),
            latest: latest.map(UnixMillis),
            best: UnixMillis(earliest),
            state: ClockState::Unsure,
        };
        freshness(MADE_AT, &now, FRESHNESS_BACK_S, FRESHNESS_AHEAD_S)
    }

    #[test]
    fn both_edges_of_the_window_are_fresh() {
        let made = MADE_AT.millis().0;
        for (now, expected) in [
            (made - 60_001, Freshness::Future),
            (made - 60_000, Freshness::Fresh),
            (made, Freshness::Fresh),
            (made + 90_000, Freshness::Fresh),
            (made + 90_001, Freshness::Stale),
        ] {
            assert_eq!(judged(now, Some(now)), expected, "{now}");
        }
    }

    #[test]
    fn an_interval_over_an_edge_cannot_tell() {
        let made = MADE_AT.millis().0;
        for (earliest, latest, expected) in [
            (made - 60_001, Some(made), Freshness::CannotTell),
            (made - 60_000, Some(made + 90_000), Freshness::Fresh),
            (made, Some(made + 90_001), Freshness::CannotTell),
            (made - 100_000, Some(made - 60_001), Freshness::Future),
            (made + 90_001, None, Freshness::Stale),
            (made, None, Freshness::CannotTell),
            (0, None, Freshness::CannotTell),
        ] {
            assert_eq!(judged(earliest, latest), expected, "{earliest} to {latest:?}");
        }
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        let now = Now::exactly(MADE_AT);
        assert_eq!(freshness(UnixSeconds(u64::MAX), &now, 90, 60), Freshness::Future);
        assert_eq!(freshness(UnixSeconds(0), &now, 90, 60), Freshness::Stale);
        assert_eq!(
            freshness(UnixSeconds(0), &now, u32::MAX, u32::MAX),
            Freshness::Fresh
        );
    }
}
