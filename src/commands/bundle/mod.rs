//! Bundles as files: where they go, what they are called, and what is said of them. What is in them is the gate's affair, or
//! the server's.

#[cfg(feature = "gate")]
pub(super) mod export;
#[cfg(feature = "gate")]
pub(super) mod import;
mod place;

pub(super) use place::{bundles_in, write};

/// Exit status where a bundle was refused: whoever refused it is well.
pub(super) const REFUSED: u8 = 1;
