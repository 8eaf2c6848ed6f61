//! Check-ins as immutable facts. A ticket's history is a fold over them.

mod attendance;
mod crowd;
mod denial;
mod fact;
mod grounds;
mod history;

pub use attendance::{Attendance, ZoneAttendance};
pub use denial::Denial;
pub use fact::{Draft, Fact, FactRange, FactRef, Kind};
pub use grounds::{GROUNDS_BYTES_MAX, Grounds, GroundsError};
pub use history::{History, Step};
