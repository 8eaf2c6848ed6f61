//! What was promised survives: power cuts, full and failing disks, killed processes.

mod chance;
mod disk;
mod faults;
mod file;
mod gate;
mod honesty;
mod kill;
mod locks;
mod power_cut;
mod refusals;
mod seeds;
mod venue;
mod vfs;
mod world;

use seeds::{replayed, seeds};
