//! A network that cuts connections after so many bytes, either way.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use wicket::ledger::{ENROLMENT_SETTING, Ledger};

use super::{Gate, Server};

/// Where a connection is cut: after so many bytes of one direction.
#[derive(Debug, Clone, Copy)]
enum Cut {
    Up(u64),
    Down(u64),
}

/// Forwards one connection to the server, cut.
fn forward(client: TcpStream, server: &str, cut: Cut) {
    let server = TcpStream::connect(server).unwrap();
    let (up, down) = match cut {
        Cut::Up(bytes) => (bytes, u64::MAX),
        Cut::Down(bytes) => (u64::MAX, bytes),
    };
    thread::scope(|scope| {
        scope.spawn(|| copy(&client, &server, up));
        copy(&server, &client, down);
    });
}

/// Copies at most `most` bytes, then ends both connections.
fn copy(mut from: &TcpStream, mut to: &TcpStream, most: u64) {
    let (mut left, mut buffer) = (most, [0; 4096]);
    while left > 0 {
        let room = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        match from.read(&mut buffer[..room]) {
            Ok(read) if read > 0 && to.write_all(&buffer[..read]).is_ok() => left -= read as u64,
            _ => break,
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

/// Sends the gate to another address.
fn redirect(gate: &mut Gate, to: &str) {
    let bytes = gate.ledger.setting(ENROLMENT_SETTING).unwrap().unwrap();
    let mut enrolment: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    enrolment["server"] = format!("http://{to}").into();
    gate.ledger
        .set_setting(ENROLMENT_SETTING, enrolment.to_string().as_bytes())
        .unwrap();
}

#[test]
fn a_sync_cut_anywhere_and_begun_again_loses_and_doubles_nothing() {
    let server = Server::with_tickets(300);
    let mut gate = server.gate("pi-1");
    let cuts = (0..14).flat_map(|step| [Cut::Up(step * 331), Cut::Down(step * 331)]);
    for (number, cut) in cuts.enumerate() {
        for ticket in 0..5 {
            gate.enter(&(number as u64 * 5 + ticket).to_be_bytes());
        }
        let network = TcpListener::bind("127.0.0.1:0").unwrap();
        redirect(&mut gate, &network.local_addr().unwrap().to_string());
        thread::scope(|scope| {
            let proxy = scope.spawn(|| {
                let (client, _) = network.accept().unwrap();
                forward(client, &server.address, cut);
                drop(network);
            });
            // Whether it came through depends on the cut; what counts is what is left.
            if let Err(error) = gate.sync() {
                assert!(error.is_the_servers(), "{cut:?}: {error}");
            }
            proxy.join().unwrap();
        });
        redirect(&mut gate, &server.address);
        gate.sync().unwrap();
        assert_eq!(gate.unsent(), 0, "{cut:?}");
        assert_eq!(server.attendance()["facts"], (number as u64 + 1) * 5, "{cut:?}");
        assert_eq!(gate.ledger.status().unwrap().tickets, 300, "{cut:?}");
    }
}
