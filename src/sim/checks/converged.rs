//! Once the network has healed, every gate tells the same history of every ticket as the origin.

use super::Violation;
use crate::domain::checkin::{Fact, History};
use crate::domain::ids::TicketId;

/// Compares the folds of one ticket's facts at a gate and at the origin, each in the order in which it gives them.
pub(in crate::sim) fn converged(
    gate: &str,
    ticket: &TicketId,
    here: Vec<Fact>,
    origin: Vec<Fact>,
) -> Result<(), Violation> {
    let (here, origin) = (History::fold(here), History::fold(origin));
    if here == origin {
        return Ok(());
    }
    let what = format!("{gate} tells {here:?} of {ticket}, where the origin tells {origin:?}");
    Err(Violation::new("converged", what))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{fact, ticket};
    use super::*;
    use crate::domain::checkin::Kind;

    #[test]
    fn the_order_of_arrival_does_not_matter_and_a_missing_or_doubled_fact_does() {
        let facts = [fact(1, 1, Kind::Entry, 0), fact(2, 1, Kind::Exit, 1)];
        let turned = facts.iter().rev().cloned().collect();
        let check = |here| converged("north", &ticket(1), here, facts.to_vec());
        assert_eq!(check(turned), Ok(()));
        assert!(check(facts[..1].to_vec()).is_err());
        assert!(check([&facts[..], &[fact(3, 1, Kind::Entry, 0)]].concat()).is_err());
    }
}
