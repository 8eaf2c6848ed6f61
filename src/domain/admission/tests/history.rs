use super::{explained_by, flags, word};
use crate::domain::admission::Occupancy;
use crate::domain::admission::fixtures::{Case, EARLIER, NOON};
use crate::domain::checkin::Kind;
use crate::domain::rules::Rulebook;
use crate::domain::time::{ClockState, Now, UnixMillis};
use crate::domain::verdict::{Flag, Prompt, Verdict};

/// Longer ago than what counts as just now.
const AGO: u64 = 600;

#[test]
fn without_reentry_each_person_enters_once() {
    for (admits, entered, expected) in [
        (1, 0, "admit"),
        (1, 1, "ALREADY_USED"),
        (3, 2, "admit"),
        (3, 3, "ALREADY_USED"),
    ] {
        let mut case = Case::new("").admitting(admits);
        for _ in 0..entered {
            case = case.after(Kind::Entry, 1, AGO).after(Kind::Exit, 1, AGO);
        }
        assert_eq!(word(&case), expected, "{entered} of {admits}");
    }
}

#[test]
fn the_strictest_limit_says_how_many_may_still_enter() {
    let free = r#""reentry":"free""#;
    for (rules, admits, moving, left) in [
        ("", 1, 1, None),
        ("", 5, 2, Some(1)),
        ("", 5, 3, Some(0)),
        (free, 1, 1, None),
        (r#""reentry":"free","entries_max":4"#, 1, 1, Some(1)),
        (r#""reentry":"free","entries_max":4"#, 2, 1, Some(5)),
        (
            r#""reentry":"free","entries_max":9,"entries_per_day_max":3"#,
            1,
            1,
            Some(0),
        ),
    ] {
        // Two have entered before.
        let case = Case::new(rules).admitting(admits).after(Kind::Entry, 2, AGO);
        assert_eq!(case.left(moving), left, "{rules} {admits} {moving}");
    }
}

#[test]
fn a_refusal_names_the_entry_that_explains_it() {
    let case = Case::new("").after(Kind::Entry, 1, AGO).after(Kind::Exit, 1, AGO);
    assert_eq!(explained_by(&case), Some(1));
}

#[test]
fn after_an_exit_the_ticket_enters_again() {
    let inside = Case::new(r#""reentry":"after-exit""#).after(Kind::Entry, 1, AGO);
    assert_eq!(
        (word(&inside).as_str(), explained_by(&inside)),
        ("ALREADY_INSIDE", Some(1))
    );
    assert_eq!(word(&inside.clone().after(Kind::Exit, 1, AGO)), "admit");
    assert_eq!(word(&inside.after(Kind::AllOut, 0, AGO)), "admit");
}

#[test]
fn who_is_inside_is_forgotten_at_the_day_boundary_unless_the_zone_is_overnight() {
    // Noon less seven hours is the boundary at 05:00.
    let since_boundary = 7 * 3600;
    for (overnight, ago, expected) in [
        (false, since_boundary, "ALREADY_INSIDE"),
        (false, since_boundary + 1, "admit"),
        (true, since_boundary + 1, "ALREADY_INSIDE"),
    ] {
        let mut case = Case::new("").after(Kind::Entry, 1, ago);
        case.rules = Rulebook::from_json(&format!(
            r#"{{"event":"spring-26","zones":{{"venue":{{"overnight":{overnight}}}}},
                "types":{{"adult":{{"reentry":"after-exit"}}}}}}"#
        ))
        .expect("rules");
        assert_eq!(word(&case), expected, "{overnight} {ago}");
    }
}

#[test]
fn who_is_in_a_zone_beyond_is_inside_but_has_not_used_up_its_entry() {
    let graph = r#""gates":{"gate-a":{"into":"hall"},"gate-b":{"into":"box","from":"hall"}}"#;
    let case = |gate: &str, reentry: &str| {
        let mut case = Case::new("").after(Kind::Entry, 1, AGO);
        case.last_fact().draft.zone = "hall".parse().expect("a name");
        case.rules = Rulebook::from_json(&format!(
            r#"{{"event":"spring-26",{graph},"types":{{"adult":{{"reentry":"{reentry}"}}}}}}"#
        ))
        .expect("rules");
        case.lane.gate = gate.parse().expect("a name");
        case.lane.site = case.rules.site(&case.lane.gate);
        case
    };
    assert_eq!(word(&case("gate-b", "never")), "admit");
    assert_eq!(word(&case("gate-a", "never")), "ALREADY_USED");
    let mut in_box = case("gate-a", "after-exit");
    in_box = in_box.after(Kind::Entry, 1, AGO - 1);
    in_box.last_fact().draft.zone = "box".parse().expect("a name");
    in_box.last_fact().draft.from_zone = Some("hall".parse().expect("a name"));
    assert_eq!(
        (word(&in_box).as_str(), explained_by(&in_box)),
        ("ALREADY_INSIDE", Some(2))
    );
}

#[test]
fn entries_are_limited_in_all_per_day_and_per_window_for_each_person() {
    let window = r#""windows":[{"daily":{"from_min":660,"until_min":780}}],"early_tolerance_s":60"#;
    // Days begin at 05:00, seven hours ago; the window at 11:00, with its tolerance 3660 s ago.
    for (rules, ago, admits, expected) in [
        (r#""entries_max":2"#.to_owned(), 90_000, 1, "NO_ENTRIES_LEFT"),
        (r#""entries_max":3"#.to_owned(), 90_000, 1, "admit"),
        (r#""entries_max":2"#.to_owned(), 90_000, 2, "admit"),
        (
            r#""entries_per_day_max":2"#.to_owned(),
            25_200,
            1,
            "NO_ENTRIES_LEFT",
        ),
        (r#""entries_per_day_max":2"#.to_owned(), 25_201, 1, "admit"),
        (
            format!(r#""entries_per_window_max":2,{window}"#),
            3660,
            1,
            "NO_ENTRIES_LEFT",
        ),
        (
            format!(r#""entries_per_window_max":2,{window}"#),
            3661,
            1,
            "admit",
        ),
    ] {
        let case = Case::new(&format!(r#""reentry":"free",{rules}"#))
            .admitting(admits)
            .after(Kind::Entry, 1, ago)
            .after(Kind::Entry, 1, ago);
        assert_eq!(word(&case), expected, "{rules} {ago}");
        let explained = (expected != "admit").then_some(2);
        assert_eq!(explained_by(&case), explained);
    }
}

#[test]
fn the_gap_between_entries_is_kept_by_each_person() {
    let gap = r#""reentry":"free","gap_s":300"#;
    let single = |ago| Case::new(gap).after(Kind::Entry, 1, ago);
    assert_eq!(
        (word(&single(299)).as_str(), explained_by(&single(299))),
        ("TOO_SOON", Some(1))
    );
    assert_eq!(word(&single(300)), "admit");
    let pair = |first, second| {
        let case = Case::new(gap).admitting(2);
        case.after(Kind::Entry, 1, first).after(Kind::Entry, 1, second)
    };
    assert_eq!(word(&pair(300, 10)), "admit", "the first of the two comes again");
    assert_eq!(explained_by(&pair(299, 10)), Some(1));
    assert_eq!(
        word(&Case::new(gap).admitting(2).after(Kind::Entry, 1, 10)),
        "admit"
    );
}

#[test]
fn a_gap_is_not_reckoned_from_a_clock_that_ran_far_ahead() {
    let mut case = Case::new(r#""reentry":"free","gap_s":300"#).after(Kind::Entry, 1, 0);
    case.last_fact().draft.now = Now::exactly(NOON.plus(600));
    assert_eq!(word(&case), "TOO_SOON");
    case.last_fact().draft.now = Now::exactly(NOON.plus(601));
    assert_eq!(word(&case), "admit");
}

#[test]
fn a_full_zone_refuses_where_the_count_is_live_and_flags_where_it_is_not() {
    for (inside, live, expected, flagged) in [
        (9, true, "admit", false),
        (10, true, "ZONE_FULL", false),
        (10, false, "admit", true),
        (9, false, "admit", false),
    ] {
        let mut case = Case::new("");
        case.rules =
            Rulebook::from_json(r#"{"event":"spring-26","zones":{"venue":{"capacity":10}}}"#).expect("rules");
        case.occupancy = Some(Occupancy { inside, live });
        assert_eq!(word(&case), expected, "{inside} {live}");
        assert_eq!(flags(&case).contains(&Flag::ZoneFull), flagged);
    }
}

#[test]
fn staff_are_asked_until_they_confirm() {
    for (rule, prompt) in [
        ("confirm", Prompt::Confirm),
        ("check-id", Prompt::CheckId),
        ("check-age", Prompt::CheckAge),
    ] {
        let mut case = Case::new(&format!(r#""prompt":"{rule}""#));
        assert_eq!(word(&case), format!("{prompt:?}"));
        case.request.confirmed = vec![prompt];
        assert_eq!(word(&case), "admit");
    }
    let used = Case::new(r#""prompt":"confirm""#).after(Kind::Entry, 1, AGO);
    assert_eq!(
        word(&used),
        "ALREADY_USED",
        "nobody is asked about a ticket that is refused"
    );
}

#[test]
fn a_group_is_chosen_up_to_the_rest() {
    let group = |entered, persons| {
        let mut case = Case::new(r#""group":"chosen""#).admitting(5);
        if entered > 0 {
            case = case.after(Kind::Entry, entered, AGO);
        }
        case.request.persons = persons;
        case
    };
    for (entered, persons, expected) in [
        (0, None, "GroupSize { rest: 5 }"),
        (2, None, "GroupSize { rest: 3 }"),
        (2, Some(3), "admit"),
        (2, Some(4), "GroupSize { rest: 3 }"),
        (2, Some(0), "GroupSize { rest: 3 }"),
        (4, None, "admit"),
        (5, Some(1), "ALREADY_USED"),
    ] {
        assert_eq!(word(&group(entered, persons)), expected, "{entered} {persons:?}");
    }
    let Verdict::Admit { entry, persons, .. } = group(2, Some(3)).decide().verdict else {
        panic!("admitted");
    };
    assert_eq!((entry, persons), (2, 3));
}

#[test]
fn the_rest_of_a_group_heeds_every_rule() {
    let mut case = Case::new(r#""group":"chosen","reentry":"free","gap_s":300"#).admitting(4);
    case = case.after(Kind::Entry, 3, 10);
    assert_eq!(
        word(&case),
        "admit",
        "one has not been in, the others were too lately"
    );
    case.rules = Rulebook::from_json(
        r#"{"event":"spring-26","zones":{"venue":{"capacity":10}},"types":{"adult":{"group":"chosen"}}}"#,
    )
    .expect("rules");
    case.facts.clear();
    case.occupancy = Some(Occupancy {
        inside: 8,
        live: true,
    });
    assert_eq!(word(&case), "GroupSize { rest: 2 }");
}

#[test]
fn a_group_that_goes_one_by_one_ignores_a_choice() {
    let mut case = Case::new("").admitting(5);
    case.request.persons = Some(3);
    let Verdict::Admit { persons, .. } = case.decide().verdict else {
        panic!("admitted");
    };
    assert_eq!(persons, 1);
}

#[test]
fn a_refusal_right_after_the_own_admission_here_is_no_alarm() {
    for (ago, expected) in [(19, vec![Flag::JustNow]), (20, vec![])] {
        assert_eq!(
            flags(&Case::new("").after(Kind::Entry, 1, ago)),
            expected,
            "{ago}"
        );
    }
    let mut elsewhere = Case::new("").after(Kind::Entry, 1, 1);
    elsewhere.last_fact().draft.gate = "gate-b".parse().expect("a name");
    assert_eq!(
        (word(&elsewhere).as_str(), flags(&elsewhere)),
        ("ALREADY_USED", vec![])
    );
}

/// An entry before the gate's restart.
fn interrupted(ago: u64) -> Case {
    let mut case = Case::new("").after(Kind::Entry, 1, ago);
    case.last_fact().id.stream = EARLIER;
    case
}

#[test]
fn an_entry_that_a_restart_interrupted_is_asked_about_for_two_minutes() {
    assert_eq!(
        (word(&interrupted(120)).as_str(), explained_by(&interrupted(120))),
        ("Interrupted", Some(1))
    );
    assert_eq!(word(&interrupted(121)), "ALREADY_USED");
    assert_eq!(
        word(&Case::new("").after(Kind::Entry, 1, 120)),
        "ALREADY_USED",
        "no restart since"
    );
    let about = interrupted(60).facts[0].id;
    for seen in [Kind::Passed(about), Kind::Released(about)] {
        let word = word(&interrupted(60).after(seen, 1, 59));
        assert_eq!(word == "ALREADY_USED", matches!(seen, Kind::Passed(_)), "{word}");
        assert_ne!(word, "Interrupted");
    }
    let left = interrupted(60).after(Kind::Exit, 1, 30);
    assert_eq!(
        word(&left),
        "ALREADY_USED",
        "who has left since was let in before"
    );
    let mut elsewhere = interrupted(60);
    elsewhere.last_fact().draft.gate = "gate-b".parse().expect("a name");
    assert_eq!(word(&elsewhere), "ALREADY_USED");
}

#[test]
fn who_was_interrupted_goes_through_on_the_entry_that_stands() {
    let mut case = interrupted(60);
    case.request.confirmed = vec![Prompt::Interrupted];
    let draft = case.draft().expect("a draft");
    assert_eq!(draft.kind, Kind::Passed(case.facts[0].id));
    let Verdict::Admit { entry, persons, .. } = case.decide().verdict else {
        panic!("admitted");
    };
    assert_eq!((entry, persons), (1, 1));
}

#[test]
fn who_was_interrupted_is_not_counted_twice_in_a_full_zone() {
    let mut case = interrupted(60);
    case.rules =
        Rulebook::from_json(r#"{"event":"spring-26","zones":{"venue":{"capacity":10}}}"#).expect("rules");
    for (inside, expected) in [(10, "Interrupted"), (11, "ZONE_FULL")] {
        case.occupancy = Some(Occupancy { inside, live: true });
        assert_eq!(word(&case), expected);
    }
}

#[test]
fn a_draft_says_what_happened_and_on_what_knowledge() {
    let mut case = Case::new(r#""reentry":"free""#).after(Kind::Entry, 1, 60);
    case.shown.presented_at = Some(NOON);
    case.rules.version = 7;
    let draft = case.draft().expect("a draft");
    assert_eq!(
        (draft.kind, draft.persons, draft.presented_at),
        (Kind::Entry, 1, Some(NOON))
    );
    assert_eq!((draft.rules_version, draft.order), (7, NOON.millis().0));
    case.last_fact().draft.order = NOON.millis().0 + 5;
    assert_eq!(case.draft().map(|draft| draft.order), Some(NOON.millis().0 + 6));
    case.now = Now {
        earliest: UnixMillis(0),
        latest: None,
        best: UnixMillis(0),
        state: ClockState::Unsure,
    };
    case.shown.presented_at = None;
    case.rules.clock_unsure = crate::domain::rules::ClockUnsure::Admit;
    assert_eq!(case.draft().map(|draft| draft.order), Some(NOON.millis().0 + 6));
}

#[test]
fn nothing_is_recorded_of_a_refusal_or_of_a_look() {
    let used = Case::new("").after(Kind::Entry, 1, AGO);
    assert_eq!(used.draft(), None);
    let mut look = Case::new("");
    look.request.direction = crate::domain::admission::Direction::Check;
    assert_eq!((word(&look).as_str(), look.draft()), ("admit", None));
}
