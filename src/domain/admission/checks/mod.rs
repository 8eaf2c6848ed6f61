//! The rules, each by itself.

pub(super) mod persons;
pub(super) mod place;
pub(super) mod ticket;

use super::inputs::Inputs;
use crate::domain::checkin::Fact;

/// For so long after a restart an entry before it may be that of a guest who saw no green.
const INTERRUPTED_MS: u64 = 2 * 60 * 1000;

/// The entry at this gate that its restart interrupted: nobody saw whether the guest went through.
pub(super) fn entry_of_restart<'a>(inputs: &Inputs<'a>) -> Option<&'a Fact> {
    let entry = inputs.history.last_unseen_entry(&inputs.lane.gate)?;
    let before_restart = inputs.lane.earlier_streams.contains(&entry.id.stream);
    let recent = inputs.now.best.0.abs_diff(entry.at().0) <= INTERRUPTED_MS;
    let still_open = !inputs.history.went_on_after(entry);
    (before_restart && recent && still_open).then_some(entry)
}
