//! What a gate believes of the time is true, and what it once knew to have passed stays so.

use super::Violation;
use crate::domain::time::{ClockState, Now, UnixMillis, UnixSeconds};

/// The highest floor that a gate's disk has known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sim) struct Floor(pub(in crate::sim) UnixMillis);

impl Floor {
    /// A floor is never lowered, and never lies in the future.
    pub(in crate::sim) fn raise(
        &mut self,
        gate: &str,
        to: UnixMillis,
        truth: UnixMillis,
    ) -> Result<(), Violation> {
        if to < self.0 {
            let what = format!("{gate} lowers its floor from {:?} to {to:?}", self.0);
            return Err(Violation::new("floor", what));
        }
        if to > truth {
            let what = format!("{gate} raises its floor to {to:?} at {truth:?}");
            return Err(Violation::new("floor", what));
        }
        self.0 = to;
        Ok(())
    }
}

/// The true time lies in the interval that a gate holds it to lie in.
pub(in crate::sim) fn knows_the_time(gate: &str, now: &Now, truth: UnixMillis) -> Result<(), Violation> {
    let holds = now.earliest <= truth && now.latest.is_none_or(|latest| truth <= latest);
    if holds {
        return Ok(());
    }
    let what = format!("{gate} believes {now:?} at {truth:?}");
    Err(Violation::new("time", what))
}

/// With a sure clock nobody enters outside the ticket's hours, `[from, until)`.
pub(in crate::sim) fn in_its_hours(
    gate: &str,
    now: &Now,
    hours: (UnixSeconds, UnixSeconds),
    truth: UnixMillis,
) -> Result<(), Violation> {
    let inside = hours.0.millis() <= truth && truth < hours.1.millis();
    let told = now.latest.is_some_and(|latest| latest < hours.0.millis()) || now.earliest >= hours.1.millis();
    if inside || now.state == ClockState::Unsure || !told && straddles(now, hours) {
        return Ok(());
    }
    let what = format!("{gate} admits outside {hours:?}, at {truth:?}, by a sure clock: {now:?}");
    Err(Violation::new("hours", what))
}

/// Whether an edge lies within what the clock cannot tell apart.
fn straddles(now: &Now, hours: (UnixSeconds, UnixSeconds)) -> bool {
    let straddled = |edge: UnixSeconds| {
        now.earliest < edge.millis() && now.latest.is_none_or(|latest| latest >= edge.millis())
    };
    straddled(hours.0) || straddled(hours.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::venue::{DOORS, HOURS};

    #[test]
    fn a_floor_that_sinks_or_runs_ahead_is_told() {
        let at = |seconds| DOORS.plus(seconds).millis();
        let mut floor = Floor(at(0));
        assert_eq!(floor.raise("north", at(5), at(5)), Ok(()));
        assert!(floor.raise("north", at(4), at(6)).is_err());
        assert!(floor.raise("north", at(7), at(6)).is_err());
        assert_eq!(floor.raise("north", at(5), at(6)), Ok(()));
    }

    #[test]
    fn an_interval_that_misses_the_truth_is_told() {
        let now = Now::exactly(DOORS);
        assert_eq!(knows_the_time("north", &now, DOORS.millis()), Ok(()));
        assert!(knows_the_time("north", &now, DOORS.millis().plus(1)).is_err());
        assert!(knows_the_time("north", &now, DOORS.millis().minus(1)).is_err());
        let unsure = Now {
            latest: None,
            state: ClockState::Unsure,
            ..now
        };
        assert_eq!(knows_the_time("north", &unsure, DOORS.millis().plus(1)), Ok(()));
    }

    #[test]
    fn a_sure_clock_keeps_hours_and_an_unsure_one_is_not_held_to_them() {
        let early = HOURS.0.minus(60);
        let check = |now: &Now, truth: UnixSeconds| in_its_hours("north", now, HOURS, truth.millis());
        assert!(check(&Now::exactly(early), early).is_err());
        assert!(check(&Now::exactly(HOURS.1), HOURS.1).is_err());
        // A clock that is sure and wrong is no excuse.
        assert!(check(&Now::exactly(HOURS.0), early).is_err());
        assert_eq!(check(&Now::exactly(HOURS.0), HOURS.0), Ok(()));
        let unsure = Now {
            latest: None,
            state: ClockState::Unsure,
            ..Now::exactly(early)
        };
        assert_eq!(check(&unsure, early), Ok(()));
        let wide = Now {
            latest: Some(HOURS.0.millis()),
            ..Now::exactly(early)
        };
        assert_eq!(check(&wide, early), Ok(()), "cannot tell");
    }
}
