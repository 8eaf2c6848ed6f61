//! Relays that lie: what they forge is refused, what they withhold shows.

use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use ed25519_dalek::SigningKey;
use wicket::domain::ids::unhex;
use wicket::domain::time::UnixSeconds;
use wicket::ledger::Ledger;
use wicket::sync::{Summary, SyncError};
use wicket::wire::request::Refusal;
use wicket::wire::upload::{Answer, ItemAnswer};
use wicket::wire::{
    Change, Context, Cursor, DeviceRow, DeviceStatus, SnapshotPage, StartOver, TimeAnswer, to_cbor,
};

use super::super::lies::{
    FALSE, LIST, LOG, Lie, NOW, TIME, TRUE, UP, answer, cbor, gate, honest, key, list, page, receipt, serve,
    signed, snapshot, start,
};
use super::super::samples::{sealed, segment};
use super::super::{EVENT, Gate, seed, unique};

/// A gate that asks a relay which answers so, and knows no server.
fn with(relay: &Lie, gate: &mut Gate) -> Result<Summary, SyncError> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    wicket::sync::set_via(&mut gate.ledger, Some(&format!("http://{address}"))).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| serve(&listener, &**relay));
        let synced = gate.sync();
        // Ends the relay.
        TcpStream::connect(address).unwrap();
        synced
    })
}

fn says(code: &str) -> Vec<u8> {
    let refusal = Refusal {
        code: code.to_owned(),
        message: "so it says".to_owned(),
        order: None,
    };
    answer(
        "404 Not Found",
        "content-type: application/cbor",
        &to_cbor(&refusal),
    )
}

/// An honest relay that has lost the server, but for what the lie says.
fn relay(lie: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static) -> Lie {
    // The gate's one check-in goes up first; then it asks for what it lacks.
    let uploaded = AtomicBool::new(false);
    Box::new(move |path| {
        let own = if path == UP {
            let first = !uploaded.swap(true, Ordering::Relaxed);
            stored(usize::from(first), Vec::new(), Vec::new())
        } else if path.starts_with("/sync/v1/log?after=4") {
            says("nothing-newer")
        } else if path.starts_with(TIME) {
            says("no-origin")
        } else {
            honest(path)
        };
        Some(lie(path).unwrap_or(own))
    })
}

fn stored(items: usize, receipts: Vec<Vec<u8>>, segments: Vec<Vec<u8>>) -> Vec<u8> {
    let bytes = |many: Vec<Vec<u8>>| many.into_iter().map(Into::into).collect();
    cbor(&to_cbor(&Answer {
        items: vec![ItemAnswer::Stored; items],
        receipts: bytes(receipts),
        segments: bytes(segments),
        ..Answer::default()
    }))
}

/// Which list the gate goes by.
fn stands(gate: &mut Gate) -> Option<Cursor> {
    gate.ledger.cursor().unwrap()
}

#[test]
fn an_honest_relay_without_the_server_is_enough() {
    let mut gate = gate("127.0.0.1:1");
    let summary = with(&relay(|_| None), &mut gate).unwrap();
    assert_eq!((summary.sighting, summary.up.waiting), (None, 1));
    assert_eq!(stands(&mut gate), Some(page().to));
}

#[test]
fn what_a_relay_forges_is_refused() {
    let forged = |context, message: &dyn Fn() -> Vec<u8>| {
        cbor(&wicket::wire::Signed::seal(context, &key(FALSE), message()).to_bytes())
    };
    let list = forged(Context::SnapshotPage, &|| to_cbor(&snapshot()));
    let log = forged(Context::LogPage, &|| to_cbor(&page()));
    let word = StartOver {
        event: EVENT.parse().unwrap(),
        stands: start(),
    };
    let start_over = answer(
        "409 Conflict",
        "content-type: application/cbor",
        &signed(Context::StartOver, FALSE, &word),
    );
    let acknowledged = stored(1, vec![receipt(EVENT, 1, None).seal(&key(FALSE))], Vec::new());
    for (name, at, answer) in [
        ("a list", LIST, list),
        ("a page", LOG, log),
        ("a word to start over", LOG, start_over),
        ("a receipt", UP, acknowledged),
    ] {
        let mut gate = gate("127.0.0.1:1");
        let lie = relay(move |path| path.starts_with(at).then(|| answer.clone()));
        let error = with(&lie, &mut gate).unwrap_err();
        assert!(
            matches!(error, SyncError::NotBelieved { .. }),
            "{name}: {error:?}"
        );
        assert_eq!(gate.unsent(), 1, "{name}");
    }
}

