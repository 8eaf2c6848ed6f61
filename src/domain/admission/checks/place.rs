//! Whether the ticket's type may enter here, and now.

use crate::domain::admission::findings::Findings;
use crate::domain::admission::inputs::{Inputs, Reach, Subject};
use crate::domain::rules::{Elsewhere, TypeRules, Within};
use crate::domain::verdict::{Prompt, Reason};

pub(in crate::domain::admission) fn check<'a>(
    inputs: &Inputs<'a>,
    subject: &Subject<'_>,
    rules: &TypeRules,
) -> Findings<'a> {
    let mut found = Findings::default();
    found.refuse_if(!may_enter_here(inputs, rules), Reason::WrongGate);
    match away_from_home(inputs, subject) {
        None => {}
        Some(Elsewhere::Refuse) => found.refuse(Reason::NotHomeGate, None),
        Some(Elsewhere::Ask) => found.ask(Prompt::NotHomeGate, None),
    }
    if !rules.windows.is_empty() {
        let windows = inputs.rules.windows_near(rules, inputs.now);
        match Within::any(windows.iter().map(|window| window.tolerant), inputs.now) {
            Within::Yes => {}
            Within::No => found.refuse(Reason::OutsideWindow, None),
            Within::CannotTell => found.cannot_tell(),
        }
    }
    found
}

/// What to do with a ticket that belongs to other gates while this one cannot see what they do. Gates that see each
/// other need no homes.
fn away_from_home(inputs: &Inputs<'_>, subject: &Subject<'_>) -> Option<Elsewhere> {
    if inputs.reach == Reach::Together {
        return None;
    }
    let home = inputs
        .rules
        .home(&inputs.shown.claims.ticket, subject.ticket_type)?;
    let here = home.gates.contains(&inputs.lane.gate);
    (!here).then_some(home.elsewhere)
}

fn may_enter_here(inputs: &Inputs<'_>, rules: &TypeRules) -> bool {
    let lane = inputs.lane;
    let gate = rules
        .gates
        .as_ref()
        .is_none_or(|gates| gates.contains(&lane.gate));
    let zone = rules
        .zones
        .as_ref()
        .is_none_or(|zones| zones.contains(&lane.site.into));
    gate && zone
}
