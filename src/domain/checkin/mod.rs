//! Check-ins as immutable facts. A ticket's history is a fold over them.

mod denial;
mod fact;

pub use denial::Denial;
pub use fact::{Draft, Fact, FactRange, FactRef, Kind};
