//! Time at a gate is an interval, because a gate's clock may be years off after a cold boot.

use std::fmt;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// Whole seconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[serde(transparent)]
#[cbor(transparent)]
pub struct UnixSeconds(#[n(0)] pub u64);

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, Encode, Decode,
)]
#[serde(transparent)]
#[cbor(transparent)]
pub struct UnixMillis(#[n(0)] pub u64);

impl UnixSeconds {
    /// The instant at which this second begins.
    #[must_use]
    pub fn millis(self) -> UnixMillis {
        UnixMillis(self.0.saturating_mul(1000))
    }

    /// This many seconds later, at most the end of time.
    #[must_use]
    pub fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// This many seconds earlier, at the least 1970.
    #[must_use]
    pub fn minus(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }
}

impl UnixMillis {
    /// The second that this instant lies in.
    #[must_use]
    pub fn seconds(self) -> UnixSeconds {
        UnixSeconds(self.0 / 1000)
    }

    /// This many milliseconds later, at most the end of time.
    #[must_use]
    pub fn plus(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// This many milliseconds earlier, at the least 1970.
    #[must_use]
    pub fn minus(self, millis: u64) -> Self {
        Self(self.0.saturating_sub(millis))
    }

    /// Milliseconds from `earlier` to this, 0 where `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for UnixSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Milliseconds on a monotonic clock: for what a gate does within seconds, whatever happens to the time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(pub u64);

impl Moment {
    /// This many milliseconds later.
    #[must_use]
    pub fn plus(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to this, 0 where `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A stretch of time, `[from, until)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Its first instant.
    pub from: UnixMillis,
    /// The instant after its last.
    pub until: UnixMillis,
}

impl Span {
    /// All of time.
    pub const EVER: Self = Self {
        from: UnixMillis(0),
        until: UnixMillis(u64::MAX),
    };

    /// Whether an instant lies in it.
    #[must_use]
    pub fn contains(&self, at: UnixMillis) -> bool {
        self.from <= at && at < self.until
    }
}

/// Sure clocks of two gates are never this far apart.
const SUSPECT_AHEAD_MS: u64 = 10 * 60 * 1000;

/// How much the gate knows about the time.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum ClockState {
    /// NTP or the server confirmed the time recently.
    #[n(0)]
    Synced,
    /// Confirmed in this boot; since then the monotonic clock, with its drift budget.
    #[n(1)]
    Holdover,
    /// Not confirmed since boot.
    #[n(2)]
    Unsure,
}

/// A gate's idea of the present: an interval that holds the true time, and the best estimate in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Encode, Decode)]
pub struct Now {
    /// It is surely not before this.
    #[n(0)]
    pub earliest: UnixMillis,
    /// It is surely not after this; `None` where nothing bounds it.
    #[n(1)]
    pub latest: Option<UnixMillis>,
    /// The single instant to show and to sort by.
    #[n(2)]
    pub best: UnixMillis,
    /// What the interval rests on.
    #[n(3)]
    pub state: ClockState,
}

/// Where the present stands to a window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Surely inside.
    Inside,
    /// Surely before it begins.
    Before,
    /// Surely at or after its end.
    After,
    /// The interval straddles an edge.
    CannotTell,
}

impl Now {
    /// The present known exactly, as when `--at` fixes it.
    #[must_use]
    pub fn exactly(at: UnixSeconds) -> Self {
        let at = at.millis();
        Self {
            earliest: at,
            latest: Some(at),
            best: at,
            state: ClockState::Synced,
        }
    }

    /// Whether an instant lies so far beyond a sure present that the clock that told it must have been wrong.
    #[must_use]
    pub fn doubts(&self, at: UnixMillis) -> bool {
        self.state != ClockState::Unsure
            && self
                .latest
                .is_some_and(|latest| at > latest.plus(SUSPECT_AHEAD_MS))
    }

    /// Where the present stands to `[from, until)`; an absent bound does not bound.
    #[must_use]
    pub fn standing(&self, from: Option<UnixMillis>, until: Option<UnixMillis>) -> Standing {
        let surely_begun = from.is_none_or(|from| self.earliest >= from);
        let surely_not_begun = from.is_some_and(|from| self.latest.is_some_and(|latest| latest < from));
        let surely_over = until.is_some_and(|until| self.earliest >= until);
        let surely_not_over = until.is_none_or(|until| self.latest.is_some_and(|latest| latest < until));
        match (surely_over, surely_not_begun) {
            (true, _) => Standing::After,
            (_, true) => Standing::Before,
            _ if surely_begun && surely_not_over => Standing::Inside,
            _ => Standing::CannotTell,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now(earliest: u64, latest: Option<u64>) -> Now {
        let latest = latest.map(UnixMillis);
        Now {
            earliest: UnixMillis(earliest),
            latest,
            best: UnixMillis(earliest),
            state: ClockState::Holdover,
        }
    }

    #[test]
    fn a_window_includes_its_first_instant_and_excludes_its_last() {
        let window = (Some(UnixMillis(10)), Some(UnixMillis(20)));
        let at = |earliest, latest| now(earliest, Some(latest)).standing(window.0, window.1);
        assert_eq!(at(8, 9), Standing::Before);
        assert_eq!(at(9, 10), Standing::CannotTell);
        assert_eq!(at(10, 19), Standing::Inside);
        assert_eq!(at(19, 20), Standing::CannotTell);
        assert_eq!(at(20, 21), Standing::After);
    }

    #[test]
    fn an_unbounded_present_is_never_before_a_window() {
        assert_eq!(
            now(5, None).standing(Some(UnixMillis(10)), None),
            Standing::CannotTell
        );
        assert_eq!(
            now(10, None).standing(Some(UnixMillis(10)), None),
            Standing::Inside
        );
        assert_eq!(
            now(10, None).standing(None, Some(UnixMillis(20))),
            Standing::CannotTell
        );
        assert_eq!(
            now(20, None).standing(None, Some(UnixMillis(20))),
            Standing::After
        );
    }
}
