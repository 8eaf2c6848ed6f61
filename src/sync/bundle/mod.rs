//! A sync by hand: what waits at the gate into a bundle, and what a bundle brought into the gate. The file that carries
//! it is its caller's.

mod export;
mod import;
mod pages;
mod refused;

pub use export::{Exported, Made, export};
pub use import::{Imported, import};
pub use refused::ImportError;

use super::client::Client;
use super::enrolment::{device_key, enrolment};
use super::error::SyncError;
use super::uplink::{Reply, Request, Uplink};
use crate::ledger::Ledger;

/// A way that leads nowhere: what came by hand is checked as what comes by network, and asks for nothing.
#[derive(Debug)]
struct ByHand;

impl Uplink for ByHand {
    fn address(&self) -> &str {
        "a bundle"
    }

    async fn ask(&mut self, _: Request) -> Result<Reply, SyncError> {
        Err(SyncError::Unreachable {
            url: self.address().to_owned(),
            source: "a bundle answers no requests".into(),
        })
    }
}

/// This gate, as it signs and checks.
fn by_hand(ledger: &mut dyn Ledger) -> Result<Client<ByHand>, SyncError> {
    let enrolment = enrolment(ledger)?;
    let key = device_key(ledger)?.ok_or(SyncError::NotEnrolled)?;
    // It sends no request, so no epoch of requests is ever used.
    Ok(Client::new(ByHand, enrolment, key, [0; 16]))
}
