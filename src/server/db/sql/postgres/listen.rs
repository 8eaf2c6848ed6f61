//! Hears that a log goes on, from whichever process wrote it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use postgres::fallible_iterator::FallibleIterator;

use super::{Address, CHANNEL};
use crate::server::db::DbError;

/// How long a listener may take to end: it looks so often whether it should.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Waits before a lost connection is made again: the first, and the longest. What is missed meanwhile is seen by those who
/// look now and then anyway.
const WAIT_FIRST: Duration = Duration::from_millis(250);
const WAIT_MAX: Duration = Duration::from_secs(10);

/// A thread with a connection of its own, until it is dropped.
#[derive(Debug)]
pub(in crate::server) struct Listener {
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Calls `wake` whenever there may be news.
    pub(in crate::server::db) fn start(
        address: Arc<Address>,
        wake: impl Fn() + Send + 'static,
    ) -> std::io::Result<Self> {
        let (stop, stopped) = sync_channel(0);
        let thread = Builder::new()
            .name("listener".to_owned())
            .spawn(move || forever(&address, &wake, &stopped))?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // What it could have panicked about, it has said.
            let _ = thread.join();
        }
    }
}

fn forever(address: &Address, wake: &impl Fn(), stopped: &Receiver<()>) {
    let mut wait = WAIT_FIRST;
    loop {
        match listen(address, wake, stopped, &mut wait) {
            Ok(()) => return,
            Err(error) => eprintln!("wicket: news of other processes come late: {error}"),
        }
        if is_stopped(stopped, wait) {
            return;
        }
        wait = (wait * 2).min(WAIT_MAX);
    }
}

/// Listens until it should stop.
fn listen(
    address: &Address,
    wake: &impl Fn(),
    stopped: &Receiver<()>,
    wait: &mut Duration,
) -> Result<(), DbError> {
    let mut client = address.connect()?;
    client.batch_execute(&format!("LISTEN {CHANNEL}"))?;
    *wait = WAIT_FIRST;
    // Something may have been said while nobody listened.
    wake();
    while !is_stopped(stopped, Duration::ZERO) {
        let heard = client.notifications().timeout_iter(LOOK_EVERY).next()?;
        if heard.is_some() {
            wake();
        } else if client.is_closed() {
            return Err(DbError::Lost("the listener's connection ended".into()));
        }
    }
    Ok(())
}

fn is_stopped(stopped: &Receiver<()>, within: Duration) -> bool {
    !matches!(stopped.recv_timeout(within), Err(RecvTimeoutError::Timeout))
}
