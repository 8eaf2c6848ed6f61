//! `--via`: the relay that a gate asks in its server's place.

use std::path::Path;
use std::str::FromStr;

use crate::ledger::{Ledger, Opening, SqliteLedger};
use crate::sync::{SyncError, set_via};

/// What turns a gate back to its server.
const NONE: &str = "none";

/// A relay's URL, or `none`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Via(Option<String>);

impl FromStr for Via {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self((text != NONE).then(|| text.to_owned())))
    }
}

impl Via {
    /// Keeps it for this and every later sync.
    pub(super) fn keep(&self, ledger: &mut dyn Ledger) -> Result<(), SyncError> {
        set_via(ledger, self.0.as_deref())
    }

    /// The same in a folder that nobody has open here.
    pub(super) fn keep_in(&self, folder: &Path) -> Result<(), SyncError> {
        self.keep(&mut SqliteLedger::attach(folder, &Opening::default())?)
    }
}
