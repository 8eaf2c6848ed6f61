//! A sync by hand: files on a stick, and no network at all.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod damage;
mod http;
mod places;
mod stick;
mod trips;
