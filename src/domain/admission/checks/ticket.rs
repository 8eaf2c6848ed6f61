//! Whether the ticket counts at all: its live code, the list, its own validity.

use crate::domain::admission::findings::Findings;
use crate::domain::admission::inputs::{Inputs, Subject};
use crate::domain::admission::{Listing, Status};
use crate::domain::rules::Unlisted;
use crate::domain::ticket::{Freshness, freshness};
use crate::domain::time::UnixSeconds;
use crate::domain::verdict::{Flag, Prompt, Reason};

/// A ticket sold while the list was being read may be missing on it: clocks and transactions are this far apart.
const LIST_SLACK_S: u64 = 5 * 60;

pub(in crate::domain::admission) fn check<'a>(
    inputs: &Inputs<'a>,
    subject: &Subject<'_>,
    unlisted: Unlisted,
) -> Findings<'a> {
    let mut found = Findings::default();
    if let Some(reason) = inputs.shown.defect {
        found.refuse(reason, None);
    }
    if let Some(made) = inputs.shown.presented_at {
        check_live_code(inputs, made, &mut found);
    }
    check_listing(inputs, unlisted, &mut found);
    let from = subject.valid_from.map(UnixSeconds::millis);
    let standing = inputs.now.standing(from, Some(subject.valid_until.millis()));
    found.window(standing, Reason::NotYetValid, Reason::Expired);
    found
}

fn check_live_code<'a>(inputs: &Inputs<'a>, made: UnixSeconds, found: &mut Findings<'a>) {
    let (back, ahead) = (inputs.rules.freshness_back_s, inputs.rules.freshness_ahead_s);
    match freshness(made, inputs.now, back, ahead) {
        Freshness::Fresh => {}
        Freshness::Stale => found.refuse(Reason::StaleCode, None),
        Freshness::Future => found.refuse(Reason::FutureCode, None),
        Freshness::CannotTell => found.ask(Prompt::FreshnessUnknown, None),
    }
    // A code that was shown before is a copy, however fresh it is.
    if let Some((last, fact)) = inputs.history.last_presented()
        && made <= last
    {
        found.refuse(Reason::StaleCode, Some(fact));
    }
}

fn check_listing(inputs: &Inputs<'_>, unlisted: Unlisted, found: &mut Findings<'_>) {
    match inputs.listing {
        Listing::Listed(row) => {
            found.refuse_if(row.status == Status::Revoked, Reason::Revoked);
            found.refuse_if(row.status == Status::Blocked, Reason::Blocked);
        }
        _ if inputs.shown.list_only => found.refuse(Reason::NotOnList, None),
        Listing::Unlisted { as_of } => check_unlisted(inputs, *as_of, unlisted, found),
        Listing::Incomplete => found.ask(Prompt::ListIncomplete, None),
        Listing::NoList => {}
    }
}

/// A list that is newer than the ticket should have named it.
fn check_unlisted(inputs: &Inputs<'_>, as_of: UnixSeconds, unlisted: Unlisted, found: &mut Findings<'_>) {
    let issued = inputs.shown.claims.issued_at;
    if issued.is_none_or(|issued| issued <= as_of.minus(LIST_SLACK_S)) {
        return found.refuse(Reason::NotOnList, None);
    }
    match unlisted {
        Unlisted::Admit => found.flag(Flag::Unlisted),
        Unlisted::Deny => found.refuse(Reason::NotOnList, None),
        Unlisted::Confirm => found.ask(Prompt::ConfirmUnlisted, None),
    }
}
