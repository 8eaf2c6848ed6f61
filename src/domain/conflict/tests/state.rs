//! How a case goes on.

use super::fact_ref;
use crate::domain::conflict::{CaseState, Finding, Judged, next};
use crate::domain::verdict::Reason;

fn finding(sequence: u64) -> Finding {
    Finding {
        denied: fact_ref(1, sequence),
        reason: Reason::AlreadyUsed,
        because: None,
    }
}

fn judged(state: CaseState, sequences: &[u64]) -> Judged {
    Judged {
        state,
        findings: sequences.iter().copied().map(finding).collect(),
    }
}

#[test]
fn a_case_opens_with_a_finding_and_closes_with_the_last() {
    use CaseState::{Open, Resolved, Withdrawn};
    let cases: &[(Option<Judged>, &[u64], Option<Judged>)] = &[
        (None, &[], None),
        (None, &[1], Some(judged(Open, &[1]))),
        (Some(judged(Open, &[1])), &[1], None),
        (Some(judged(Open, &[1])), &[1, 2], Some(judged(Open, &[1, 2]))),
        (Some(judged(Open, &[1, 2])), &[2], Some(judged(Open, &[2]))),
        (Some(judged(Open, &[1])), &[], Some(judged(Withdrawn, &[1]))),
        (Some(judged(Withdrawn, &[1])), &[], None),
        (Some(judged(Withdrawn, &[1])), &[1], Some(judged(Open, &[1]))),
        (Some(judged(Resolved, &[1])), &[1], None),
        (Some(judged(Resolved, &[1, 2])), &[2], None),
        (Some(judged(Resolved, &[1])), &[], None),
        (Some(judged(Resolved, &[1])), &[1, 2], Some(judged(Open, &[1, 2]))),
    ];
    for (before, sequences, after) in cases {
        let found: Vec<Finding> = sequences.iter().copied().map(finding).collect();
        assert_eq!(
            next(before.as_ref(), &found),
            *after,
            "{before:?} then {sequences:?}"
        );
    }
}

#[test]
fn a_reason_that_changes_is_told_but_reopens_nothing() {
    let other = Finding {
        reason: Reason::Revoked,
        ..finding(1)
    };
    let resolved = judged(CaseState::Resolved, &[1]);
    assert_eq!(next(Some(&resolved), &[other]), None);
    let open = judged(CaseState::Open, &[1]);
    let told = next(Some(&open), &[other]).map(|case| case.findings);
    assert_eq!(told, Some(vec![other]));
}
