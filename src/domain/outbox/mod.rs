//! What to send next, when to try again, and what an answer means. Pure: randomness is an argument.

mod backoff;
mod room;

pub use backoff::backoff_ms;
pub use room::Room;
