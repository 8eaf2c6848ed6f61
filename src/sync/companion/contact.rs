//! Whether this gate is together with the others: what staff are shown, and what the rules for gates that are apart go by.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Shared by whoever syncs and whoever decides. A word that comes a moment late does no harm: it says what was so a moment ago.
#[derive(Debug, Clone, Default)]
pub struct Contact(Arc<State>);

#[derive(Debug, Default)]
struct State {
    server: AtomicBool,
    peers: AtomicUsize,
}

impl Contact {
    /// Whether news of other gates arrive as they happen, from the server or from neighbours.
    #[must_use]
    pub fn is_together(&self) -> bool {
        self.has_server() || self.peers() > 0
    }

    /// Whether the server's stream of news is open.
    #[must_use]
    pub fn has_server(&self) -> bool {
        self.0.server.load(Ordering::Relaxed)
    }

    /// Neighbours that are connected.
    #[must_use]
    pub fn peers(&self) -> usize {
        self.0.peers.load(Ordering::Relaxed)
    }

    /// The server's stream is open.
    pub fn found_server(&self) {
        self.0.server.store(true, Ordering::Relaxed);
    }

    /// The server's stream is gone.
    pub fn lost_server(&self) {
        self.0.server.store(false, Ordering::Relaxed);
    }

    /// So many neighbours are connected.
    pub fn set_peers(&self, peers: usize) {
        self.0.peers.store(peers, Ordering::Relaxed);
    }
}
