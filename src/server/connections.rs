//! Connections: accepted up to a number, each with time limits, finished before the server ends.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;

use super::routes;

/// Connections at a time: hundreds of gates, and far below a process's usual 1,024 open files.
const CONNECTIONS_MAX: usize = 512;
/// For the head of a request to arrive, also on a connection kept open: who sends a byte a minute is turned away.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// For the TLS handshake: two round trips over a poor mobile link, and over before the farewell is.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(8);
/// The first byte of a TLS connection: a record of the handshake (RFC 8446 section 5.1). No HTTP request begins so.
const TLS_HANDSHAKE: u8 = 22;
/// Headers of a request: a gate sends six.
const HEADERS_MAX: usize = 32;
/// Bytes buffered of a connection: the head of a request, whose signature is about 400.
const BUFFER_BYTES_MAX: usize = 64 << 10;
/// For open requests to finish at the end; none takes as long as its own limit.
const FAREWELL: Duration = Duration::from_secs(10);
/// Before accepting again where the machine refused, as when it has no file handles left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How a connection begins.
#[derive(Clone)]
pub(super) enum Transport {
    /// With HTTP, as behind a proxy that speaks TLS.
    Plain,
    /// With a TLS handshake.
    Tls(TlsAcceptor),
}

/// Serves until `stop` ends, then finishes open requests.
pub(super) async fn run(
    listener: TcpListener,
    transport: Transport,
    router: Router,
    stop: impl Future<Output = ()>,
) {
    let connections = GracefulShutdown::new();
    tokio::select! {
        () = accept(&listener, &transport, &router, &connections) => {}
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

async fn accept(
    listener: &TcpListener,
    transport: &Transport,
    router: &Router,
    connections: &GracefulShutdown,
) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    // The semaphore is never closed.
    while let Ok(permit) = Arc::clone(&room).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let watcher = connections.watcher();
                let begun = begin(stream, transport.clone(), router.clone(), watcher);
                tokio::spawn(held(begun, permit));
            }
            Err(error) => {
                eprintln!("wicket: a connection could not be accepted: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// A connection takes its place until it ends.
async fn held(connection: impl Future<Output = ()>, permit: OwnedSemaphorePermit) {
    connection.await;
    drop(permit);
}

async fn begin(stream: TcpStream, transport: Transport, router: Router, watcher: Watcher) {
    let Transport::Tls(acceptor) = transport else {
        return serve(stream, router, watcher).await;
    };
    let mut first = [0];
    let peeked = tokio::time::timeout(HANDSHAKE_TIMEOUT, stream.peek(&mut first)).await;
    if !matches!(peeked, Ok(Ok(1))) {
        return;
    }
    if first != [TLS_HANDSHAKE] {
        return serve(stream, routes::tls_alone(), watcher).await;
    }
    // A handshake that fails is its client's affair, and the client was told why.
    if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await {
        serve(stream, router, watcher).await;
    }
}

async fn serve<S>(stream: S, router: Router, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(HEADERS_MAX)
        .max_buf_size(BUFFER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    // A connection that breaks is its client's affair: it asks again.
    let _ = watcher.watch(connection).await;
}
