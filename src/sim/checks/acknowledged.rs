//! Nothing that a gate takes for acknowledged is lost.

use super::{Facts, Violation};
use crate::domain::checkin::Fact;

/// Every fact that a gate believes the origin to hold is there, with the same content.
pub(in crate::sim) fn acknowledged(gate: &str, believed: &[Fact], origin: &Facts) -> Result<(), Violation> {
    match believed
        .iter()
        .find(|fact| origin.get(&fact.id) != Some(&fact.draft))
    {
        None => Ok(()),
        Some(lost) => {
            let found = origin.get(&lost.id);
            let what = format!("{gate} believes that the origin holds {lost:?}, which holds {found:?}");
            Err(Violation::new("acknowledged", what))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{fact, facts};
    use super::*;
    use crate::domain::checkin::Kind;

    #[test]
    fn a_fact_that_the_origin_lacks_or_holds_otherwise_is_lost() {
        let entry = fact(1, 1, Kind::Entry, 0);
        let believed = std::slice::from_ref(&entry);
        assert_eq!(acknowledged("north", believed, &facts(believed)), Ok(()));
        assert!(acknowledged("north", believed, &Facts::new()).is_err());
        let other = facts(&[fact(1, 1, Kind::Exit, 0)]);
        assert!(acknowledged("north", believed, &other).is_err());
        assert_eq!(acknowledged("north", &[], &other), Ok(()));
    }
}
