//! Conflicts: admissions that would have been refused, had the gates known of each other. Both facts stand as they
//! happened; whether they should have is an opinion, and it is kept apart from them.

mod judge;
mod state;

#[cfg(test)]
mod tests;

pub use judge::{Finding, Issued, Standing, judge};
pub use state::{CaseState, Judged, next};
