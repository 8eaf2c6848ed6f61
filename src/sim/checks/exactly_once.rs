//! Every admission reaches the origin exactly once, and nothing else does.

use std::collections::BTreeSet;

use super::{Facts, Violation};
use crate::domain::checkin::{Draft, Fact, FactRef};

/// `shown` are the facts on which a gate opened; those `excused` may be missing, because the only disk that held them
/// was overwritten by an older image. `handed` is what stores were given without saying that it is durable.
pub(in crate::sim) fn exactly_once(
    shown: &Facts,
    excused: &BTreeSet<FactRef>,
    handed: &[Draft],
    origin: &[Fact],
) -> Result<(), Violation> {
    let violation = |what: String| Err(Violation::new("exactly-once", what));
    let mut held = Facts::new();
    for fact in origin {
        if held.insert(fact.id, fact.draft.clone()).is_some() {
            return violation(format!("the origin holds {:?} twice", fact.id));
        }
        let known = match shown.get(&fact.id) {
            Some(draft) => *draft == fact.draft,
            None => handed.contains(&fact.draft),
        };
        if !known {
            return violation(format!("the origin holds {fact:?}, which no gate recorded so"));
        }
    }
    let missing = shown
        .keys()
        .find(|id| !held.contains_key(id) && !excused.contains(id));
    match missing {
        Some(id) => violation(format!(
            "a gate opened on {id:?} {:?}, which never reached the origin",
            shown[id]
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{fact, facts, id};
    use super::*;
    use crate::domain::checkin::Kind;

    #[test]
    fn what_is_missing_doubled_changed_or_invented_is_told() {
        let entry = fact(1, 1, Kind::Entry, 0);
        let shown = facts(std::slice::from_ref(&entry));
        let none = BTreeSet::new();
        let check = |origin: &[Fact]| exactly_once(&shown, &none, &[], origin);
        assert_eq!(check(std::slice::from_ref(&entry)), Ok(()));
        assert!(check(&[]).is_err(), "missing");
        assert!(check(&[entry.clone(), entry.clone()]).is_err(), "doubled");
        let renamed = Fact {
            id: id(2, 1),
            draft: entry.draft.clone(),
        };
        assert!(
            check(&[entry.clone(), renamed]).is_err(),
            "doubled under another name"
        );
        assert!(check(&[fact(1, 1, Kind::Exit, 0)]).is_err(), "changed");
        assert!(
            check(&[entry.clone(), fact(2, 1, Kind::Entry, 1)]).is_err(),
            "invented"
        );
    }

    #[test]
    fn what_was_never_shown_may_be_there_or_not_and_what_is_excused_may_be_missing() {
        let entry = fact(1, 1, Kind::Entry, 0);
        let doubtful = [entry.draft.clone()];
        let none = BTreeSet::new();
        assert_eq!(
            exactly_once(&Facts::new(), &none, &doubtful, std::slice::from_ref(&entry)),
            Ok(())
        );
        assert_eq!(exactly_once(&Facts::new(), &none, &doubtful, &[]), Ok(()));
        let shown = facts(std::slice::from_ref(&entry));
        assert_eq!(
            exactly_once(&shown, &BTreeSet::from([entry.id]), &[], &[]),
            Ok(())
        );
    }
}
