//! Connections: accepted up to a number, each with time limits, finished before the server ends.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Connections at a time: hundreds of gates, and far below a process's usual 1,024 open files.
const CONNECTIONS_MAX: usize = 512;
/// For the head of a request to arrive, also on a connection kept open: who sends a byte a minute is turned away.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// Headers of a request: a gate sends six.
const HEADERS_MAX: usize = 32;
/// Bytes buffered of a connection: the head of a request, whose signature is about 400.
const BUFFER_BYTES_MAX: usize = 64 << 10;
/// For open requests to finish at the end; none takes as long as its own limit.
const FAREWELL: Duration = Duration::from_secs(10);
/// Before accepting again where the machine refused, as when it has no file handles left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` ends, then finishes open requests.
pub(super) async fn run(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let connections = GracefulShutdown::new();
    tokio::select! {
        () = accept(&listener, &router, &connections) => {}
        () = pin!(stop) => {}
    }
    drop(listener);
    if tokio::time::timeout(FAREWELL, connections.shutdown())
        .await
        .is_err()
    {
        eprintln!("wicket: some connections did not end in time and were cut; their clients will ask again");
    }
}

async fn accept(listener: &TcpListener, router: &Router, connections: &GracefulShutdown) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    // The semaphore is never closed.
    while let Ok(permit) = Arc::clone(&room).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => begin(stream, router.clone(), connections, permit),
            Err(error) => {
                eprintln!("wicket: a connection could not be accepted: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn begin(stream: TcpStream, router: Router, connections: &GracefulShutdown, permit: OwnedSemaphorePermit) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(HEADERS_MAX)
        .max_buf_size(BUFFER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        // A connection that breaks is its client's affair: it asks again.
        let _ = connection.await;
        drop(permit);
    });
}
