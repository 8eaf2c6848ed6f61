//! Bundles as gates and the server write and read them, in memory.

use std::io::Cursor;

use ed25519_dalek::VerifyingKey;

use super::{Gate, Server};
use crate::domain::health::{Camera, Vitals};
use crate::domain::ids::EventId;
use crate::domain::time::UnixMillis;
use crate::server::bundle::{self as servers, BundleRefused, Wish};
use crate::server::db::DbError;
use crate::sim::breaks;
use crate::sync::SyncError;
use crate::sync::bundle::{self as gates, ImportError, Made};

impl Gate {
    /// As `wicket export` does.
    pub(in crate::sim) fn export(&self, random: [u8; 32]) -> Result<Vec<u8>, SyncError> {
        let scanner = self.scanner.as_ref().expect("it scans");
        let now = scanner.now();
        let made = Made {
            at: now.best,
            random,
            vitals: Vitals {
                now,
                uptime_s: 0,
                disk: None,
                camera: Camera::None,
                peers: 0,
            },
        };
        let mut ledger = self.attach()?;
        Ok(gates::export(ledger.as_mut(), &made, Vec::new())?.0)
    }

    /// As `wicket import` does.
    pub(in crate::sim) fn import(&self, bytes: &[u8]) -> Result<(), ImportError> {
        let mut ledger = self.attach()?;
        breaks::import(ledger.as_mut(), Cursor::new(bytes), self.broken)
    }
}

impl Server {
    /// The list for every gate, as `wicket admin bundle export` writes it.
    pub(in crate::sim) fn export(
        &mut self,
        event: &EventId,
        now: UnixMillis,
        random: [u8; 32],
    ) -> Result<Vec<u8>, BundleRefused> {
        let devices = &[];
        let wish = Wish {
            event,
            devices,
            now,
            random,
        };
        let admin = self.admin();
        let key = admin.server_key(&[0; 32])?;
        Ok(servers::export(admin, &key, &wish, Vec::new())?.0)
    }

    /// Takes a gate's bundle, and answers it: the answer, and how many segments were set aside.
    pub(in crate::sim) fn import(
        &mut self,
        bytes: &[u8],
        now: UnixMillis,
        random: [u8; 32],
    ) -> Result<(Vec<u8>, u64), BundleRefused> {
        let admin = self.admin();
        let key = admin.server_key(&[0; 32])?;
        let taken = servers::import(admin, &key, Cursor::new(bytes), now)?;
        let (answer, _) = servers::answer(admin, &key, &taken, (now, random), Vec::new())?;
        Ok((answer, taken.refused))
    }

    /// Whoever may read what is written for all: the server and the event's devices.
    pub(in crate::sim) fn readers(&mut self, event: &EventId) -> Result<Vec<VerifyingKey>, DbError> {
        let admin = self.admin();
        let own = admin.server_key(&[0; 32])?.verifying_key();
        let devices = admin.devices(event)?;
        let keys = devices
            .iter()
            .filter_map(|device| VerifyingKey::from_bytes(&device.key?).ok());
        Ok(std::iter::once(own).chain(keys).collect())
    }
}
