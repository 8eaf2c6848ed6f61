//! Tickets bound to gates while gates are apart.

use super::{flags, word};
use crate::domain::admission::Reach;
use crate::domain::admission::fixtures::Case;
use crate::domain::rules::{Elsewhere, Home};
use crate::domain::verdict::{Flag, Prompt};

/// A good ticket of a rulebook that binds every one to this gate.
fn bound_to(gate: &str, elsewhere: Elsewhere) -> Case {
    let mut case = Case::new("");
    case.rules.homes = vec![Home {
        types: None,
        hash: None,
        gates: vec![gate.parse().expect("a name")],
        elsewhere,
    }];
    case
}

#[test]
fn a_ticket_enters_at_home_alone_while_gates_are_apart() {
    for (gate, reach, expected) in [
        ("gate-a", Reach::Apart, "admit"),
        ("gate-b", Reach::Apart, "NOT_HOME_GATE"),
        ("gate-a", Reach::Together, "admit"),
        ("gate-b", Reach::Together, "admit"),
    ] {
        let mut case = bound_to(gate, Elsewhere::Refuse);
        case.reach = reach;
        assert_eq!(word(&case), expected, "{gate} {reach:?}");
    }
}

#[test]
fn the_event_may_leave_it_to_staff() {
    let mut case = bound_to("gate-b", Elsewhere::Ask);
    assert_eq!(word(&case), "NotHomeGate");
    case.request.confirmed = vec![Prompt::NotHomeGate];
    assert_eq!(word(&case), "admit");
}

#[test]
fn the_type_on_the_list_is_what_binds() {
    let mut case = bound_to("gate-b", Elsewhere::Refuse);
    let types = |name: &str| Some(vec![name.parse().expect("a name")]);
    case.rules.homes[0].types = types("vip");
    assert_eq!(word(&case), "admit");
    case.rules.homes[0].types = types("adult");
    assert_eq!(word(&case), "NOT_HOME_GATE");
}

#[test]
fn who_leaves_need_not_be_at_home() {
    let case = bound_to("gate-b", Elsewhere::Refuse).exit();
    assert_eq!(word(&case), "admit");
}

#[test]
fn an_open_case_is_shown_and_decides_nothing() {
    for (gate, expected) in [("gate-a", "admit"), ("gate-b", "NOT_HOME_GATE")] {
        let mut case = bound_to(gate, Elsewhere::Refuse);
        assert_eq!(flags(&case), []);
        case.conflict = true;
        assert_eq!(word(&case), expected);
        assert_eq!(flags(&case), [Flag::Conflict]);
        assert_eq!(flags(&case.exit()), [Flag::Conflict]);
    }
}
