//! A loopback relay that counts what passes: whole HTTP, heads and bodies, as a network would carry it.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::Builder;

use super::Outcome;

/// What passed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counted {
    pub(super) up: u64,
    pub(super) down: u64,
    pub(super) requests: u64,
}

#[derive(Debug, Default)]
struct Counters {
    up: AtomicU64,
    down: AtomicU64,
    requests: AtomicU64,
}

/// The relay; it ends with the process.
#[derive(Debug)]
pub(super) struct Relay {
    address: SocketAddr,
    counters: Arc<Counters>,
}

impl Relay {
    pub(super) fn start(server: SocketAddr) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let counters = Arc::new(Counters::default());
        let counted = Arc::clone(&counters);
        Builder::new().spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                // A connection that cannot be passed on shows in the process that made it.
                let _ = pass(client, server, &counted);
            }
        })?;
        Ok(Self { address, counters })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What passed since this was last asked.
    pub(super) fn take(&self) -> Counted {
        Counted {
            up: self.counters.up.swap(0, Ordering::Relaxed),
            down: self.counters.down.swap(0, Ordering::Relaxed),
            requests: self.counters.requests.swap(0, Ordering::Relaxed),
        }
    }
}

fn pass(client: TcpStream, server: SocketAddr, counters: &Arc<Counters>) -> Outcome<()> {
    let server = TcpStream::connect(server)?;
    for stream in [&client, &server] {
        stream.set_nodelay(true)?;
    }
    let (from_client, to_client) = (client.try_clone()?, client);
    let (from_server, to_server) = (server.try_clone()?, server);
    let (up, down) = (Arc::clone(counters), Arc::clone(counters));
    Builder::new().spawn(move || {
        let mut heads = Heads::default();
        copy(from_client, to_server, |bytes| {
            up.requests.fetch_add(heads.ends_in(bytes), Ordering::Relaxed);
            up.up.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        });
    })?;
    Builder::new().spawn(move || {
        copy(from_server, to_client, |bytes| {
            down.down.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        });
    })?;
    Ok(())
}

fn copy(mut from: TcpStream, mut to: TcpStream, mut count: impl FnMut(&[u8])) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(read) = from.read(&mut buffer) {
        let bytes = buffer.get(..read).unwrap_or_default();
        if bytes.is_empty() || to.write_all(bytes).is_err() {
            break;
        }
        count(bytes);
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// Request lines, each of which ends so, also where a read cuts it.
#[derive(Debug, Default)]
struct Heads {
    matched: usize,
}

const LINE_END: &[u8] = b" HTTP/1.1\r\n";

impl Heads {
    fn ends_in(&mut self, bytes: &[u8]) -> u64 {
        let mut ends = 0;
        for byte in bytes {
            let goes_on = LINE_END.get(self.matched) == Some(byte);
            self.matched = if goes_on {
                self.matched + 1
            } else {
                usize::from(*byte == b' ')
            };
            if self.matched == LINE_END.len() {
                (self.matched, ends) = (0, ends + 1);
            }
        }
        ends
    }
}
