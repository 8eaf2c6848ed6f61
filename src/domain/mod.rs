//! The pure core: no IO, no clock, no randomness, no async, no logging.

pub mod admission;
pub mod checkin;
pub mod clock;
pub mod conflict;
pub mod control;
pub mod gate;
pub mod health;
pub mod ids;
pub mod label;
pub mod outbox;
pub mod rules;
pub mod sale;
pub mod ticket;
pub mod time;
pub mod verdict;
