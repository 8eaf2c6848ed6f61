//! Admission: from verified claims to a verdict, by one pure function for gate, server and simulator.

mod checks;
mod decide;
mod draft;
mod findings;
mod inputs;
mod listing;

#[cfg(test)]
pub(in crate::domain) mod fixtures;
#[cfg(test)]
mod tests;

pub use checks::persons::entries_left;
pub use decide::{Decision, Noted, admit, overrule};
pub use draft::{Knowledge, draft};
pub use inputs::{Direction, DirectionError, Inputs, Lane, Occupancy, Reach, Request, Shown};
pub use listing::{Known, Listing, Status, TicketRow};
