//! What happens to bytes that nobody on the way can read: a place is counted from the connection's first byte.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

use super::fault::Fault;
use super::network::until_it_hangs_up;

/// What becomes of one direction at a place in it.
#[derive(Debug, Clone, Copy)]
enum Harm {
    Cut,
    Stalled,
    Garbled(u8),
}

/// Carries a connection to an address; none where nobody is there.
pub(super) fn tunnel(client: &TcpStream, address: &str, fault: Fault) -> Option<()> {
    let (up, down) = match fault {
        Fault::Clear => (None, None),
        Fault::CutRequest(at) => (Some((at, Harm::Cut)), None),
        Fault::StalledRequest(at) => (Some((at, Harm::Stalled)), None),
        Fault::CorruptRequest(at, flip) => (Some((at, Harm::Garbled(flip))), None),
        Fault::CutAnswer(at) => (None, Some((at, Harm::Cut))),
        Fault::StalledAnswer(at) => (None, Some((at, Harm::Stalled))),
        Fault::CorruptAnswer(at, flip) => (None, Some((at, Harm::Garbled(flip)))),
        Fault::Instead(stranger) => {
            let _ = stranger.speak(&mut { client });
            return until_it_hangs_up(client);
        }
        other => panic!("{other:?} is for those who can read"),
    };
    let server = TcpStream::connect(address).ok()?;
    thread::scope(|scope| {
        scope.spawn(|| pipe(client, &server, up));
        pipe(&server, client, down);
    });
    Some(())
}

/// Carries one direction to its end or its harm, and ends both then.
fn pipe(mut from: &TcpStream, mut to: &TcpStream, harm: Option<(u64, Harm)>) {
    let (mut passed, mut buffer) = (0_u64, [0; 4096]);
    while let Ok(read) = from.read(&mut buffer)
        && read > 0
    {
        let place = |at: u64| usize::try_from(at.checked_sub(passed)?).ok();
        let hit = harm.and_then(|(at, harm)| Some((place(at).filter(|place| *place < read)?, harm)));
        match hit {
            None => {}
            Some((place, Harm::Garbled(flip))) => buffer[place] ^= flip,
            Some((place, harm)) => {
                let _ = to.write_all(&buffer[..place]);
                if matches!(harm, Harm::Stalled) {
                    let _ = io::copy(&mut from, &mut io::sink());
                }
                break;
            }
        }
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
        passed += read as u64;
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
