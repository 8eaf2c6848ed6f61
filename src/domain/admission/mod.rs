//! Admission: from verified claims to a verdict, by one pure function for gate, server and simulator.

mod listing;

pub use listing::{Known, Listing, Status, TicketRow};
