//! The one function that decides.

use std::borrow::Cow;

use super::checks::{entry_of_restart, persons, place, ticket};
use super::findings::Findings;
use super::inputs::{Direction, Inputs, Occupancy, Subject};
use crate::domain::checkin::{Fact, FactRef, History};
use crate::domain::rules::{ClockUnsure, Group, StaffPrompt, TypeRules};
use crate::domain::verdict::{Flag, Prompt, Reason, Verdict};

/// A guest who shows the code again this soon after their own admission looks for their way; no alarm.
const JUST_NOW_MS: u64 = 20_000;

/// A verdict, and what it rests on beside the scan itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The verdict.
    pub verdict: Verdict,
    /// What was wrong with an exit, which opens all the same, or with an entry that a supervisor let through.
    pub noted: Option<Noted>,
    /// The entry that a restart interrupted, and whose guest goes through now: no new entry.
    pub resumes: Option<FactRef>,
}

/// What was wrong with an exit, or with an entry that a supervisor let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// The reason for which an entry would have been refused.
    pub reason: Reason,
    /// The fact that explains it.
    pub fact: Option<Box<Fact>>,
}

/// Decides on one scan: whether its guests may enter, or leave, or whether staff must say.
#[must_use]
pub fn admit(inputs: &Inputs<'_>) -> Decision {
    match inputs.request.direction {
        Direction::Entry | Direction::Check => let_in(inputs),
        Direction::Exit => let_out(inputs),
    }
}

/// What a supervisor makes of a refusal: the guest enters all the same, and what stood against it is noted. Other
/// decisions stand.
#[must_use]
pub fn overrule(decision: Decision, inputs: &Inputs<'_>) -> Decision {
    let Verdict::Deny {
        reason,
        fact,
        mut flags,
    } = decision.verdict
    else {
        return decision;
    };
    flags.push(Flag::Overridden);
    Decision {
        verdict: Verdict::Admit {
            entry: inputs
                .history
                .entry_count(&inputs.lane.site.into)
                .saturating_add(1),
            persons: inputs.request.persons.unwrap_or(1).max(1),
            flags,
        },
        noted: Some(Noted { reason, fact }),
        resumes: None,
    }
}

fn let_in(inputs: &Inputs<'_>) -> Decision {
    let subject = Subject::of(inputs);
    let rules = inputs.rules.type_rules(subject.ticket_type);
    let interrupted = entry_of_restart(inputs);
    let history = match interrupted {
        Some(entry) => Cow::Owned(inputs.history.without(entry.id)),
        None => Cow::Borrowed(inputs.history),
    };
    let mut found = ticket::check(inputs, &subject, rules.unlisted);
    found.join(place::check(inputs, &subject, &rules));
    let (persons, of_persons) = persons_moving(inputs, &subject, &rules, &history, interrupted);
    found.join(of_persons);
    if interrupted.is_some() {
        found.ask(Prompt::Interrupted, interrupted);
    }
    if let Some(prompt) = staff_prompt(rules.prompt) {
        found.ask(prompt, None);
    }
    let entry = history.entry_count(&inputs.lane.site.into).saturating_add(1);
    conclude(inputs, found, interrupted, entry, persons)
}

/// How many go in by this scan, and what stands against it.
fn persons_moving<'a>(
    inputs: &Inputs<'a>,
    subject: &Subject<'a>,
    rules: &TypeRules,
    history: &'a History,
    interrupted: Option<&Fact>,
) -> (u8, Findings<'a>) {
    if let Some(entry) = interrupted {
        let persons = entry.draft.persons;
        let inputs = without_in_count(inputs, persons);
        return (persons, persons::check(&inputs, subject, rules, history, persons));
    }
    let check = |persons| persons::check(inputs, subject, rules, history, persons);
    if let (true, Some(went)) = (inputs.request.past, inputs.request.persons) {
        return (went, check(went));
    }
    if rules.group == Group::OneByOne || subject.admits <= 1 {
        return (1, check(1));
    }
    let rest = (1..=subject.admits)
        .rev()
        .find(|persons| !check(*persons).is_refused());
    match (rest, inputs.request.persons) {
        (None | Some(1), _) => (1, check(1)),
        (Some(rest), Some(chosen)) if (1..=rest).contains(&chosen) => (chosen, check(chosen)),
        (Some(rest), _) => {
            let mut found = check(rest);
            found.ask(Prompt::GroupSize { rest }, None);
            (rest, found)
        }
    }
}

