//! What was promised survives: power cuts, full and failing disks, killed processes.

#[cfg(feature = "sim")]
mod faults;
#[cfg(feature = "sim")]
mod gate;
#[cfg(feature = "sim")]
mod kill;
#[cfg(feature = "sim")]
mod power_cut;
mod refusals;
#[cfg(feature = "sim")]
pub(crate) mod seeds;
mod venue;
#[cfg(feature = "sim")]
mod world;

#[cfg(feature = "sim")]
use seeds::{replayed, seeds};
