//! A gate's list is the server's: never a cursor ahead of what was applied, and the same list in the end.

use super::Violation;
use crate::domain::admission::{Listing, TicketRow};

/// A ticket's row on the server, and the number of the change that brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sim) struct Dated {
    pub(in crate::sim) change: u64,
    pub(in crate::sim) row: TicketRow,
}

/// A gate whose list stands at change `stands` shows every row that came up to it and did not change since.
pub(in crate::sim) fn caught_up(
    gate: &str,
    stands: u64,
    dated: &Dated,
    here: &Listing,
) -> Result<(), Violation> {
    if dated.change > stands || *here == Listing::Listed(dated.row.clone()) {
        return Ok(());
    }
    let what = format!("{gate} stands at change {stands} and has {here:?} where {dated:?} came before");
    Err(Violation::new("cursor", what))
}

/// In the end a gate lists what the server lists, and nothing else.
pub(in crate::sim) fn listed(gate: &str, row: Option<&TicketRow>, here: &Listing) -> Result<(), Violation> {
    let same = match (row, here) {
        (Some(row), Listing::Listed(here)) => row == here,
        (None, Listing::Unlisted { .. }) => true,
        _ => false,
    };
    if same {
        return Ok(());
    }
    Err(Violation::new(
        "list",
        format!("{gate} has {here:?} where the server has {row:?}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::admission::Status;
    use crate::sim::venue::{DOORS, Venue};

    fn row(status: Status) -> TicketRow {
        TicketRow {
            status,
            ..Venue::new().tickets[0].row.clone()
        }
    }

    const UNLISTED: Listing = Listing::Unlisted { as_of: DOORS };

    #[test]
    fn a_row_up_to_the_cursor_must_be_there_and_a_later_one_need_not() {
        let dated = Dated {
            change: 5,
            row: row(Status::Revoked),
        };
        let check = |stands, here| caught_up("north", stands, &dated, &here);
        assert_eq!(check(5, Listing::Listed(row(Status::Revoked))), Ok(()));
        assert!(check(5, Listing::Listed(row(Status::Valid))).is_err());
        assert!(check(6, UNLISTED).is_err());
        assert_eq!(check(4, UNLISTED), Ok(()));
    }

    #[test]
    fn in_the_end_the_lists_are_the_same() {
        let valid = row(Status::Valid);
        assert_eq!(
            listed("north", Some(&valid), &Listing::Listed(valid.clone())),
            Ok(())
        );
        assert_eq!(listed("north", None, &UNLISTED), Ok(()));
        assert!(listed("north", Some(&valid), &UNLISTED).is_err());
        assert!(listed("north", Some(&valid), &Listing::Listed(row(Status::Revoked))).is_err());
        assert!(listed("north", None, &Listing::Listed(valid.clone())).is_err());
    }
}
