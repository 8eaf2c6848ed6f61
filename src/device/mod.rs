//! Hardware and its like, one file each.

pub mod clock;
