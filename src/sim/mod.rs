//! The simulator: what a venue goes through, from a seed.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "the simulator is a test that can be run by hand: what panics in it is a failed run"
)]

pub mod chance;
pub mod disk;
