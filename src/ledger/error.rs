//! What can go wrong with a store, and what to do about it.

/// A store that cannot be used, in words that say what to do next.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// A page that does not continue where the gate stands.
    #[error("a page of the event's log starts at change {from}, but this gate stands at {at}; sync again")]
    PageOutOfPlace {
        /// Where the page starts.
        from: u64,
        /// Where the gate stands.
        at: u64,
    },
}
