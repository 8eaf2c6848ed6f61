//! Of several reasons the first in the order of `Reason` is given: every pair of them is tried.

use super::{flags, word};
use crate::domain::admission::fixtures::{Case, NOON};
use crate::domain::admission::{Listing, Occupancy, Status};
use crate::domain::checkin::Kind;
use crate::domain::rules::{ClockUnsure, Elsewhere, EntryWindow, Home, Reentry, TypeRules, Zone};
use crate::domain::time::UnixSeconds;
use crate::domain::verdict::Reason;

/// Ways to spoil a good ticket, each for one reason; those that exclude each other share a group.
type Spoil = (Reason, &'static str, fn(&mut Case));

const SPOILS: &[Spoil] = &[
    (Reason::StaleCode, "code", |case| {
        case.shown.presented_at = Some(NOON.minus(91))
    }),
    (Reason::FutureCode, "code", |case| {
        case.shown.presented_at = Some(NOON.plus(61))
    }),
    (Reason::NeedsLiveCode, "proof", |case| {
        case.shown.defect = Some(Reason::NeedsLiveCode)
    }),
    (Reason::Revoked, "list", |case| {
        *case = case.clone().listed(Status::Revoked)
    }),
    (Reason::Blocked, "list", |case| {
        *case = case.clone().listed(Status::Blocked)
    }),
    (Reason::NotYetValid, "own window", |case| {
        case.shown.claims.valid_from = Some(NOON.plus(1))
    }),
    (Reason::Expired, "own window", |case| {
        case.shown.claims.valid_until = NOON
    }),
    (Reason::NotOnList, "list", |case| {
        case.listing = Listing::Unlisted {
            as_of: NOON.plus(9999),
        }
    }),
    (Reason::WrongGate, "gate", |case| {
        adult(case).gates = Some(vec!["gate-z".parse().expect("a name")])
    }),
    (Reason::NotHomeGate, "home", |case| {
        case.rules.homes = vec![Home {
            types: None,
            hash: None,
            gates: vec!["gate-z".parse().expect("a name")],
            elsewhere: Elsewhere::Refuse,
        }]
    }),
    (Reason::OutsideWindow, "window", |case| {
        adult(case).windows = vec![window(NOON.plus(100))]
    }),
    (Reason::TooLate, "late", |case| {
        let rules = adult(case);
        rules.late_cutoff_s = Some(1);
        if rules.windows.is_empty() {
            rules.windows = vec![window(NOON.minus(100))];
        }
    }),
    (Reason::AlreadyUsed, "entry", |case| {
        adult(case).reentry = Reentry::Never;
        *case = case.clone().after(Kind::Entry, 2, 600);
    }),
    (Reason::AlreadyInside, "entry", |case| {
        adult(case).reentry = Reentry::AfterExit;
        *case = case.clone().after(Kind::Entry, 2, 600);
    }),
    (Reason::NoEntriesLeft, "limit", |case| {
        adult(case).entries_max = Some(1);
        *case = case.clone().after(Kind::Entry, 2, 500).after(Kind::Exit, 2, 400);
    }),
    (Reason::TooSoon, "gap", |case| {
        adult(case).gap_s = 3600;
        *case = case.clone().after(Kind::Entry, 2, 300).after(Kind::Exit, 2, 200);
    }),
    (Reason::ZoneFull, "zone", |case| {
        let zone = Zone {
            capacity: Some(5),
            overnight: false,
        };
        case.rules.zones.insert(case.lane.site.into.clone(), zone);
        case.occupancy = Some(Occupancy {
            inside: 5,
            live: true,
        });
    }),
    (Reason::ClockUnsure, "clock", |case| {
        case.rules.clock_unsure = ClockUnsure::Deny;
        case.now.earliest = NOON.minus(86_400).millis().minus(1);
    }),
];

fn adult(case: &mut Case) -> &mut TypeRules {
    let name = "adult".parse().expect("a name");
    case.rules.types.entry(name).or_default()
}

fn window(from: UnixSeconds) -> EntryWindow {
    EntryWindow::Absolute {
        from,
        until: from.plus(3600),
    }
}

fn good() -> Case {
    Case::new(r#""reentry":"free""#).admitting(2)
}

#[test]
fn each_spoil_alone_gives_its_reason() {
    assert_eq!(word(&good()), "admit");
    for (reason, _, spoil) in SPOILS {
        let mut case = good();
        spoil(&mut case);
        assert_eq!(word(&case), reason.code());
    }
}

#[test]
fn of_two_reasons_the_first_in_order_is_given() {
    let mut tried = 0;
    for (first, first_group, spoil_first) in SPOILS {
        for (second, second_group, spoil_second) in SPOILS {
            // The late cut-off means persons who have not been in; a history brings them in. A clock that cannot
            // tell is sure of nothing else about windows.
            let apart = first_group == second_group
                || (*first == Reason::TooLate && *second > Reason::TooLate && *second < Reason::ZoneFull)
                || *second == Reason::ClockUnsure && *first != Reason::AlreadyUsed;
            if first >= second || apart {
                continue;
            }
            let mut case = good();
            spoil_first(&mut case);
            spoil_second(&mut case);
            assert_eq!(word(&case), first.code(), "{first} with {second}");
            tried += 1;
        }
    }
    assert!(tried > 80, "{tried} pairs");
    assert_eq!(flags(&good()), []);
}
