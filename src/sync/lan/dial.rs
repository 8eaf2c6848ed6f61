//! Whom this gate calls, and how often.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::Sender;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tokio_rustls::TlsConnector;

use super::exchange::Link;
use super::link::{News, call};
use crate::domain::ids::DeviceId;
use crate::domain::outbox::backoff_ms;

/// The most to wait between two calls, in milliseconds: a neighbour that was started again is in touch by then.
const WAIT_MS_MAX: u64 = 5_000;
/// A connection that lasted so long was one: a shorter one was refused, or is kept otherwise.
const LASTING: Duration = Duration::from_secs(10);

/// Numbers for connections.
#[derive(Debug, Clone, Default)]
pub(super) struct Links(Arc<AtomicU64>);

impl Links {
    pub(super) fn next(&self) -> Link {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

/// What every call needs.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) connector: TlsConnector,
    pub(super) links: Links,
    pub(super) news: Sender<News>,
    /// Random: where waits begin to differ from other gates'.
    pub(super) jitter: u64,
}

/// The gates that this one calls: of two that find each other, the one of the lesser name does.
pub(super) struct Dialer {
    own: DeviceId,
    caller: Caller,
    found: BTreeMap<DeviceId, watch::Sender<Vec<SocketAddr>>>,
}

impl Dialer {
    pub(super) fn new(own: DeviceId, caller: Caller) -> Self {
        Self {
            own,
            caller,
            found: BTreeMap::new(),
        }
    }

    /// Calls whoever answers at an address given by hand, for ever.
    pub(super) fn by_hand(&self, address: String) {
        let caller = self.caller.clone();
        tokio::spawn(async move {
            let mut attempt = 0;
            loop {
                attempt = try_one(&caller, &address, attempt).await;
            }
        });
    }

    /// A gate was found at these addresses; none: it is gone.
    pub(super) fn found(&mut self, device: DeviceId, addresses: Vec<SocketAddr>) {
        if device <= self.own {
            return;
        }
        match self.found.get(&device) {
            Some(known) => {
                known.send_replace(addresses);
            }
            None => {
                let (known, changes) = watch::channel(addresses);
                tokio::spawn(keep_calling(self.caller.clone(), changes));
                self.found.insert(device, known);
            }
        }
    }
}

async fn keep_calling(caller: Caller, mut changes: watch::Receiver<Vec<SocketAddr>>) {
    let mut attempt = 0;
    loop {
        let addresses = changes.borrow_and_update().clone();
        if addresses.is_empty() {
            if changes.changed().await.is_err() {
                return;
            }
            continue;
        }
        for address in addresses {
            attempt = try_one(&caller, &address.to_string(), attempt).await;
        }
    }
}

/// Calls once, and waits before the next call; the attempts since a connection lasted.
async fn try_one(caller: &Caller, address: &str, attempt: u32) -> u32 {
    let begun = Instant::now();
    let (link, connector) = (caller.links.next(), caller.connector.clone());
    call(link, address, connector, &caller.news).await;
    let lasted = begun.elapsed() >= LASTING;
    let attempt = if lasted { 1 } else { attempt.saturating_add(1) };
    let random = caller
        .jitter
        .rotate_left(attempt)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    sleep(Duration::from_millis(
        backoff_ms(attempt, random, None).min(WAIT_MS_MAX),
    ))
    .await;
    attempt
}
