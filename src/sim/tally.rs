//! How much went on in runs: a run in which nothing happens proves nothing.

use std::ops::AddAssign;

/// Counts of one run, or of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Guests let through.
    pub admitted: u64,
    /// Guests refused.
    pub refused: u64,
    /// Questions to staff.
    pub asked: u64,
    /// Syncs that were ended.
    pub synced: u64,
    /// Syncs that stopped in between.
    pub stopped: u64,
    /// Gates that went down in the midst of a write.
    pub outages: u64,
    /// Servers that did.
    pub server_outages: u64,
    /// Gates that went on from an older card.
    pub restored: u64,
    /// Second machines with a card that another has.
    pub cloned: u64,
    /// Servers that went on from a backup.
    pub server_restored: u64,
    /// Segments that neighbours brought each other.
    pub brought: u64,
    /// Bundles that were taken.
    pub imported: u64,
    /// Syncs with the relay that were ended.
    pub synced_by_relay: u64,
    /// Syncs of the relay that were ended.
    pub relayed: u64,
    /// Relays that went down in the midst of a write.
    pub relay_outages: u64,
    /// Admissions that no disk held any more after that.
    pub excused: u64,
    /// Admissions that should not have been, because gates were apart.
    pub conflicts: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.admitted += other.admitted;
        self.refused += other.refused;
        self.asked += other.asked;
        self.synced += other.synced;
        self.stopped += other.stopped;
        self.outages += other.outages;
        self.server_outages += other.server_outages;
        self.restored += other.restored;
        self.cloned += other.cloned;
        self.server_restored += other.server_restored;
        self.brought += other.brought;
        self.imported += other.imported;
        self.synced_by_relay += other.synced_by_relay;
        self.relayed += other.relayed;
        self.relay_outages += other.relay_outages;
        self.excused += other.excused;
        self.conflicts += other.conflicts;
    }
}
