//! Cases as CSV (RFC 4180), a line for each admission that was found.

use super::words::{clock, instant, state};
use crate::domain::time::UnixMillis;
use crate::server::db::{Case, CaseFact, CaseFinding};

/// The columns of a fact, each after `denied_` or `because_`.
const FACT: [&str; 10] = [
    "ticket", "kind", "gate", "device", "operator", "persons", "at", "earliest", "latest", "clock",
];
/// The columns before and after those of the two facts.
const BEFORE: [&str; 4] = ["event", "case", "state", "reason"];
const AFTER: [&str; 5] = ["opened", "changed", "note", "resolved", "resolved_by"];

/// The cases with a line of column names.
pub(super) fn csv(cases: &[Case]) -> String {
    let named = |prefix: &str| FACT.map(|name| format!("{prefix}_{name}")).to_vec();
    let names = [
        BEFORE.map(str::to_owned).to_vec(),
        named("denied"),
        named("because"),
        AFTER.map(str::to_owned).to_vec(),
    ];
    let rows = cases
        .iter()
        .flat_map(|case| case.findings.iter().map(|finding| row(case, finding)));
    std::iter::once(names.concat())
        .chain(rows)
        .map(|cells| line(&cells))
        .collect()
}

fn row(case: &Case, finding: &CaseFinding) -> Vec<String> {
    let nothing = || FACT.map(|_| String::new()).to_vec();
    let opened = |at: Option<UnixMillis>| at.map(instant).unwrap_or_default();
    [
        vec![
            case.event.to_string(),
            case.case.to_string(),
            state(case.state).to_owned(),
            finding.reason.to_string(),
        ],
        fact(&finding.denied),
        finding.because.as_ref().map_or_else(nothing, fact),
        vec![
            instant(case.opened_ms),
            instant(case.changed_ms),
            case.note.clone().unwrap_or_default(),
            opened(case.resolved_ms),
            case.resolved_by.clone().unwrap_or_default(),
        ],
    ]
    .concat()
}

fn fact(fact: &CaseFact) -> Vec<String> {
    let draft = &fact.fact.draft;
    let kind = serde_json::to_value(draft.kind).ok();
    let kind = kind.as_ref().and_then(serde_json::Value::as_str);
    vec![
        draft.ticket.map(|ticket| ticket.to_string()).unwrap_or_default(),
        kind.unwrap_or_default().to_owned(),
        draft.gate.to_string(),
        fact.device.clone(),
        draft
            .operator
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        draft.persons.to_string(),
        instant(fact.fact.at()),
        instant(draft.now.earliest),
        draft.now.latest.map(instant).unwrap_or_default(),
        clock(draft.now.state).to_owned(),
    ]
}

fn line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell. What a spreadsheet would run as a formula is made text.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_any_note_and_runs_nothing() {
        for (text, expected) in [
            ("plain", "plain"),
            ("a, b", "\"a, b\""),
            ("say \"no\"", "\"say \"\"no\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "'=1+1"),
            ("-", "'-"),
            ("", ""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }

    #[test]
    fn no_cases_are_a_line_of_names() {
        let text = csv(&[]);
        assert!(
            text.starts_with("event,case,state,reason,denied_ticket,"),
            "{text}"
        );
        assert_eq!(text.lines().count(), 1);
    }
}
