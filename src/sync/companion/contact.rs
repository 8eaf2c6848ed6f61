//! Whether this gate is together with the others: what staff are shown, and what the rules for gates that are apart go by.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Shared by whoever syncs and whoever decides. A word that comes a moment late does no harm: it says what was so a moment ago.
#[derive(Clone, Default)]
pub struct Contact(Arc<State>);

#[derive(Default)]
struct State {
    server: AtomicBool,
    peers: AtomicUsize,
    changed: Option<Box<dyn Fn(bool) + Send + Sync>>,
}

impl Contact {
    /// A contact that tells of each change whether the gate is together with others now.
    #[must_use]
    pub fn telling(changed: impl Fn(bool) + Send + Sync + 'static) -> Self {
        Self(Arc::new(State {
            changed: Some(Box::new(changed)),
            ..State::default()
        }))
    }

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
        self.tell();
    }

    /// The server's stream is gone.
    pub fn lost_server(&self) {
        self.0.server.store(false, Ordering::Relaxed);
        self.tell();
    }

    /// So many neighbours are connected.
    pub fn set_peers(&self, peers: usize) {
        self.0.peers.store(peers, Ordering::Relaxed);
        self.tell();
    }

    fn tell(&self) {
        if let Some(changed) = &self.0.changed {
            changed(self.is_together());
        }
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact")
            .field("server", &self.has_server())
            .field("peers", &self.peers())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn a_gate_is_together_by_its_server_or_by_any_neighbour() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let telling = Arc::clone(&told);
        let contact = Contact::telling(move |together| telling.lock().unwrap().push(together));
        assert!(!contact.is_together());
        contact.found_server();
        contact.set_peers(2);
        contact.lost_server();
        contact.set_peers(0);
        assert_eq!(*told.lock().unwrap(), [true, true, true, false]);
    }
}
