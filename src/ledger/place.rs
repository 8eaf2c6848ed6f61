//! Whether a page of the event's log, or of a snapshot, fits what the gate holds.

use super::{Building, LedgerError};
use crate::wire::{Cursor, LogPage, SnapshotPage};

/// What a page of a snapshot is to the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The first page: a new list aside.
    Start,
    /// The next page of the list that is being built.
    Continue,
    /// One that the list aside, or the live one, has already, as when a message comes twice.
    Held,
}

/// Whether a page of the log applies to the live list: where the list stands it continues, or repeats that nothing
/// changed. See [`LogPage`] for why it need not begin there.
///
/// # Errors
/// [`LedgerError::PageOutOfPlace`] where it does not apply.
pub(super) fn follows(page: &LogPage, live: Option<&Cursor>) -> Result<(), LedgerError> {
    let sound = page.from <= page.to.sequence && page.to.sequence <= page.head;
    let applies = live.is_some_and(|at| {
        let continues = (page.from..page.to.sequence).contains(&at.sequence) && at.log == page.to.log;
        continues || *at == page.to
    });
    if sound && applies {
        return Ok(());
    }
    Err(LedgerError::PageOutOfPlace {
        from: page.from,
        at: live.map_or(0, |at| at.sequence),
    })
}

/// What a page of a snapshot is to a gate with these lists. A first page is always a start, so that a gate whose log is
/// gone can begin anew; one that would set the live list back is refused.
///
/// # Errors
/// [`LedgerError::SnapshotOutOfPlace`] where it fits nothing.
pub(super) fn step(
    page: &SnapshotPage,
    aside: Option<&Building>,
    live: Option<&Cursor>,
) -> Result<Step, LedgerError> {
    let older = live.is_some_and(|live| live.log == page.to.log && page.to.sequence < live.sequence);
    let sound = page.page < page.pages && !older;
    let same = aside.filter(|aside| aside.to == page.to && aside.pages == page.pages);
    match same.map(|aside| page.page.cmp(&aside.next)) {
        Some(std::cmp::Ordering::Equal) if sound => Ok(Step::Continue),
        Some(std::cmp::Ordering::Less) if sound => Ok(Step::Held),
        None if sound && live == Some(&page.to) => Ok(Step::Held),
        None if sound && page.page == 0 => Ok(Step::Start),
        _ => Err(LedgerError::SnapshotOutOfPlace {
            page: page.page,
            of: page.to.sequence,
        }),
    }
}

/// Whether the list is up to date once `page` is applied.
pub(super) fn completes(page: &LogPage) -> bool {
    page.to.sequence == page.head
}
