//! A case in words.

use crate::domain::conflict::CaseState;
use crate::domain::time::{ClockState, Now, UnixMillis};
use crate::server::db::{Case, CaseFact, CaseFinding};

/// A case on one line: the last thing that was found, and how many more there are.
pub(super) fn line(case: &Case) -> String {
    let head = format!("{}\t{}\t{}", case.case, case.event, state(case.state));
    let Some((last, others)) = case.findings.split_last() else {
        return head;
    };
    let more = match others.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{head}\t{}{more}", finding(last))
}

/// A case on several lines.
pub(super) fn lines(case: &Case) -> Vec<String> {
    let mut lines = vec![
        format!("case {} of {}: {}", case.case, case.event, state(case.state)),
        format!(
            "found {}, changed {}",
            instant(case.opened_ms),
            instant(case.changed_ms)
        ),
    ];
    if let (Some(note), Some(at)) = (&case.note, case.resolved_ms) {
        let by = case.resolved_by.as_deref().unwrap_or("somebody");
        lines.push(format!("{by} on {}: {note}", instant(at)));
    }
    for finding in &case.findings {
        lines.push(format!("{} for", finding.reason));
        lines.push(format!("  {}", fact(&finding.denied)));
        if let Some(because) = &finding.because {
            lines.push("after".to_owned());
            lines.push(format!("  {}", fact(because)));
        }
    }
    lines
}

/// A case's state in one word.
pub(super) fn state(state: CaseState) -> &'static str {
    match state {
        CaseState::Open => "open",
        CaseState::Resolved => "resolved",
        CaseState::Withdrawn => "withdrawn",
    }
}

/// A clock's state in one word.
pub(super) fn clock(state: ClockState) -> &'static str {
    match state {
        ClockState::Synced => "synced",
        ClockState::Holdover => "holdover",
        ClockState::Unsure => "unsure",
    }
}

/// An instant as people and programs read it; the milliseconds where no calendar holds it.
pub(super) fn instant(at: UnixMillis) -> String {
    let millis = i64::try_from(at.0).ok();
    let time = millis.and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok());
    time.map_or_else(|| at.0.to_string(), |time| time.to_string())
}

fn finding(finding: &CaseFinding) -> String {
    let denied = place(&finding.denied);
    match &finding.because {
        Some(because) => format!("{} {denied}, after {}", finding.reason, place(because)),
        None => format!("{} {denied}", finding.reason),
    }
}

/// Where and when something happened.
fn place(fact: &CaseFact) -> String {
    format!("at {} {}", fact.fact.draft.gate, instant(fact.fact.at()))
}

fn fact(fact: &CaseFact) -> String {
    let draft = &fact.fact.draft;
    let persons = match draft.persons {
        1 => "1 person".to_owned(),
        many => format!("{many} persons"),
    };
    let ticket = draft
        .ticket
        .map_or_else(|| "no ticket".to_owned(), |ticket| format!("ticket {ticket}"));
    let operator = draft
        .operator
        .as_ref()
        .map_or_else(String::new, |operator| format!(", operator {operator}"));
    format!(
        "{persons} of {ticket} {}, device {}{operator}; {}",
        place(fact),
        fact.device,
        clock_words(&draft.now)
    )
}

/// What the gate knew of the time.
fn clock_words(now: &Now) -> String {
    let latest = now.latest.map_or_else(|| "any time after".to_owned(), instant);
    format!(
        "clock {}, {} to {latest}",
        clock(now.state),
        instant(now.earliest)
    )
}
