//! Wicket, an offline-first gate scanner for events.
//!
//! Layers, each of which names only those to its right:
//!
//! ```text
//! main -> commands -> kiosk | sim -> server | runner -> device, sync, ledger, vision -> tls -> wire, config -> domain
//! ```

pub mod commands;
#[cfg(feature = "gate")]
pub mod config;
pub mod device;
pub mod domain;
#[cfg(feature = "kiosk")]
pub mod kiosk;
pub mod ledger;
pub mod runner;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "sim")]
pub mod sim;
#[cfg(feature = "gate")]
pub mod sync;
#[cfg(feature = "tls")]
pub mod tls;
pub mod vision;
pub mod wire;
