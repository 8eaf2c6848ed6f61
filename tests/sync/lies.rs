//! Servers that lie, networks that want a login: nothing of theirs is used.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use ed25519_dalek::SigningKey;
use wicket::domain::ids::{Sequence, StreamId, unhex};
use wicket::domain::time::{UnixMillis, UnixSeconds};
use wicket::ledger::{
    CLOCK_SIGHTING_SETTING, DEVICE_KEY_SETTING, ENROLMENT_SETTING, Enrolment, Ledger, ServerKey,
};
use wicket::sync::SyncError;
use wicket::wire::order::{Command, Order};
use wicket::wire::upload::{Answer, Held, ItemAnswer, Receipt};
use wicket::wire::{
    Change, Context, Cursor, LogPage, Signed, SnapshotPage, StartOver, TimeAnswer, compression, tickets,
    to_cbor,
};

use super::{EVENT, Gate};

pub(super) const NOW: UnixSeconds = UnixSeconds(1_795_000_000);

pub(super) fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

/// The server's true key, and another.
pub(super) const TRUE: u8 = 1;
pub(super) const FALSE: u8 = 2;

pub(super) fn signed<T: minicbor::Encode<()>>(context: Context, seed: u8, message: &T) -> Vec<u8> {
    Signed::seal(context, &key(seed), to_cbor(message)).to_bytes()
}

/// A whole HTTP answer of the kind that gates take.
pub(super) fn cbor(body: &[u8]) -> Vec<u8> {
    answer("200 OK", "content-type: application/cbor", body)
}

