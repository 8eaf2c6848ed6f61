//! Neighbours that are confused or worse, and cuts at any byte.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

use minicbor::bytes::ByteVec;
use rustls::{ClientConnection, StreamOwned};
use wicket::tls::mutual_client;
use wicket::wire::exchange::{Hello, MESSAGE_BYTES_MAX, Message, PROTOCOL, frame};

use super::gate::{EVENT, Gate, Told, key};

const BOTH: &[&str] = &["east", "north"];

/// A device of the event whose program is another.
fn north(at: SocketAddr) -> StreamOwned<ClientConnection, TcpStream> {
    let config = mutual_client(&key("north"), Arc::new(|_| true)).unwrap();
    let connection = ClientConnection::new(config, at.ip().into()).unwrap();
    StreamOwned::new(connection, TcpStream::connect(at).unwrap())
}

fn hello() -> Message {
    Message::Hello(Hello {
        protocol: PROTOCOL,
        event: EVENT.parse().unwrap(),
        device: "north".parse().unwrap(),
    })
}

fn parted(east: &Gate) -> String {
    match east.wait("part", |told| matches!(told, Told::Parted(..))) {
        Told::Parted(_, why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_no_message_ends_the_connection_and_nothing_else() {
    let mut east = Gate::new("east", BOTH);
    let address = east.meet(&[]);
    let too_long = u32::try_from(MESSAGE_BYTES_MAX + 1).unwrap().to_be_bytes();
    let nonsense = [&4_u32.to_be_bytes()[..], b"\xff\xff\xff\xff"].concat();
    let no_segment = frame(&Message::Segments {
        segments: vec![ByteVec::from(vec![1, 2, 3])],
        answer: true,
    });
    for (sent, said) in [
        (&too_long[..], "no message"),
        (&nonsense, "no message"),
        (&no_segment, "no segment"),
        (&frame(&hello()), "out of turn"),
    ] {
        let mut stream = north(address);
        stream.write_all(&frame(&hello())).unwrap();
        stream.write_all(sent).unwrap();
        let why = parted(&east);
        assert!(why.contains(said), "{why}");
    }
    let mut other = Gate::new("north", BOTH);
    other.record(1);
    other.meet(&[address]);
    east.wait_for_segments(1);
    assert!(east.holds(1));
}

#[test]
fn a_call_without_tls_is_refused_and_nothing_else() {
    let mut east = Gate::new("east", BOTH);
    let address = east.meet(&[]);
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let _ = stream.read_to_end(&mut Vec::new());
    east.wait("refuse", |told| matches!(told, Told::Refused(_)));
    assert_eq!(east.peers(), 0);
}

#[test]
fn a_connection_that_is_cut_in_a_message_loses_nothing() {
    let (mut east, mut north) = (Gate::new("east", BOTH), Gate::new("north", BOTH));
    for of in 1..=200 {
        east.record(of);
    }
    let address = east.meet(&[]);
    // Cuts behind the handshake: in the greeting, in what is held, in the segments.
    let cuts = [1_500, 2_500, 6_000, 20_000];
    let proxy = cutting(address, &cuts);
    north.meet(&[proxy]);
    north.wait_for_segments(1);
    for of in 1..=200 {
        assert!(north.holds(of), "{of}");
    }
}

/// A way to a gate that is cut after so many bytes of what the gate says, once for each number, and then holds.
fn cutting(to: SocketAddr, cuts: &[usize]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let cuts = cuts.to_vec();
    let thread = std::thread::Builder::new();
    let serve = move || {
        let limits = cuts.into_iter().chain(std::iter::repeat(usize::MAX));
        for (limit, calling) in limits.zip(listener.incoming()) {
            let (Ok(calling), Ok(called)) = (calling, TcpStream::connect(to)) else {
                return;
            };
            let (ask, hear) = (calling.try_clone().unwrap(), called.try_clone().unwrap());
            let there = std::thread::Builder::new();
            let there = there.spawn(move || pass(ask, called, usize::MAX)).unwrap();
            pass(hear, calling, limit);
            there.join().unwrap();
        }
    };
    thread.spawn(serve).unwrap();
    address
}

/// Passes bytes on until one side ends or so many have passed, and cuts both then.
fn pass(mut from: TcpStream, mut to: TcpStream, limit: usize) {
    let mut left = limit;
    let mut buffer = [0; 512];
    while left > 0 {
        let most = left.min(buffer.len());
        let count = from.read(&mut buffer[..most]).unwrap_or(0);
        if count == 0 || to.write_all(&buffer[..count]).is_err() {
            break;
        }
        left -= count;
    }
    let _ = from.shutdown(std::net::Shutdown::Both);
    let _ = to.shutdown(std::net::Shutdown::Both);
}
