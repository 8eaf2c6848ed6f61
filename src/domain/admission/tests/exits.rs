use super::{noted, word};
use crate::domain::admission::fixtures::{Case, NOON};
use crate::domain::admission::{Direction, Listing, Status};
use crate::domain::checkin::Kind;
use crate::domain::verdict::{Reason, Verdict};

fn inside() -> Case {
    Case::new("").after(Kind::Entry, 1, 600).exit()
}

#[test]
fn an_exit_always_opens_and_notes_what_was_wrong() {
    let bent = |bend: fn(&mut Case)| {
        let mut case = inside();
        bend(&mut case);
        case
    };
    for (case, expected) in [
        (inside(), None),
        (Case::new("").exit(), Some(Reason::NotInside)),
        (inside().after(Kind::Exit, 1, 60), Some(Reason::NotInside)),
        (inside().at(NOON.plus(86_400)), Some(Reason::Expired)),
        (inside().listed(Status::Revoked), Some(Reason::Revoked)),
        (
            bent(|case| case.shown.presented_at = Some(NOON.minus(91))),
            Some(Reason::StaleCode),
        ),
        (
            bent(|case| case.shown.defect = Some(Reason::NeedsLiveCode)),
            Some(Reason::NeedsLiveCode),
        ),
        (bent(|case| case.listing = Listing::Incomplete), None),
    ] {
        assert_eq!((word(&case).as_str(), noted(&case)), ("admit", expected));
        let draft = case.draft().expect("a draft");
        assert_eq!((draft.kind, draft.reason), (Kind::Exit, expected));
    }
}

#[test]
fn windows_and_prompts_keep_nobody_inside() {
    let rules = r#""windows":[{"absolute":{"from":1,"until":2}}],"prompt":"check-id","gates":["gate-b"]"#;
    let case = Case::new(rules).after(Kind::Entry, 1, 600).exit();
    assert_eq!((word(&case).as_str(), noted(&case)), ("admit", None));
}

#[test]
fn a_group_leaves_together_unless_somebody_chose_or_it_goes_one_by_one() {
    let leaving = |group: &str, chosen| {
        let rules = format!(r#""group":"{group}""#);
        let mut case = Case::new(&rules).admitting(5).after(Kind::Entry, 4, 600).exit();
        case.request.persons = chosen;
        match case.decide().verdict {
            Verdict::Admit { persons, .. } => persons,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(leaving("one-by-one", None), 1);
    assert_eq!(leaving("one-by-one", Some(3)), 1);
    assert_eq!(leaving("chosen", None), 4);
    assert_eq!(leaving("chosen", Some(2)), 2);
    assert_eq!(leaving("chosen", Some(200)), 5);
}

#[test]
fn an_exit_is_counted_once_recorded() {
    let mut case = Case::new(r#""reentry":"after-exit""#).after(Kind::Entry, 1, 600);
    case = case.after(Kind::Exit, 1, 60);
    case.request.direction = Direction::Entry;
    assert_eq!(word(&case), "admit");
}

#[test]
fn a_code_that_was_not_accepted_makes_no_later_one_stale() {
    for (made, recorded) in [
        (NOON.plus(61), None),
        (NOON.plus(60), Some(NOON.plus(60))),
        (NOON.minus(91), None),
    ] {
        let mut case = inside();
        case.shown.presented_at = Some(made);
        assert_eq!(
            case.draft().map(|draft| draft.presented_at),
            Some(recorded),
            "{made}"
        );
    }
}
