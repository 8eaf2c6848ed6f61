//! What must have come to a gate is in its store, and counts.

use super::{Facts, Violation};

/// `knows` is what the gate recorded, or was handed by the origin or by others; `holds` what its store calls facts.
pub(in crate::sim) fn reached(gate: &str, knows: &Facts, holds: &Facts) -> Result<(), Violation> {
    match knows.iter().find(|(id, draft)| holds.get(id) != Some(draft)) {
        None => Ok(()),
        Some((id, draft)) => {
            let found = holds.get(id);
            let what = format!("{gate} must have {id:?} {draft:?} by now, and has {found:?}");
            Err(Violation::new("reached", what))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{fact, facts};
    use super::*;
    use crate::domain::checkin::Kind;

    #[test]
    fn a_fact_that_must_be_there_and_is_not_or_is_another_is_told() {
        let (entry, exit) = (fact(1, 1, Kind::Entry, 1), fact(1, 1, Kind::Exit, 1));
        let more = fact(2, 1, Kind::Entry, 2);
        let check = |knows: &[_], holds: &[_]| reached("north", &facts(knows), &facts(holds));
        assert_eq!(check(&[], &[]), Ok(()));
        assert_eq!(
            check(std::slice::from_ref(&entry), &[more.clone(), entry.clone()]),
            Ok(())
        );
        assert!(check(std::slice::from_ref(&entry), &[more]).is_err());
        assert!(check(&[entry], &[exit]).is_err());
    }
}
