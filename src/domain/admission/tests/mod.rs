mod exits;
mod history;
mod homes;
mod order;
mod ticket;
mod windows;

use super::fixtures::Case;
use crate::domain::verdict::{Reason, Verdict};

/// A verdict in one word, to be compared in tables.
fn word(case: &Case) -> String {
    match case.decide().verdict {
        Verdict::Admit { .. } => "admit".to_owned(),
        Verdict::Deny { reason, .. } => reason.code().to_owned(),
        Verdict::Ask { prompt, .. } => format!("{prompt:?}"),
    }
}

fn noted(case: &Case) -> Option<Reason> {
    case.decide().noted.map(|noted| noted.reason)
}

fn flags(case: &Case) -> Vec<crate::domain::verdict::Flag> {
    match case.decide().verdict {
        Verdict::Admit { flags, .. } | Verdict::Deny { flags, .. } | Verdict::Ask { flags, .. } => flags,
    }
}

/// The sequence of the fact that explains a verdict.
fn explained_by(case: &Case) -> Option<u64> {
    match case.decide().verdict {
        Verdict::Deny { fact, .. } | Verdict::Ask { fact, .. } => fact.map(|fact| fact.id.sequence.0),
        Verdict::Admit { .. } => None,
    }
}
