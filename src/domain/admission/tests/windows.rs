use super::{flags, word};
use crate::domain::admission::fixtures::{Case, NOON};
use crate::domain::checkin::Kind;
use crate::domain::time::UnixSeconds;
use crate::domain::verdict::Flag;

/// Rules with a window from noon to one, and `more`.
fn at_noon(more: &str) -> Case {
    let (from, until) = (NOON, NOON.plus(3600));
    Case::new(&format!(
        r#""windows":[{{"absolute":{{"from":{from},"until":{until}}}}}]{more}"#
    ))
}

#[test]
fn a_type_enters_within_its_windows_and_their_tolerance() {
    let tolerant = r#","early_tolerance_s":600"#;
    for (more, at, expected) in [
        ("", NOON.minus(1), "OUTSIDE_WINDOW"),
        ("", NOON, "admit"),
        ("", NOON.plus(3599), "admit"),
        ("", NOON.plus(3600), "OUTSIDE_WINDOW"),
        (tolerant, NOON.minus(601), "OUTSIDE_WINDOW"),
        (tolerant, NOON.minus(600), "admit"),
    ] {
        assert_eq!(word(&at_noon(more).at(at)), expected, "{more} {at}");
    }
}

#[test]
fn a_clock_that_straddles_a_windows_edge_cannot_tell() {
    let case = at_noon("").between(NOON.minus(1), Some(NOON.plus(1)));
    assert_eq!(
        (word(&case).as_str(), flags(&case)),
        ("admit", vec![Flag::ClockUnsure])
    );
}

#[test]
fn the_late_cut_off_counts_from_the_windows_beginning() {
    let case = |at: UnixSeconds| at_noon(r#","late_cutoff_s":900"#).at(at);
    assert_eq!(word(&case(NOON.plus(899))), "admit");
    assert_eq!(word(&case(NOON.plus(900))), "TOO_LATE");
    assert_eq!(
        word(&case(NOON.plus(3600))),
        "OUTSIDE_WINDOW",
        "the first reason in order"
    );
    let unsure = at_noon(r#","late_cutoff_s":900"#).between(NOON.plus(899), Some(NOON.plus(900)));
    assert_eq!(flags(&unsure), [Flag::ClockUnsure]);
}

#[test]
fn the_late_cut_off_counts_from_the_tickets_own_beginning_where_there_is_no_window() {
    let case = |at: UnixSeconds, from| {
        let mut case = Case::new(r#""late_cutoff_s":900"#).at(at);
        case.shown.claims.valid_from = from;
        case
    };
    assert_eq!(word(&case(NOON.plus(899), Some(NOON))), "admit");
    assert_eq!(word(&case(NOON.plus(900), Some(NOON))), "TOO_LATE");
    assert_eq!(
        word(&case(NOON.plus(900), None)),
        "admit",
        "nothing to count from"
    );
}

#[test]
fn who_was_in_before_the_cut_off_may_come_back_after_it() {
    let case = || at_noon(r#","late_cutoff_s":900,"reentry":"after-exit""#).at(NOON.plus(1800));
    let entered = |mut case: Case, persons| {
        case = case.after(Kind::Entry, persons, 0);
        case
    };
    assert_eq!(word(&entered(case(), 1).after(Kind::Exit, 1, 0)), "admit");
    let group = || entered(case().admitting(3), 2);
    assert_eq!(word(&group()), "TOO_LATE", "the third has not been in yet");
    assert_eq!(word(&group().after(Kind::Exit, 1, 0)), "admit");
}

#[test]
fn a_type_may_be_kept_to_gates_and_zones() {
    for (rules, expected) in [
        (r#""gates":["gate-a","gate-b"]"#, "admit"),
        (r#""gates":["gate-b"]"#, "WRONG_GATE"),
        (r#""zones":["venue"]"#, "admit"),
        (r#""zones":["box"]"#, "WRONG_GATE"),
        (r#""gates":["gate-a"],"zones":["box"]"#, "WRONG_GATE"),
    ] {
        assert_eq!(word(&Case::new(rules)), expected, "{rules}");
    }
}
