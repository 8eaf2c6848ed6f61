//! A relay at the venue, which the gate asks in its server's place. It carries the server's signed words; it has none of its
//! own to give.

use super::error::SyncError;
use crate::ledger::{Ledger, VIA_SETTING};
use crate::wire::enrol::is_server_url;

/// From now on, asks the relay at this URL; none: the server itself.
///
/// # Errors
/// [`SyncError::Via`] where it is no URL.
pub fn set_via(ledger: &mut dyn Ledger, relay: Option<&str>) -> Result<(), SyncError> {
    let url = relay.unwrap_or_default().trim_end_matches('/');
    if relay.is_some() && !is_server_url(url) {
        return Err(SyncError::Via(url.to_owned()));
    }
    Ok(ledger.set_setting(VIA_SETTING, url.as_bytes())?)
}

/// The URL of the relay that this gate asks; none: it asks the server itself.
///
/// # Errors
/// [`SyncError`] where the store cannot be read.
pub fn via(ledger: &mut dyn Ledger) -> Result<Option<String>, SyncError> {
    let bytes = ledger.setting(VIA_SETTING)?.filter(|bytes| !bytes.is_empty());
    let text = bytes.map(String::from_utf8).transpose();
    text.map_err(|error| SyncError::Setting {
        name: VIA_SETTING,
        why: error.to_string(),
    })
}
