//! Two sides of a handshake over a socket of their own.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, ServerConfig, ServerConnection, StreamOwned};
use wicket::tls::{peer_key, words};

/// What the server says once it believes its client.
const WELCOME: &[u8] = b"welcome";

/// The keys that each side saw of the other.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Met {
    pub(super) server: Option<[u8; 32]>,
    pub(super) client: Option<[u8; 32]>,
}

/// The client calls the server by a name: the keys seen, or why the client, and else the server, would not.
pub(super) fn meet(
    server: &Arc<ServerConfig>,
    client: &Arc<ClientConfig>,
    name: &str,
) -> Result<Met, String> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::scope(|scope| {
        let welcomed = scope.spawn(|| welcome(&listener, server));
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let connection = ClientConnection::new(Arc::clone(client), name).unwrap();
        let called = call(connection, TcpStream::connect(address).unwrap());
        let (called, welcomed) = (called.map_err(|error| told(&error)), welcomed.join().unwrap());
        Ok(Met {
            server: called?,
            client: welcomed.map_err(|error| told(&error))?,
        })
    })
}

fn welcome(listener: &TcpListener, config: &Arc<ServerConfig>) -> io::Result<Option<[u8; 32]>> {
    let (stream, _) = listener.accept()?;
    let connection = ServerConnection::new(Arc::clone(config)).unwrap();
    let mut stream = StreamOwned::new(connection, stream);
    stream.write_all(WELCOME)?;
    stream.conn.send_close_notify();
    stream.flush()?;
    // To the client's own end: a socket that is closed with something unread in it takes back what it said.
    let _ = stream.read_to_end(&mut Vec::new());
    Ok(key(stream.conn.peer_certificates()))
}

fn call(connection: ClientConnection, stream: TcpStream) -> io::Result<Option<[u8; 32]>> {
    let mut stream = StreamOwned::new(connection, stream);
    let mut said = Vec::new();
    stream.read_to_end(&mut said)?;
    assert_eq!(said, WELCOME);
    Ok(key(stream.conn.peer_certificates()))
}

fn key(certificates: Option<&[CertificateDer<'_>]>) -> Option<[u8; 32]> {
    peer_key(certificates)
}

fn told(error: &io::Error) -> String {
    words(error).unwrap_or_else(|| error.to_string())
}
