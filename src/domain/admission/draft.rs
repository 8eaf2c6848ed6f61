//! From a decision to the fact that must be recorded before anybody moves.

use super::decide::Decision;
use super::inputs::{Direction, Inputs};
use crate::domain::checkin::{Draft, Grounds, Kind};
use crate::domain::ids::OperatorId;
use crate::domain::ticket::{Freshness, freshness};
use crate::domain::time::UnixSeconds;
use crate::domain::verdict::{Flag, Verdict};

/// What a fact says about the knowledge that it rests on, beside the rules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Knowledge {
    /// The change number up to which the gate held the event's log.
    pub list_version: u64,
    /// Who decided, where a person did.
    pub operator: Option<OperatorId>,
    /// For what a refusal is overridden.
    pub grounds: Option<Grounds>,
}

/// The fact to record of an admission; none where nobody is to move.
#[must_use]
pub fn draft(inputs: &Inputs<'_>, decision: &Decision, knowledge: &Knowledge) -> Option<Draft> {
    let Verdict::Admit { persons, flags, .. } = &decision.verdict else {
        return None;
    };
    let kind = match (inputs.request.direction, decision.resumes) {
        (Direction::Entry, None) if flags.contains(&Flag::Overridden) => Kind::Override,
        (Direction::Entry, None) => Kind::Entry,
        // The entry stands already: that its guest goes through now is all that is new.
        (Direction::Entry, Some(entry)) => Kind::Passed(entry),
        (Direction::Exit, _) => Kind::Exit,
        (Direction::Check, _) => return None,
    };
    let lane = inputs.lane;
    Some(Draft {
        kind,
        ticket: Some(inputs.shown.claims.ticket),
        gate: lane.gate.clone(),
        zone: lane.site.into.clone(),
        from_zone: lane.site.from.clone(),
        now: *inputs.now,
        order: inputs.history.next_order(inputs.now),
        persons: *persons,
        presented_at: accepted_code(inputs),
        reason: decision.noted.as_ref().map(|noted| noted.reason),
        flags: flags.clone(),
        rules_version: inputs.rules.version,
        list_version: knowledge.list_version,
        operator: knowledge.operator.clone(),
        grounds: knowledge.grounds.clone().filter(|_| kind == Kind::Override),
    })
}

/// When the live code was made, where it was accepted as one. A code that a guest left with though it lay in the
/// future must not make stale all that follow.
fn accepted_code(inputs: &Inputs<'_>) -> Option<UnixSeconds> {
    let (back, ahead) = (inputs.rules.freshness_back_s, inputs.rules.freshness_ahead_s);
    inputs.shown.presented_at.filter(|made| {
        inputs.request.direction != Direction::Exit
            || freshness(*made, inputs.now, back, ahead) == Freshness::Fresh
    })
}