/// The same with these persons taken off the count of the zone: their entry stands, but they are not in yet.
fn without_in_count<'a>(inputs: &Inputs<'a>, persons: u8) -> Inputs<'a> {
    let occupancy = inputs.occupancy.map(|occupancy| Occupancy {
        inside: occupancy.inside.saturating_sub(u32::from(persons)),
        ..occupancy
    });
    Inputs { occupancy, ..*inputs }
}

fn conclude(
    inputs: &Inputs<'_>,
    mut found: Findings<'_>,
    interrupted: Option<&Fact>,
    entry: u32,
    persons: u8,
) -> Decision {
    if found.is_unsure() {
        match inputs.rules.clock_unsure {
            ClockUnsure::Admit => found.flag(Flag::ClockUnsure),
            ClockUnsure::Deny => found.refuse(Reason::ClockUnsure, None),
        }
    }
    let boxed = |fact: Option<&Fact>| fact.cloned().map(Box::new);
    let flags: Vec<_> = found.flags().into_iter().chain(in_conflict(inputs)).collect();
    let verdict = if let Some((reason, fact)) = found.refusal() {
        Verdict::Deny {
            reason,
            fact: boxed(fact),
            flags: just_now(inputs).into_iter().chain(in_conflict(inputs)).collect(),
        }
    } else if let Some((prompt, fact)) = open_prompt(inputs, &found) {
        Verdict::Ask {
            prompt,
            fact: boxed(fact),
            flags,
        }
    } else {
        Verdict::Admit {
            entry,
            persons,
            flags,
        }
    };
    let admitted = matches!(verdict, Verdict::Admit { .. });
    Decision {
        verdict,
        noted: None,
        resumes: interrupted.filter(|_| admitted).map(|entry| entry.id),
    }
}

/// What staff are still to be asked.
fn open_prompt<'a>(inputs: &Inputs<'_>, found: &Findings<'a>) -> Option<(Prompt, Option<&'a Fact>)> {
    let answered = inputs.request.past;
    found.open_prompt(&inputs.request.confirmed).filter(|_| !answered)
}

/// An exit opens whatever is wrong: nobody is locked in over a ticket.
fn let_out(inputs: &Inputs<'_>) -> Decision {
    let subject = Subject::of(inputs);
    let rules = inputs.rules.type_rules(subject.ticket_type);
    let zone = &inputs.lane.site.into;
    let since = inputs.rules.inside_since(zone, inputs.now.best);
    let inside = inputs.history.inside(zone, since, subject.admits);
    let persons = persons_leaving(inputs, &subject, rules.group, inside);
    let mut found = ticket::check(inputs, &subject, rules.unlisted);
    found.refuse_if(inside < u32::from(persons), Reason::NotInside);
    let mut flags = found.flags();
    if found.is_unsure() {
        flags.push(Flag::ClockUnsure);
    }
    flags.extend(in_conflict(inputs));
    Decision {
        verdict: Verdict::Admit {
            entry: inputs.history.entry_count(zone),
            persons,
            flags,
        },
        noted: found.refusal().map(|(reason, fact)| Noted {
            reason,
            fact: fact.cloned().map(Box::new),
        }),
        resumes: None,
    }
}

/// A group that is counted together leaves together, unless somebody chose otherwise.
fn persons_leaving(inputs: &Inputs<'_>, subject: &Subject<'_>, group: Group, inside: u32) -> u8 {
    let rest = u8::try_from(inside)
        .unwrap_or(u8::MAX)
        .clamp(1, subject.admits.max(1));
    match (group, inputs.request.persons) {
        (Group::OneByOne, _) => 1,
        (Group::Chosen, Some(chosen)) => chosen.clamp(1, subject.admits.max(1)),
        (Group::Chosen, None) => rest,
    }
}

fn staff_prompt(prompt: StaffPrompt) -> Option<Prompt> {
    match prompt {
        StaffPrompt::None => None,
        StaffPrompt::Confirm => Some(Prompt::Confirm),
        StaffPrompt::CheckId => Some(Prompt::CheckId),
        StaffPrompt::CheckAge => Some(Prompt::CheckAge),
    }
}

/// The flag of a refusal that follows the ticket's own admission at this very gate.
fn just_now(inputs: &Inputs<'_>) -> Option<Flag> {
    let last = inputs.history.last_at(&inputs.lane.gate);
    let recent = last.is_some_and(|fact| inputs.now.best.0.abs_diff(fact.at().0) < JUST_NOW_MS);
    recent.then_some(Flag::JustNow)
}

/// The flag of a ticket with an open case at the server.
fn in_conflict(inputs: &Inputs<'_>) -> Option<Flag> {
    inputs.conflict.then_some(Flag::Conflict)
}
