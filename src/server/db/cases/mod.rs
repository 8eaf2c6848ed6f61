//! Conflict cases: kept beside the facts, and judged again whenever something arrives that bears on them.

mod chain;
mod judge;
mod read;
mod resolve;
mod touched;

pub(super) use chain::{note_issue, note_standing};
pub(super) use judge::settle;
pub use read::{Case, CaseFact, CaseFilter, CaseFinding};
pub(super) use touched::{Touched, ticket_id};

use crate::domain::conflict::CaseState;

/// A case's state as stored; the numbers are those on the wire.
fn state_column(state: CaseState) -> i64 {
    match state {
        CaseState::Open => 0,
        CaseState::Resolved => 1,
        CaseState::Withdrawn => 2,
    }
}

fn state_of(column: i64) -> Option<CaseState> {
    let states = [CaseState::Open, CaseState::Resolved, CaseState::Withdrawn];
    states.into_iter().find(|state| state_column(*state) == column)
}
