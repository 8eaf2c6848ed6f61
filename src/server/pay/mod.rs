//! Payment providers: who takes the money and gives it back, behind one seam ([`PaymentProvider`]). WeChat Pay is one; the box
//! office and the provider for trials are the server's own ([`Counter`]). None decides anything about an order.

mod bill;
mod counter;
mod day;
mod difference;
mod error;
mod givens;
mod provider;
mod reconcile;
pub mod till;
pub mod wechat;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use bill::{Bill, BilledCharge, BilledRefund};
pub use counter::{Counter, TEST_PAGE};
pub use day::span_of;
pub use difference::Difference;
pub use error::{CallError, NotifyError};
pub use givens::Givens;
pub use provider::{Asked, Closing, HandOver, NONCE_SIGNS, Notification, PaymentProvider, Shipment};
pub use reconcile::{Ours, reconcile};

use crate::domain::sale::Provider;

/// The providers that a server was set up with, one of a kind.
#[derive(Debug, Clone, Default)]
pub struct Providers(BTreeMap<Provider, Arc<dyn PaymentProvider>>);

impl Providers {
    /// With one more; another of its kind is given up.
    #[must_use]
    pub fn with(mut self, provider: Arc<dyn PaymentProvider>) -> Self {
        self.0.insert(provider.kind(), provider);
        self
    }

    /// The one of a kind, where the server has it.
    #[must_use]
    pub fn get(&self, kind: Provider) -> Option<&Arc<dyn PaymentProvider>> {
        self.0.get(&kind)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn PaymentProvider>> {
        self.0.values()
    }
}
