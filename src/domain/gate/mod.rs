//! The gate as a state machine: events in, effects out. No IO, no clock: whoever runs it carries out the effects and
//! brings back what came of them.

mod announcement;
mod denials;
mod desk;
mod event;
mod machine;
mod opening;
mod passing;
mod scan;
mod view;

#[cfg(test)]
mod tests;

pub use announcement::{Announcement, Outcome};
pub use event::{Answer, Config, Count, Desk, DeskAnswer, Effect, Event, Fault, Passage};
pub use machine::Gate;
pub use opening::Opening;
