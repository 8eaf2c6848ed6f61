//! The network where it cannot read what it carries: it cuts, garbles and stalls TLS, and leads gates to others.

use super::fault::{Fault, Stranger};
use super::venue::{PATIENCE_S, Template, Venue};
use super::words::complaint;

/// How long a client waits where a fault stalls it.
const STALLED_S: f64 = 0.3;
/// Within the first message of a handshake, either way.
const EARLY: [u64; 3] = [0, 5, 60];
/// Anywhere: in the handshake, in requests, or beyond the last byte.
const LATER: [u64; 5] = [250, 400, 700, 1_500, 4_000];

/// Plays each fault on the first connection of a sync of its own, looks each time, and heals.
fn play(faults: impl IntoIterator<Item = Fault>, timeout_s: f64, learn: impl Fn(Fault, Option<i32>, &str)) {
    let mut venue = Template::with_tls(&["--tls"]).open();
    for fault in faults {
        let (status, said) = sync(&mut venue, fault, timeout_s);
        learn(fault, status, &said);
    }
    assert_eq!(venue.heal(), []);
}

fn sync(venue: &mut Venue, fault: Fault, timeout_s: f64) -> (Option<i32>, String) {
    venue.guests(0, 1);
    venue.change_list();
    venue.lines[0].plan(&[fault]);
    let output = venue.sync(&[0], timeout_s, 1).remove(0);
    assert_eq!(complaint(&output), None, "{fault:?}");
    assert_eq!(venue.breaches(), [], "{fault:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), said)
}

#[test]
fn a_handshake_that_breaks_off_or_stands_still_fails_the_sync_alone() {
    let failed = |fault: Fault, status: Option<i32>, said: &str| {
        assert_eq!(status, Some(1), "{fault:?}: {said}");
        assert!(said.contains("cannot be reached"), "{fault:?}: {said}");
    };
    let cuts = EARLY
        .map(Fault::CutRequest)
        .into_iter()
        .chain(EARLY.map(Fault::CutAnswer));
    play(cuts.chain([Fault::DroppedAtAccept]), PATIENCE_S, failed);
    play(
        [Fault::StalledRequest(60), Fault::StalledAnswer(60)],
        STALLED_S,
        failed,
    );
}

#[test]
fn encrypted_bytes_that_are_cut_or_changed_anywhere_change_nothing() {
    let places = || EARLY.into_iter().chain(LATER);
    play(
        places().flat_map(|at| [Fault::CutRequest(at), Fault::CutAnswer(at)]),
        PATIENCE_S,
        |_, _, _| {},
    );
    let garbled = places().flat_map(|at| [Fault::CorruptRequest(at, 0x40), Fault::CorruptAnswer(at, 0x40)]);
    // A length that grew leaves both waiting for the rest of a record.
    play(garbled, STALLED_S, |_, _, _| {});
}

#[test]
fn whoever_speaks_no_tls_is_no_server() {
    play(
        [Stranger::Portal, Stranger::Noise].map(Fault::Instead),
        PATIENCE_S,
        |fault, status, said| {
            assert_eq!(status, Some(1), "{fault:?}: {said}");
        },
    );
}

#[test]
fn a_server_with_another_key_is_told_nothing() {
    let mut venue = Template::with_tls(&["--tls"]).open();
    let other = Template::with_tls(&["--tls"]).open();
    venue.guests(0, 1);
    venue.lines[0].lead_to(Some(&other.network.server().address));
    let output = venue.sync(&[0], PATIENCE_S, 1).remove(0);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), complaint(&output)), (Some(1), None));
    assert!(said.contains("is not the server that this gate trusts"), "{said}");
    assert_eq!(other.seen().server.facts.len(), 0);
    venue.lines[0].lead_to(None);
    assert_eq!(venue.heal(), []);
}
