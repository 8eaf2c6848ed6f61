//! How far a run is, for whoever waits for it.

/// One step of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Pages of the list that were taken, of so many.
    List {
        /// Taken.
        pages: u32,
        /// In all.
        of: u32,
    },
    /// The log was followed up to a change.
    Log {
        /// The change.
        at: u64,
        /// The last one.
        of: u64,
    },
    /// Check-ins that went up.
    Sent {
        /// So far in this run.
        facts: u64,
    },
}

/// Hears of each step. A plain function: what it shows it must know from the step alone.
pub type Tell = fn(Progress);

/// Nobody waits.
pub fn silent(_: Progress) {}
