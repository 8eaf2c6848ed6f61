//! The server's side of a sync by hand: bundles of the list for gates, and what gates' bundles bring.

mod export;
mod import;
mod refused;

pub use export::{Exported, Wish, answer, export};
pub use import::{Imported, import};
pub use refused::BundleRefused;
