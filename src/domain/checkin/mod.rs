//! Check-ins as immutable facts. A ticket's history is a fold over them.

mod attendance;
mod crowd;
mod denial;
mod fact;
mod history;

pub use attendance::{Attendance, ZoneAttendance};
pub use denial::Denial;
pub use fact::{Draft, Fact, FactRange, FactRef, Kind};
pub use history::{History, Step};