pub(super) fn answer(status: &str, header: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{header}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn time(path: &str, seed: u8) -> Vec<u8> {
    let nonce: [u8; 16] = unhex(path.split('=').nth(1).unwrap())
        .unwrap()
        .try_into()
        .unwrap();
    cbor(&signed(
        Context::Time,
        seed,
        &TimeAnswer {
            nonce: nonce.into(),
            at: NOW.millis(),
        },
    ))
}

/// Where the honest snapshot ends.
pub(super) fn start() -> Cursor {
    Cursor {
        log: [1; 16].into(),
        sequence: 2,
        chain: [2; 32].into(),
    }
}

/// The honest snapshot, one page.
pub(super) fn snapshot() -> SnapshotPage {
    SnapshotPage {
        event: EVENT.parse().unwrap(),
        to: start(),
        as_of: NOW,
        page: 0,
        pages: 1,
        tickets: tickets::pack(&[]).unwrap().into(),
        changes: vec![
            Change::Rulebook(RULES.to_owned()),
            Change::Keyring(r#"{"keys":[]}"#.to_owned()),
        ],
    }
}

const RULES: &str = r#"{"event":"spring-26"}"#;

/// The honest page of the log behind it.
pub(super) fn page() -> LogPage {
    LogPage {
        event: EVENT.parse().unwrap(),
        from: 2,
        to: Cursor {
            sequence: 4,
            chain: [4; 32].into(),
            ..start()
        },
        head: 4,
        as_of: NOW,
        changes: vec![
            (3, Change::Rulebook(r#"{"event":"autumn-26"}"#.to_owned())),
            (4, Change::Keyring(r#"{"keys":[]}"#.to_owned())),
        ],
    }
}

pub(super) fn log(page: &LogPage) -> Vec<u8> {
    cbor(&signed(Context::LogPage, TRUE, page))
}

pub(super) fn list(page: &SnapshotPage) -> Vec<u8> {
    cbor(&signed(Context::SnapshotPage, TRUE, page))
}

pub(super) fn start_over(stands: Cursor) -> Vec<u8> {
    let word = StartOver {
        event: EVENT.parse().unwrap(),
        stands,
    };
    answer(
        "409 Conflict",
        "content-type: application/cbor",
        &signed(Context::StartOver, TRUE, &word),
    )
}

/// What a server answers, by path; an honest one where the lie says nothing.
pub(super) type Lie = Box<dyn Fn(&str) -> Option<Vec<u8>> + Send + Sync>;

pub(super) fn honest(path: &str) -> Vec<u8> {
    if path.starts_with("/sync/v1/time") {
        time(path, TRUE)
    } else if path.starts_with(LIST) {
        list(&snapshot())
    } else {
        log(&page())
    }
}

/// A gate that trusts the true key at this address, with one check-in to send.
pub(super) fn gate(address: &str) -> Gate {
    let mut gate = Gate::new();
    let enrolment = Enrolment {
        server: format!("http://{address}"),
        server_key: ServerKey(key(TRUE).verifying_key()),
        device: "pi-1".parse().unwrap(),
        event: EVENT.parse().unwrap(),
        gate: "gate-a".parse().unwrap(),
    };
    let enrolment = serde_json::to_vec(&enrolment).unwrap();
    gate.ledger.set_setting(ENROLMENT_SETTING, &enrolment).unwrap();
    gate.ledger.set_setting(DEVICE_KEY_SETTING, &[3; 32]).unwrap();
    gate.enter(&[1; 8]);
    gate
}

/// Runs one sync against a server that lies; the gate afterwards, and what it said.
fn sync_with(lie: &Lie) -> (Gate, SyncError) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut gate = gate(&address.to_string());
    let error = thread::scope(|scope| {
        scope.spawn(|| serve(&listener, &**lie));
        let error = gate.sync().expect_err("a lie was believed");
        // Ends the server.
        TcpStream::connect(address).unwrap();
        error
    });
    (gate, error)
}

/// Answers until somebody connects and asks nothing.
pub(super) fn serve(listener: &TcpListener, lie: &dyn Fn(&str) -> Option<Vec<u8>>) {
    loop {
        let (mut stream, _) = listener.accept().unwrap();
        let Some(path) = asked(&mut stream) else { return };
        let answer = lie(&path).unwrap_or_else(|| honest(&path));
        // The gate may have turned away.
        let _ = stream.write_all(&answer);
    }
}

/// The path of a request, once all of it was read.
fn asked(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, _)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        let begins = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        if bytes.len() >= begins + length {
            return head.split(' ').nth(1).map(str::to_owned);
        }
    }
}

fn on(prefix: &'static str, lie: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Lie {
    Box::new(move |path| path.starts_with(prefix).then(|| lie(path)))
}

pub(super) const TIME: &str = "/sync/v1/time";
pub(super) const LIST: &str = "/sync/v1/snapshot";
pub(super) const LOG: &str = "/sync/v1/log";
pub(super) const UP: &str = "/sync/v1/check-ins";

fn changed(change: impl Fn(&mut LogPage) + Send + Sync + 'static) -> Lie {
    on(LOG, move |_| {
        let mut page = page();
        change(&mut page);
        log(&page)
    })
}

fn another_list(change: impl Fn(&mut SnapshotPage) + Send + Sync + 'static) -> Lie {
    on(LIST, move |_| {
        let mut page = snapshot();
        change(&mut page);
        list(&page)
    })
}

#[test]
fn nothing_of_a_lying_server_is_used_and_nothing_is_lost() {
    let portal = b"<html>Please log in</html>";
    let lies: Vec<(&str, Lie)> = vec![
        (
            "a captive portal",
            on("/", |_| answer("200 OK", "content-type: text/html", portal)),
        ),
        (
            "a redirect to a login",
            on("/", |_| {
                answer("302 Found", "location: http://login.example/", b"")
            }),
        ),
        (
            "garbage in our media type",
            on("/", |_| cbor(b"\x00\xff garbage")),
        ),
        ("an empty answer", on("/", |_| cbor(b""))),
        (
            "an error without a reason",
            on("/", |_| {
                answer("500 Oops", "content-type: application/cbor", b"oops")
            }),
        ),
        ("time by another key", on(TIME, |path| time(path, FALSE))),
        (
            "time of another nonce",
            on(TIME, |_| time("?nonce=00000000000000000000000000000000", TRUE)),
        ),
        (
            "time in the wrong context",
            on(TIME, |_| cbor(&signed(Context::LogPage, TRUE, &page()))),
        ),
        ("an endless time", on(TIME, |_| cbor(&vec![0; 17 << 10]))),
        (
            "a body that unpacks to a huge one",
            on(TIME, |_| {
                let packed = compression::pack(&vec![0; 1 << 20]).unwrap();
                answer(
                    "200 OK",
                    "content-encoding: zstd\r\ncontent-type: application/cbor",
                    &packed,
                )
            }),
        ),
        (
            "a list by another key",
            on(LIST, |_| cbor(&signed(Context::SnapshotPage, FALSE, &snapshot()))),
        ),
        (
            "a list in the wrong context",
            on(LIST, |_| cbor(&signed(Context::LogPage, TRUE, &snapshot()))),
        ),
        (
            "a list of another event",
            another_list(|page| page.event = "other".parse().unwrap()),
        ),
        (
            "a page that was not asked for",
            another_list(|page| (page.page, page.pages) = (1, 2)),
        ),
        ("a list without pages", another_list(|page| page.pages = 0)),
        ("a list without end", another_list(|page| page.pages = 5_000)),
        (
            "tickets that are none",
            another_list(|page| page.tickets = b"poison".to_vec().into()),
        ),
        (
            "a poisoned segment in a list",
            another_list(|page| page.changes.push(Change::Segment(b"poison".to_vec().into()))),
        ),
        (
            "lists that begin and never end",
            on(LIST, |path| {
                if path == LIST {
                    list(&SnapshotPage {
                        pages: 2,
                        ..snapshot()
                    })
                } else {
                    start_over(start())
                }
            }),
        ),
        (
            "another list in the midst of one",
            on(LIST, |path| {
                let mut page = SnapshotPage {
                    pages: 2,
                    ..snapshot()
                };
                if path != LIST {
                    page.page = 1;
                    page.to.chain = [9; 32].into();
                }
                list(&page)
            }),
        ),
        (
            "an order to start over at the start",
            on(LIST, |_| start_over(start())),
        ),
    ];
    for (name, lie) in lies {
        let (mut gate, error) = sync_with(&lie);
        assert!(
            matches!(error, SyncError::NotBelieved { .. }),
            "{name}: {error:?}"
        );
        assert!(error.to_string().contains("nothing is lost"), "{name}: {error}");
        let status = gate.ledger.status().unwrap();
        assert_eq!((status.cursor, status.unacknowledged), (None, 1), "{name}");
        assert_eq!(gate.ledger.documents().unwrap().rulebook, None, "{name}");
    }
}

#[test]
fn a_gate_with_a_list_keeps_it_against_every_lie() {
    let lies: Vec<(&str, Lie)> = vec![
        (
            "a page by another key",
            on(LOG, |_| cbor(&signed(Context::LogPage, FALSE, &page()))),
        ),
        (
            "a page of another event",
            changed(|page| page.event = "other".parse().unwrap()),
        ),
        ("a page of another place", changed(|page| page.from = 3)),
        (
            "a page of another log",
            changed(|page| page.to.log = [9; 16].into()),
        ),
        ("a page that leads back", changed(|page| page.head = 3)),
        (
            "a page that leads nowhere",
            changed(|page| {
                page.changes.clear();
                page.to.sequence = 1;
            }),
        ),
        (
            "a page that does not lead on",
            changed(|page| {
                page.changes.clear();
                page.to = start();
            }),
        ),
        (
            "a page that was applied, again",
            changed(|page| {
                page.changes.clear();
                (page.from, page.to, page.head) = (1, start(), 2);
            }),
        ),
        (
            "another place of the same number",
            changed(|page| {
                page.changes.clear();
                (page.to.sequence, page.head) = (2, 2);
            }),
        ),
        ("changes out of order", changed(|page| page.changes.reverse())),
        ("changes beyond its end", changed(|page| page.changes[1].0 = 5)),
        ("an old page", changed(|page| page.as_of = NOW.minus(601))),
        (
            "too many changes",
            changed(|page| {
                page.changes = (3..=1_003)
                    .map(|number| (number, page.changes[0].1.clone()))
                    .collect();
                page.to.sequence = 1_003;
                page.head = 1_003;
            }),
        ),
        (
            "a poisoned segment",
            changed(|page| page.changes[1].1 = Change::Segment(b"poison".to_vec().into())),
        ),
        (
            "an order to start over elsewhere",
            on(LOG, |_| start_over(page().to)),
        ),
        (
            "orders to start over again and again",
            on(LOG, |_| start_over(start())),
        ),
    ];
    for (name, lie) in lies {
        let (mut gate, error) = sync_with(&lie);
        assert!(
            matches!(error, SyncError::NotBelieved { .. }),
            "{name}: {error:?}"
        );
        let status = gate.ledger.status().unwrap();
        assert_eq!(
            (status.cursor, status.unacknowledged),
            (Some(start()), 1),
            "{name}"
        );
        assert_eq!(
            gate.ledger.documents().unwrap().rulebook.as_deref(),
            Some(RULES),
            "{name}"
        );
    }
}

#[test]
fn a_time_that_is_not_believed_leaves_no_sighting() {
    let (mut gate, _) = sync_with(&on(TIME, |path| time(path, FALSE)));
    assert_eq!(gate.ledger.setting(CLOCK_SIGHTING_SETTING).unwrap(), None);
}

#[test]
fn an_answer_that_breaks_off_is_not_used() {
    let torn = |whole: Vec<u8>| whole[..whole.len() - 10].to_vec();
    let lies = [
        (on(LIST, move |_| torn(list(&snapshot()))), None),
        (on(LOG, move |_| torn(log(&page()))), Some(start())),
    ];
    for (lie, cursor) in lies {
        let (mut gate, error) = sync_with(&lie);
        assert!(matches!(error, SyncError::BrokenOff { .. }), "{error:?}");
        assert_eq!(gate.ledger.status().unwrap().cursor, cursor);
    }
}

/// A receipt for the gate's one check-in, as far as a liar can know it.
pub(super) fn receipt(event: &str, as_of: u64, tip: Option<[u8; 32]>) -> Receipt {
    Receipt {
        event: event.parse().unwrap(),
        log: page().to.log,
        as_of: UnixMillis(as_of),
        held: vec![Held {
            stream: StreamId::new([1; 16]),
            holds: Sequence(1),
            tip: tip.map(Into::into),
        }],
        whole_of: Some("pi-1".parse().unwrap()),
    }
}

fn up(items: usize, receipts: &[Vec<u8>]) -> Lie {
    let answer = Answer {
        items: vec![ItemAnswer::Stored; items],
        receipts: receipts.iter().map(|bytes| bytes.clone().into()).collect(),
        ..Answer::default()
    };
    let body = to_cbor(&answer);
    on(UP, move |_| cbor(&body))
}

#[test]
fn answers_that_are_not_the_origins_word_are_not_believed_and_mark_nothing() {
    let lies: [(&str, Lie); 5] = [
        ("about another upload", up(2, &[])),
        (
            "by another key",
            up(1, &[receipt(EVENT, 1, None).seal(&key(FALSE))]),
        ),
        (
            "for another event",
            up(1, &[receipt("other", 1, None).seal(&key(TRUE))]),
        ),
        (
            "no receipt",
            up(1, &[signed(Context::Receipt, TRUE, &UnixMillis(1))]),
        ),
        ("no answer", on(UP, |_| cbor(&to_cbor(&UnixMillis(1))))),
    ];
    for (name, lie) in lies {
        let (mut gate, error) = sync_with(&lie);
        assert!(
            matches!(error, SyncError::NotBelieved { .. }),
            "{name}: {error:?}"
        );
        assert_eq!(gate.unsent(), 1, "{name}");
    }
}

#[test]
fn stored_without_a_receipt_is_no_acknowledgement() {
    // The true key's word on that place in the stream, but on another content.
    let other: fn(&mut Gate) -> Lie = |gate| {
        let mut word = receipt(EVENT, 1, Some([9; 32]));
        word.held[0].stream = gate.ledger.facts().unwrap()[0].id.stream;
        up(1, &[word.seal(&key(TRUE))])
    };
    for lie in [|_: &mut Gate| up(1, &[]), other] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut gate = gate(&address.to_string());
        let lie = lie(&mut gate);
        let synced = thread::scope(|scope| {
            scope.spawn(|| serve(&listener, &*lie));
            let synced = gate.sync();
            TcpStream::connect(address).unwrap();
            synced
        });
        let up = synced.unwrap().up;
        assert_eq!((up.facts, up.waiting), (1, 1));
    }
}

#[test]
fn a_refusal_cannot_write_to_the_terminal() {
    let refusal = wicket::wire::request::Refusal {
        code: "x\u{1b}[2J".to_owned(),
        message: "red\u{7}\u{1b}[31m".to_owned(),
        order: None,
    };
    let lie = on("/", move |_| {
        answer(
            "403 Forbidden",
            "content-type: application/cbor",
            &to_cbor(&refusal),
        )
    });
    let (_, error) = sync_with(&lie);
    assert!(matches!(error, SyncError::Refused(_)));
    assert!(!error.to_string().contains(char::is_control), "{error:?}");
}

#[test]
fn a_busy_server_is_asked_again_as_often_as_was_said() {
    let refusal = wicket::wire::request::Refusal {
        code: "busy".to_owned(),
        message: "later".to_owned(),
        order: None,
    };
    for (attempts, asked) in [(1, 1), (3, 3)] {
        let times = std::sync::atomic::AtomicU32::new(0);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut gate = gate(&address.to_string());
        let busy: Lie = {
            let body = to_cbor(&refusal);
            let header = "retry-after: 0\r\ncontent-type: application/cbor";
            on("/", move |_| answer("503 Busy", header, &body))
        };
        let counted = |path: &str| {
            times.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            busy(path)
        };
        let error = thread::scope(|scope| {
            scope.spawn(|| serve(&listener, &counted));
            let error = super::sync_attempts(&mut gate.ledger, attempts).unwrap_err();
            TcpStream::connect(address).unwrap();
            error
        });
        assert!(matches!(error, SyncError::Busy { .. }), "{error:?}");
        assert_eq!(times.into_inner(), asked);
    }
}

/// An order to wipe, signed by the key with this seed, for the device of this name whose secret key is this.
fn wipe(signed_by: u8, device: &str, secret: [u8; 32]) -> Vec<u8> {
    let order = Order {
        event: EVENT.parse().unwrap(),
        device: device.parse().unwrap(),
        key: SigningKey::from_bytes(&secret).verifying_key().to_bytes().into(),
        at: NOW,
        command: Command::Wipe,
    };
    order.seal(&key(signed_by))
}

/// A gate with a list that is then refused with this status and order; whether it still has the list, and what it said.
fn refused_with(status: &'static str, order: Option<Vec<u8>>) -> (bool, SyncError) {
    let refusal = wicket::wire::request::Refusal {
        code: "revoked-device".to_owned(),
        message: "the device is revoked".to_owned(),
        order: order.map(Into::into),
    };
    let answers = on("/sync/v1/log", move |_| {
        answer(status, "content-type: application/cbor", &to_cbor(&refusal))
    });
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut gate = gate(&address.to_string());
    let list = snapshot();
    let rows = list.tickets().unwrap();
    gate.ledger.apply_snapshot(&list, &rows, &[]).unwrap();
    let error = thread::scope(|scope| {
        scope.spawn(|| serve(&listener, &*answers));
        let error = gate.sync().unwrap_err();
        TcpStream::connect(address).unwrap();
        error
    });
    assert_eq!(gate.unsent(), 1, "a check-in is never forgotten");
    assert!(gate.ledger.setting(DEVICE_KEY_SETTING).unwrap().is_some());
    (gate.ledger.documents().unwrap().keyring.is_some(), error)
}

#[test]
fn no_status_and_no_order_but_the_servers_own_to_this_device_wipes() {
    let mine = [3; 32];
    let harmless = [
        ("401 Unauthorized", None),
        ("403 Forbidden", None),
        ("410 Gone", None),
        ("403 Forbidden", Some(b"garbage".to_vec())),
        // Forged: by another key than the server's, or by the device itself.
        ("403 Forbidden", Some(wipe(FALSE, "pi-1", mine))),
        ("403 Forbidden", Some(wipe(3, "pi-1", mine))),
        // To another device, and to one of the same name that was there before this folder enrolled.
        ("403 Forbidden", Some(wipe(TRUE, "pi-2", mine))),
        ("410 Gone", Some(wipe(TRUE, "pi-1", [4; 32]))),
        // Signed by the server, for another purpose.
        (
            "403 Forbidden",
            Some(signed(Context::StartOver, TRUE, &page().to)),
        ),
    ];
    for (status, order) in harmless {
        let (has_list, error) = refused_with(status, order);
        assert!(has_list, "{status}: {error:?}");
        assert!(matches!(error, SyncError::Refused(_)), "{status}: {error:?}");
    }
    let (has_list, error) = refused_with("403 Forbidden", Some(wipe(TRUE, "pi-1", mine)));
    assert!(!has_list);
    assert!(matches!(error, SyncError::Wiped { unsent: 1 }), "{error:?}");
}
