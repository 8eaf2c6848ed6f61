//! Persons inside a zone: what the histories of all chains of tickets say, added up.

use crate::domain::checkin::{Fact, History, Kind};
use crate::domain::ids::ZoneId;
use crate::domain::time::UnixMillis;

/// No bound on the persons of one chain: what its ticket admits is the concern of admission.
const UNBOUNDED: u8 = u8::MAX;

/// Whether a fact bears on every ticket, and not on its own alone.
pub(super) fn is_general(kind: &Kind) -> bool {
    matches!(kind, Kind::Void(_) | Kind::AllOut)
}

/// Persons of one chain inside `zone`, by that chain's facts and the general ones, in any order. Movements
/// before `since` do not count.
pub(super) fn persons_inside(facts: Vec<Fact>, zone: &ZoneId, since: UnixMillis) -> u32 {
    History::fold(facts).inside(zone, since, UNBOUNDED)
}
