//! Whether the ticket's type may enter here, and now.

use crate::domain::admission::findings::Findings;
use crate::domain::admission::inputs::Inputs;
use crate::domain::rules::{TypeRules, Within};
use crate::domain::verdict::Reason;

pub(in crate::domain::admission) fn check<'a>(inputs: &Inputs<'a>, rules: &TypeRules) -> Findings<'a> {
    let mut found = Findings::default();
    found.refuse_if(!may_enter_here(inputs, rules), Reason::WrongGate);
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
