//! Which server the gate speaks TLS with: the one that enrolled it, or one whose certificate holds at the time that the
//! gate believes.

use std::sync::{Arc, Mutex, PoisonError};

use super::error::SyncError;
use super::uplink::Uplink;
use crate::domain::clock::Sighting;
use crate::domain::time::{Now, UnixMillis};
use crate::ledger::{CLOCK_SIGHTING_SETTING, Ledger, TLS_KEY_SETTING};
use crate::tls::{Authorities, KeyHash, Proof, ServerTrust};
use crate::wire::enrol::Fingerprint;

/// This machine's estimate of the time, given the server's time as last seen and the highest time ever durably seen.
pub type GateClock = fn(Option<&Sighting>, UnixMillis) -> Now;

/// What the gate goes by, and what it came to know of the time since.
#[derive(Debug, Clone)]
pub struct Trust {
    tls: Arc<ServerTrust>,
    seen: Arc<Mutex<Option<Sighting>>>,
}

impl Trust {
    /// The server holds the key with the fingerprint `own`, or a certificate that one of `authorities` vouches for.
    ///
    /// # Errors
    /// [`SyncError`] where the store cannot be read.
    pub fn of(
        ledger: &mut dyn Ledger,
        own: Fingerprint,
        authorities: Authorities,
        clock: GateClock,
    ) -> Result<Self, SyncError> {
        let remembered = ledger.setting(TLS_KEY_SETTING)?;
        // One that cannot be read is as good as none: the server is judged without it.
        let remembered: Option<KeyHash> = remembered.and_then(|bytes| bytes.try_into().ok());
        let sighting = ledger.setting(CLOCK_SIGHTING_SETTING)?;
        let sighting: Option<Sighting> = sighting.and_then(|json| serde_json::from_slice(&json).ok());
        let as_of = ledger.live_list()?.map(|live| live.as_of.millis());
        let told = sighting.as_ref().map(|seen| seen.server_ms);
        let floor = as_of.max(told).unwrap_or(UnixMillis(0));
        let seen = Arc::new(Mutex::new(sighting));
        let known = Arc::clone(&seen);
        let time = Arc::new(move || {
            let seen = known.lock().unwrap_or_else(PoisonError::into_inner);
            clock(seen.as_ref(), floor)
        });
        let tls = ServerTrust::new(own, remembered, authorities, time);
        Ok(Self { tls, seen })
    }

    /// A client's settings.
    pub(super) fn config(&self) -> Result<rustls::ClientConfig, SyncError> {
        self.tls.config().map_err(SyncError::Tls)
    }

    /// The server's time was seen. Whether the server must be judged anew, now that the time is known.
    pub(super) fn sighted(&self, sighting: &Sighting) -> bool {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(sighting.clone());
        self.tls.last() == Some(Proof::Provisional)
    }

    /// The key that the web's rules accepted on the newest connection, at a time that the gate knew.
    pub(super) fn proved(&self) -> Option<KeyHash> {
        match self.tls.last()? {
            Proof::Web(key) => Some(key),
            Proof::OwnKey | Proof::Provisional => None,
        }
    }
}

/// Remembers the key of the server's certificate, after the server's own signature came over its connection.
pub(super) fn remember<U: Uplink>(ledger: &mut dyn Ledger, uplink: &U) -> Result<(), SyncError> {
    let Some(key) = uplink.proved() else {
        return Ok(());
    };
    if ledger.setting(TLS_KEY_SETTING)?.as_deref() != Some(key.as_slice()) {
        ledger.set_setting(TLS_KEY_SETTING, &key)?;
    }
    Ok(())
}
