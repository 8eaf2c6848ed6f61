//! WeChat Pay's keys while the server runs: those of the settings, and platform certificates where the merchant has them.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Notify;

use super::verify::PlatformKeys;

/// The keys that are held now.
#[derive(Debug)]
pub(super) struct Keys {
    held: RwLock<Arc<PlatformKeys>>,
    wanted: Notify,
}

impl Keys {
    pub(super) fn new(keys: PlatformKeys) -> Self {
        Self {
            held: RwLock::new(Arc::new(keys)),
            wanted: Notify::new(),
        }
    }

    pub(super) fn held(&self) -> Arc<PlatformKeys> {
        // Whole values are written, so one that a panic left behind is whole too.
        Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Holds these from now on, and no others.
    pub(super) fn replace(&self, keys: PlatformKeys) {
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    /// Says that a message came that no key held could judge.
    pub(super) fn want(&self) {
        self.wanted.notify_one();
    }

    pub(super) async fn wanted(&self) {
        self.wanted.notified().await;
    }
}
