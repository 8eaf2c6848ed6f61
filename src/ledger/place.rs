//! Where a page of the event's log belongs.

use super::LedgerError;
use crate::wire::{Cursor, LogPage};

/// The list that a page goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A new list aside.
    Start,
    /// The list that is being built aside.
    Aside,
    /// The live list.
    Live,
}

/// Where `page` belongs, given where the lists stand. A page from 0 is always the start of a new list, so that
/// a gate whose log is gone can begin anew; one that would set the live list back is refused.
pub(super) fn place(
    page: &LogPage,
    aside: Option<&Cursor>,
    live: Option<&Cursor>,
) -> Result<Place, LedgerError> {
    let current = aside.or(live);
    let backwards = !(page.from..=page.head).contains(&page.to.sequence);
    let older = live.is_some_and(|live| live.log == page.to.log && page.head < live.sequence);
    let continues = current.is_some_and(|at| at.log == page.to.log && at.sequence == page.from);
    match (backwards || older, page.from, continues) {
        (false, 0, _) => Ok(Place::Start),
        (false, _, true) if aside.is_some() => Ok(Place::Aside),
        (false, _, true) => Ok(Place::Live),
        _ => Err(LedgerError::PageOutOfPlace {
            from: page.from,
            at: current.map_or(0, |at| at.sequence),
        }),
    }
}

/// Whether the list is complete once `page` is applied.
pub(super) fn completes(page: &LogPage) -> bool {
    page.to.sequence == page.head
}
