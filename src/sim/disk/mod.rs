//! The simulated disk: SQLite's file layer in memory, with power cuts, torn writes and dropped syncs.

mod file;
mod locks;
mod model;
#[cfg(test)]
mod tests;
mod vfs;

pub use model::{Disk, Fault, Promise};
pub use vfs::PowerDisk;
