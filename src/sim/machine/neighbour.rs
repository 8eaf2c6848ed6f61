//! The process that talks to the gates beside this one: the real exchange on a store of its own, whose messages are carried
//! by the simulated network.

use crate::domain::ids::DeviceId;
use crate::domain::time::Moment;
use crate::ledger::{DEVICE_KEY_SETTING, Ledger, LedgerError};
use crate::sync::lan::{Exchange, Link, Order};
use crate::sync::{SyncError, enrolment};
use crate::wire::exchange::Message;
use ed25519_dalek::SigningKey;

/// A gate among its neighbours.
pub(in crate::sim) struct Neighbour {
    ledger: Box<dyn Ledger>,
    exchange: Exchange,
    pub(in crate::sim) device: DeviceId,
    /// What it shows to whoever it is connected with.
    pub(in crate::sim) key: [u8; 32],
}

impl Neighbour {
    /// Begins on an open store, as `wicket scan` does beside the scanning.
    pub(in crate::sim) fn start(mut ledger: Box<dyn Ledger>) -> Result<Self, SyncError> {
        let enrolment = enrolment(ledger.as_mut())?;
        let secret = ledger.setting(DEVICE_KEY_SETTING)?;
        let secret = secret.ok_or(SyncError::NotEnrolled)?;
        let key = SigningKey::from_bytes(&secret.try_into().expect("a key"));
        // What is recorded from here on is seen by the looks.
        ledger.written_by_others()?;
        Ok(Self {
            exchange: Exchange::new(ledger.as_mut(), &enrolment, key.clone())?,
            ledger,
            device: enrolment.device,
            key: key.verifying_key().to_bytes(),
        })
    }

    /// Whether it goes on with a handshake in which the other side shows this key.
    pub(in crate::sim) fn trusts(&self, key: &[u8; 32]) -> bool {
        self.exchange.roster().device(key).is_some()
    }

    /// Whether the other side of a connection has said who it is.
    pub(in crate::sim) fn has_met(&self, link: Link) -> bool {
        self.exchange.met(link).is_some()
    }

    /// A connection began.
    pub(in crate::sim) fn connected(
        &mut self,
        link: Link,
        key: [u8; 32],
        dialled: bool,
        now: Moment,
    ) -> Result<Vec<Order>, LedgerError> {
        self.exchange
            .connected(self.ledger.as_mut(), link, key, dialled, now)
    }

    /// A connection is gone.
    pub(in crate::sim) fn ended(&mut self, link: Link) {
        self.exchange.ended(link);
    }

    /// A message came.
    pub(in crate::sim) fn heard(
        &mut self,
        link: Link,
        message: Message,
        now: Moment,
    ) -> Result<Vec<Order>, LedgerError> {
        self.exchange.heard(self.ledger.as_mut(), link, message, now)
    }

    /// Looks whether the gate recorded something, or its list changed.
    pub(in crate::sim) fn look(&mut self) -> Result<Vec<Order>, SyncError> {
        if self.ledger.written_by_others()? {
            self.exchange.look(self.ledger.as_mut())
        } else {
            Ok(Vec::new())
        }
    }

    /// Time passes.
    pub(in crate::sim) fn tick(&mut self, now: Moment) -> Result<Vec<Order>, LedgerError> {
        self.exchange.tick(self.ledger.as_mut(), now)
    }
}
