//! The integration tests: one binary, so that they link once.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics is a test that fails"
)]

#[cfg(all(feature = "gate", feature = "server"))]
mod bundles;
mod cli;
// Test code throughout, helpers too: so clippy lets them panic.
#[cfg(test)]
mod durability;
#[cfg(feature = "sim")]
mod faults;
#[cfg(feature = "kiosk")]
mod kiosk;
#[cfg(feature = "gate")]
mod lan;
mod layers;
// Test code throughout, helpers too: so clippy lets them panic.
#[cfg(all(test, feature = "server"))]
mod pay;
#[cfg(all(feature = "gate", feature = "server"))]
mod postgres;
mod runner;
mod service;
#[cfg(feature = "server")]
mod shop;
#[cfg(all(test, feature = "sim"))]
mod sim;
#[cfg(all(test, feature = "gate", feature = "server"))]
mod store;
#[cfg(all(feature = "gate", feature = "server"))]
mod sync;
mod ticket;
#[cfg(feature = "tls")]
mod tls;
mod wire;
