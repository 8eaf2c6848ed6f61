//! The neighbours of a gate: other gates of its event on the same network, beside a scan or `sync --watch`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::{io, thread};

use super::{random, with_causes};
use crate::ledger::{Opening, SqliteLedger};
use crate::sync::lan::{Notice, Options, meet};
use crate::sync::{Contact, SyncError};

/// Whom a gate talks to beside its server.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Neighbourhood {
    /// Talk to no other gate. Without this, gates of one event that share a network find each other and hand each other
    /// their check-ins, with or without a server.
    #[arg(long)]
    no_neighbours: bool,
    /// Call another gate at this address, where the network carries no mDNS; may be given several times.
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "no_neighbours")]
    peer: Vec<String>,
    /// Where other gates may call [default: a free port on every network, which is announced].
    #[arg(long, value_name = "ADDRESS", conflicts_with = "no_neighbours")]
    peer_listen: Option<SocketAddr>,
}

/// A free port on every network.
const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

impl Neighbourhood {
    /// Whether anything was said of neighbours.
    pub(super) fn is_given(&self) -> bool {
        self.no_neighbours || !self.peer.is_empty() || self.peer_listen.is_some()
    }

    /// Meets the neighbours of the gate in this folder from a thread of its own, for as long as the process runs. What
    /// happens is told in words; what goes wrong stops neither a scan nor a sync.
    pub(super) fn start(
        &self,
        folder: PathBuf,
        contact: Contact,
        mut tell: impl FnMut(&Notice<'_>, &str) + Send + 'static,
        failed: impl FnOnce(&str) + Send + 'static,
    ) -> io::Result<()> {
        if self.no_neighbours {
            return Ok(());
        }
        let options = Options {
            listen: self.peer_listen.unwrap_or(ANYWHERE),
            peers: self.peer.clone(),
            discover: true,
            jitter: u64::from_be_bytes(random::bytes().map_err(io::Error::other)?),
        };
        let body = move || {
            let mut tell = |notice: Notice<'_>| tell(&notice, &words(&notice));
            if let Err(error) = keep_meeting(&folder, &options, &contact, &mut tell) {
                failed(&format!(
                    "this gate talks to no neighbours: {}",
                    with_causes(&error)
                ));
            }
        };
        thread::Builder::new().name("neighbours".to_owned()).spawn(body)?;
        Ok(())
    }
}

fn keep_meeting(
    folder: &Path,
    options: &Options,
    contact: &Contact,
    tell: &mut dyn FnMut(Notice<'_>),
) -> Result<(), SyncError> {
    let mut ledger = SqliteLedger::attach(folder, &Opening::default())?;
    meet(&mut ledger, options, contact, std::future::pending(), tell)
}

fn words(notice: &Notice<'_>) -> String {
    match notice {
        Notice::Listening(address) => format!("neighbours may call at {address}"),
        Notice::NoDiscovery(why) => {
            format!("neighbours cannot be found by mDNS ({why}): name them with --peer HOST:PORT")
        }
        Notice::Met(device) => format!("neighbour {device} is connected"),
        Notice::Brought(device, segments) => {
            format!("neighbour {device} brought {segments} segments of check-ins")
        }
        Notice::Parted(device, why) => format!("neighbour {device} is not connected any more: {why}"),
        Notice::Refused(with, why) => format!("no connection with the neighbour at {with}: {why}"),
    }
}
