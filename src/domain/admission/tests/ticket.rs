use super::{explained_by, flags, word};
use crate::domain::admission::fixtures::{Case, NOON};
use crate::domain::admission::{Listing, Status};
use crate::domain::checkin::Kind;
use crate::domain::time::UnixSeconds;
use crate::domain::verdict::{Flag, Prompt, Reason};

fn live(made: UnixSeconds) -> Case {
    let mut case = Case::new("");
    case.shown.presented_at = Some(made);
    case
}

#[test]
fn a_live_code_is_fresh_for_90_seconds_back_and_60_ahead() {
    for (made, expected) in [
        (NOON.minus(91), "STALE_CODE"),
        (NOON.minus(90), "admit"),
        (NOON.plus(60), "admit"),
        (NOON.plus(61), "FUTURE_CODE"),
    ] {
        assert_eq!(word(&live(made)), expected, "{made}");
    }
}

#[test]
fn a_clock_that_cannot_tell_a_codes_age_asks_staff_once() {
    let mut case = live(NOON).between(NOON, Some(NOON.plus(91)));
    assert_eq!(word(&case), "FreshnessUnknown");
    case.request.confirmed = vec![Prompt::FreshnessUnknown];
    assert_eq!(word(&case), "admit");
}

#[test]
fn a_live_code_must_be_newer_than_the_last_one_accepted() {
    for (made, expected) in [(10, "admit"), (11, "STALE_CODE"), (12, "STALE_CODE")] {
        let mut case = Case::new(r#""reentry":"free""#).after(Kind::Entry, 1, 60);
        case.last_fact().draft.presented_at = Some(NOON.minus(11));
        case.shown.presented_at = Some(NOON.minus(made));
        assert_eq!(word(&case), expected, "made {made} s ago");
    }
}

#[test]
fn a_replayed_code_names_the_fact_that_used_it() {
    let mut case = live(NOON).after(Kind::Entry, 1, 60);
    case.last_fact().draft.presented_at = Some(NOON);
    assert_eq!(explained_by(&case), Some(1));
}

#[test]
fn a_credential_has_no_age() {
    let mut case = Case::new(r#""reentry":"free""#).after(Kind::Entry, 1, 60);
    case.last_fact().draft.presented_at = Some(NOON);
    assert_eq!(word(&case), "admit");
}

#[test]
fn the_list_withdraws_and_stops_tickets() {
    for (status, expected) in [
        (Status::Valid, "admit"),
        (Status::Revoked, "REVOKED"),
        (Status::Blocked, "BLOCKED"),
    ] {
        assert_eq!(word(&Case::new("").listed(status)), expected);
    }
}

#[test]
fn a_ticket_is_valid_from_its_first_second_to_before_its_last() {
    let (from, until) = (NOON.minus(86_400), NOON.plus(86_400));
    for (at, expected) in [
        (from.minus(1), "NOT_YET_VALID"),
        (from, "admit"),
        (until.minus(1), "admit"),
        (until, "EXPIRED"),
    ] {
        assert_eq!(word(&Case::new("").at(at)), expected, "{at}");
    }
}

#[test]
fn a_clock_that_cannot_tell_admits_with_a_flag_or_denies_as_the_event_says() {
    let until = NOON.plus(86_400);
    let mut case = Case::new("").between(until.minus(1), Some(until));
    assert_eq!(
        (word(&case).as_str(), flags(&case)),
        ("admit", vec![Flag::ClockUnsure])
    );
    case.rules.clock_unsure = crate::domain::rules::ClockUnsure::Deny;
    assert_eq!(word(&case), "CLOCK_UNSURE");
    case = case.after(Kind::Entry, 1, 600);
    assert_eq!(word(&case), "ALREADY_USED", "a reason that is sure comes first");
}

#[test]
fn a_clock_that_nothing_bounds_still_knows_what_is_over() {
    let until = NOON.plus(86_400);
    assert_eq!(word(&Case::new("").between(until, None)), "EXPIRED");
    assert_eq!(word(&Case::new("").between(until.minus(1), None)), "admit");
}

#[test]
fn the_row_wins_over_the_claims() {
    let row = |bend: fn(&mut crate::domain::admission::TicketRow)| {
        let mut case = Case::new(r#""reentry":"never""#).listed(Status::Valid);
        if let Listing::Listed(row) = &mut case.listing {
            bend(row);
        }
        case
    };
    assert_eq!(word(&row(|row| row.valid_until = NOON)), "EXPIRED");
    assert_eq!(
        word(&row(|row| row.valid_from = Some(NOON.plus(1)))),
        "NOT_YET_VALID"
    );
    let two = row(|row| row.admits = 2).after(Kind::Entry, 1, 60);
    assert_eq!(word(&two), "admit");
    let mut other_type = row(|row| row.ticket_type = "press".parse().expect("a name"));
    other_type.rules = crate::domain::rules::Rulebook::from_json(
        r#"{"event":"spring-26","types":{"press":{"gates":["gate-b"]}}}"#,
    )
    .expect("rules");
    assert_eq!(word(&other_type), "WRONG_GATE");
}

#[test]
fn a_ticket_that_the_list_should_name_is_refused() {
    let as_of = NOON;
    for (issued, expected) in [
        (None, "NOT_ON_LIST"),
        (Some(as_of.minus(301)), "NOT_ON_LIST"),
        (Some(as_of.minus(300)), "NOT_ON_LIST"),
        (Some(as_of.minus(299)), "admit"),
        (Some(as_of.plus(10)), "admit"),
    ] {
        let mut case = Case::new("");
        case.listing = Listing::Unlisted { as_of };
        case.shown.claims.issued_at = issued;
        assert_eq!(word(&case), expected, "{issued:?}");
        let flagged = flags(&case).contains(&Flag::Unlisted);
        assert_eq!(flagged, expected == "admit");
    }
}

#[test]
fn a_type_says_what_happens_to_tickets_sold_after_the_last_sync() {
    for (rule, expected) in [
        ("admit", "admit"),
        ("deny", "NOT_ON_LIST"),
        ("confirm", "ConfirmUnlisted"),
    ] {
        let mut case = Case::new(&format!(r#""unlisted":"{rule}""#));
        case.listing = Listing::Unlisted {
            as_of: NOON.minus(2000),
        };
        assert_eq!(word(&case), expected);
        case.request.confirmed = vec![Prompt::ConfirmUnlisted];
        assert_eq!(word(&case) == "admit", rule != "deny");
    }
}

#[test]
fn tickets_of_a_leaked_key_count_only_when_listed() {
    let mut case = Case::new("").listed(Status::Valid);
    case.shown.list_only = true;
    assert_eq!(word(&case), "admit");
    let as_of = NOON.minus(2000);
    for listing in [Listing::Unlisted { as_of }, Listing::Incomplete, Listing::NoList] {
        case.listing = listing;
        assert_eq!(word(&case), "NOT_ON_LIST", "{:?}", case.listing);
    }
}

#[test]
fn without_a_complete_list_staff_are_asked_and_on_signatures_alone_they_are_not() {
    let mut case = Case::new("");
    case.listing = Listing::Incomplete;
    assert_eq!(word(&case), "ListIncomplete");
    case.request.confirmed = vec![Prompt::ListIncomplete];
    assert_eq!(word(&case), "admit");
    case.listing = Listing::NoList;
    assert_eq!((word(&case).as_str(), flags(&case)), ("admit", vec![]));
}

#[test]
fn a_holders_proof_that_fails_keeps_out() {
    let mut case = Case::new("");
    case.shown.defect = Some(Reason::NeedsLiveCode);
    assert_eq!(word(&case), "NEEDS_LIVE_CODE");
}
