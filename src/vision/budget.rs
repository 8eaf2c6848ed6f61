//! What reading a frame may cost, in work and not in time: the same frame gives the same on every machine, however
//! busy it is.

/// The most work that may go into one frame. A unit is about a nanosecond of a desktop's core, and three to four of a
/// Raspberry Pi 4's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget(u64);

impl Budget {
    /// For a frame of a camera: a Pi 4 is done before the next one at thirty a second is there.
    pub const LIVE: Self = Self(6_000_000);
    /// For a single picture, which gets every pass: far below what a person notices.
    pub const STILL: Self = Self(60_000_000);

    /// So many units.
    #[must_use]
    pub const fn of_units(units: u64) -> Self {
        Self(units)
    }
}

/// Work that is left for a frame.
#[derive(Debug)]
pub(super) struct Meter {
    left: u64,
}

impl Meter {
    pub(super) fn new(budget: Budget) -> Self {
        Self { left: budget.0 }
    }

    /// Takes the cost of what may be left out; false where that is more than is left, which stays for what may not.
    pub(super) fn take_spare(&mut self, units: usize) -> bool {
        let rest = self.left.checked_sub(units as u64);
        self.left = rest.unwrap_or(self.left);
        rest.is_some()
    }

    /// Takes the cost of what is done next; false where that is more than is left, and then nothing is.
    pub(super) fn take(&mut self, units: usize) -> bool {
        let rest = self.left.checked_sub(units as u64);
        self.left = rest.unwrap_or(0);
        rest.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_taken_until_there_is_not_enough_left() {
        let mut meter = Meter::new(Budget::of_units(10));
        assert!(meter.take(6) && meter.take(4));
        assert!(!meter.take(1));
        assert!(meter.take(0));
    }

    #[test]
    fn what_may_be_left_out_takes_nothing_when_it_is_too_much() {
        let mut meter = Meter::new(Budget::of_units(10));
        assert!(!meter.take_spare(11));
        assert!(meter.take_spare(4) && meter.take(6));
    }

    #[test]
    fn after_what_is_too_much_nothing_is_left_for_less() {
        let mut meter = Meter::new(Budget::of_units(10));
        assert!(!meter.take(11));
        assert!(!meter.take(1));
    }
}
