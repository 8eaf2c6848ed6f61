//! What a relay is given of its folder and its machine.

use std::io;
use std::path::Path;

use super::{random, say};
use crate::device::clock::{boot, estimated};
use crate::device::network::picture;
use crate::ledger::{Opening, SqliteLedger};
use crate::server::Upstream;
use crate::sync::{Givens, SyncError, relays_client, silent};

/// The way from the relay in this folder to the server at `url`, or to the one that enrolled it.
pub(super) fn upstream(
    folder: &Path,
    url: Option<&str>,
) -> Result<Upstream, Box<dyn std::error::Error + Send + Sync>> {
    let mut ledger = SqliteLedger::attach(folder, &Opening::default())?;
    let url = url.map(str::to_owned);
    let first = relays_client(&mut ledger, url.as_deref(), estimated, random::bytes()?)?;
    Ok(Upstream {
        event: first.event().clone(),
        key: first.key().clone(),
        way: first.into_uplink(),
        connect: Box::new(move || {
            let epoch = random::bytes().map_err(|error| SyncError::Machine(io::Error::other(error)))?;
            relays_client(&mut ledger, url.as_deref(), estimated, epoch)
        }),
        givens: Box::new(|| givens().map_err(io::Error::other)),
        network: Box::new(picture),
        tell: Box::new(|what| say::remark(&format!("wicket: {what}"))),
    })
}

fn givens() -> Result<Givens<'static>, random::NoRandomness> {
    Ok(Givens {
        boot: &boot,
        tell: silent,
        clock: estimated,
        epoch: random::bytes()?,
        nonce: random::bytes()?,
        jitter: u64::from_be_bytes(random::bytes()?),
    })
}