#[test]
fn a_check_in_that_a_relay_drops_waits_on() {
    let mut gate = gate("127.0.0.1:1");
    for _ in 0..2 {
        let up = with(&relay(|_| None), &mut gate).unwrap().up;
        assert_eq!((up.facts, up.waiting), (1, 1));
    }
}

#[test]
fn segments_count_only_with_the_signature_of_a_device_on_the_list() {
    let by = |device: &str, secret: &str| sealed(&segment(device, unique(), 1, None, &[5]), &seed(secret));
    let brought = [
        by("pi-2", "pi-2"),
        by("pi-2", "pi-3"),
        by("pi-9", "pi-9"),
        b"none".to_vec(),
    ];
    let uploaded = AtomicBool::new(false);
    let lie = relay(move |path| match path {
        UP => {
            let first = !uploaded.swap(true, Ordering::Relaxed);
            Some(stored(usize::from(first), Vec::new(), brought.to_vec()))
        }
        LIST => Some(list(&SnapshotPage {
            changes: vec![Change::Device(DeviceRow {
                device: "pi-2".parse().unwrap(),
                key: SigningKey::from_bytes(&seed("pi-2"))
                    .verifying_key()
                    .to_bytes()
                    .into(),
                status: DeviceStatus::Active,
                believed: None,
            })],
            ..snapshot()
        })),
        _ => None,
    });
    let mut gate = gate("127.0.0.1:1");
    assert_eq!(with(&lie, &mut gate).unwrap().up.taken, 1);
    assert_eq!(gate.ledger.status().unwrap().others_facts, 1);
}

#[test]
fn a_list_is_not_set_back_by_a_relays_word_alone() {
    let older: [fn() -> SnapshotPage; 2] = [snapshot, || {
        let mut other = snapshot();
        other.to.log = [9; 16].into();
        other.to.sequence = 99;
        other.as_of = UnixSeconds(NOW.0 - 1);
        other
    }];
    for older in older {
        let mut gate = gate("127.0.0.1:1");
        with(&relay(|_| None), &mut gate).unwrap();
        let lie = relay(move |path| {
            let offered = path.starts_with(LIST).then(|| list(&older()));
            offered.or_else(|| path.starts_with(LOG).then(|| says("take-snapshot")))
        });
        assert_eq!(with(&lie, &mut gate).unwrap().down.pages, 0);
        assert_eq!(stands(&mut gate), Some(page().to));
    }
}

#[test]
fn news_that_a_relay_holds_back_shows() {
    let late = |path: &str| {
        let nonce: [u8; 16] = unhex(path.split('=').nth(1).unwrap())
            .unwrap()
            .try_into()
            .unwrap();
        let at = NOW.plus(3_600).millis();
        cbor(&signed(
            Context::Time,
            TRUE,
            &TimeAnswer {
                nonce: nonce.into(),
                at,
            },
        ))
    };
    let lie = relay(move |path| path.starts_with(TIME).then(|| late(path)));
    let mut gate = gate("127.0.0.1:1");
    assert_eq!(with(&lie, &mut gate).unwrap().down.old_s, Some(3_600));
}

#[test]
fn what_only_a_relay_may_say_is_not_taken_from_the_server_itself() {
    for code in ["nothing-newer", "take-snapshot", "no-origin"] {
        let at = if code == "no-origin" { TIME } else { LOG };
        let lie = relay(move |path| {
            let said = path.starts_with(at).then(|| says(code));
            said.or_else(|| path.starts_with(TIME).then(|| honest(path)))
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut gate = gate(&address.to_string());
        let error = thread::scope(|scope| {
            scope.spawn(|| serve(&listener, &*lie));
            let error = gate.sync().unwrap_err();
            TcpStream::connect(address).unwrap();
            error
        });
        assert!(matches!(error, SyncError::Refused(_)), "{code}: {error:?}");
    }
}
