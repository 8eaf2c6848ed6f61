//! Two gates that could exchange their facts never both admit a ticket that enters once.

use super::{Facts, Violation};
use crate::domain::checkin::{Fact, Kind};

/// `entry` is an admission of a ticket for one person, once. `knew` is what had reached the gate before: its own facts,
/// what the origin held when the gate began a sync that it ended, what a neighbour handed it, and what a neighbour held
/// when four beats began in which both stayed in touch.
pub(in crate::sim) fn exchanged(gate: &str, entry: &Fact, knew: &Facts) -> Result<(), Violation> {
    let before = knew.iter().find(|(id, draft)| {
        **id != entry.id && draft.ticket == entry.draft.ticket && draft.kind == Kind::Entry
    });
    match before {
        None => Ok(()),
        Some((id, draft)) => {
            let what = format!("{gate} admits by {entry:?} though it knew {id:?} {draft:?}");
            Err(Violation::new("exchanged", what))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{fact, facts};
    use super::*;

    #[test]
    fn a_second_entry_of_a_known_ticket_is_told_and_an_unknown_one_is_physics() {
        let second = fact(2, 1, Kind::Entry, 5);
        assert_eq!(
            exchanged("west", &second, &facts(std::slice::from_ref(&second))),
            Ok(())
        );
        assert!(exchanged("west", &second, &facts(&[fact(1, 1, Kind::Entry, 0)])).is_err());
        assert_eq!(
            exchanged("west", &second, &facts(&[fact(1, 1, Kind::Exit, 0)])),
            Ok(())
        );
    }
}
