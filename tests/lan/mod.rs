//! Gates on one network, over real sockets and with real stores.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod exchange;
mod gate;
mod hostile;
mod namespaces;
