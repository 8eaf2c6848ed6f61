//! Gates in touch: what happens at one is known at the others as it happens.

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::{Builder, JoinHandle};

use tempfile::TempDir;
use tokio::sync::oneshot;
use wicket::device::clock::{Clock, FixedClock, boot, estimated};
use wicket::domain::admission::{Listing, Status};
use wicket::domain::health::Camera;
use wicket::domain::ids::TicketId;
use wicket::domain::time::UnixSeconds;
use wicket::ledger::{Ledger, Opening, SqliteLedger};
use wicket::sync::{Contact, Machine, Notice, SyncError, Vitals, accompany};

use super::{EVENT, Gate, Server, unique};
use crate::cli::wicket;

/// What a companion told, as far as the tests look.
#[derive(Debug, PartialEq)]
pub(super) enum Told {
    Connected,
    Took { tickets: u64, segments: u64 },
    TookBeside(u64),
    Sent(u64),
    Apart,
}

/// A companion beside a gate.
pub(super) struct Companion {
    told: Receiver<Told>,
    pub(super) contact: Contact,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), SyncError>>>,
}

impl Companion {
    pub(super) fn of(gate: &Gate) -> Self {
        let (sender, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let contact = Contact::default();
        let (folder, shared) = (gate.folder.path().to_owned(), contact.clone());
        let body = move || keep_in_touch(&folder, &shared, stopped, &sender);
        let thread = Builder::new().spawn(body).unwrap();
        Self {
            told,
            contact,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// What it tells next; the test runner ends a wait that is in vain.
    pub(super) fn next(&self) -> Told {
        self.told.recv().expect("the companion ended")
    }

    /// Until it tells this.
    pub(super) fn until(&self, wanted: impl Fn(&Told) -> bool) -> Told {
        loop {
            let told = self.next();
            if wanted(&told) {
                return told;
            }
        }
    }

    pub(super) fn stop(mut self) -> Result<(), SyncError> {
        self.stop.take().unwrap().send(()).unwrap();
        self.thread.take().unwrap().join().unwrap()
    }
}

fn keep_in_touch(
    folder: &Path,
    contact: &Contact,
    stopped: oneshot::Receiver<()>,
    sender: &mpsc::Sender<Told>,
) -> Result<(), SyncError> {
    let mut ledger = SqliteLedger::attach(folder, &Opening::default()).unwrap();
    let machine = Machine {
        boot: &boot,
        clock: estimated,
        random: &|| Ok(unique()),
        network: &String::new,
        vitals: &|_| {
            Ok(Vitals {
                now: FixedClock(UnixSeconds(1_795_000_000)).now(),
                uptime_s: 1,
                disk: None,
                camera: Camera::None,
                peers: 0,
            })
        },
    };
    let stop = async {
        let _ = stopped.await;
    };
    accompany(&mut ledger, &machine, contact, stop, &mut |notice| {
        let told = match notice {
            Notice::Connected(_) => Told::Connected,
            Notice::Took(down) => Told::Took {
                tickets: down.tickets,
                segments: down.segments,
            },
            Notice::TookBeside(segments) => Told::TookBeside(segments),
            Notice::Sent(up) => Told::Sent(up.facts),
            Notice::Apart { .. } => Told::Apart,
        };
        // A test that has seen enough no longer listens.
        let _ = sender.send(told);
    })
}

pub(super) fn took_segments(told: &Told) -> bool {
    matches!(told, Told::Took { segments, .. } if *segments > 0)
}

#[test]
pub(super) fn a_check_in_at_one_gate_is_known_at_the_other_as_it_happens() {
    let server = Server::with_tickets(0);
    let (mut one, mut other) = (server.gate("pi-1"), server.gate("pi-2"));
    let (at_one, at_other) = (Companion::of(&one), Companion::of(&other));
    assert_eq!(
        (at_one.next(), at_other.next()),
        (Told::Connected, Told::Connected)
    );
    assert!(at_one.contact.is_together());
    one.enter(&[7; 8]);
    assert_eq!(at_one.until(|told| matches!(told, Told::Sent(_))), Told::Sent(1));
    at_other.until(took_segments);
    let known = other.ledger.look_up(&TicketId::new(&[7; 8]).unwrap()).unwrap();
    assert_eq!(known.facts.len(), 1);
    assert_eq!(one.unsent(), 0);
    at_one.stop().unwrap();
    at_other.stop().unwrap();
}

#[test]
pub(super) fn a_revoked_ticket_is_known_at_a_gate_in_touch_without_its_asking() {
    let server = Server::with_tickets(1);
    let mut gate = server.gate("pi-1");
    let companion = Companion::of(&gate);
    assert_eq!(companion.next(), Told::Connected);
    let ticket = TicketId::new(&server.tickets()[0]).unwrap();
    server.admin(&[
        "ticket",
        "revoke",
        "--event",
        EVENT,
        "--ticket",
        &ticket.to_string(),
    ]);
    companion.until(|told| matches!(told, Told::Took { tickets: 1, .. }));
    let known = gate.ledger.look_up(&ticket).unwrap();
    assert!(matches!(known.listing, Listing::Listed(row) if row.status == Status::Revoked));
    companion.stop().unwrap();
}

#[test]
fn a_gate_whose_server_went_away_comes_back_to_it_with_what_waited() {
    let mut server = Server::with_tickets(0);
    let mut gate = server.gate("pi-1");
    let companion = Companion::of(&gate);
    assert_eq!(companion.next(), Told::Connected);
    server.kill();
    assert_eq!(companion.until(|told| *told == Told::Apart), Told::Apart);
    assert!(!companion.contact.is_together());
    gate.enter(&[1; 8]);
    server.start();
    companion.until(|told| *told == Told::Connected);
    assert_eq!(gate.unsent(), 0);
    assert_eq!(server.attendance()["facts"], 1);
    companion.stop().unwrap();
}

#[test]
fn two_who_sync_one_gate_are_not_in_each_others_way() {
    let server = Server::with_tickets(3);
    let mut gate = server.gate("pi-1");
    let companion = Companion::of(&gate);
    assert_eq!(companion.next(), Told::Connected);
    for ticket in 1..=20_u8 {
        gate.enter(&[ticket; 8]);
        assert!(gate.run(&["sync"]).status.success());
    }
    assert_eq!(gate.unsent(), 0);
    companion.stop().unwrap();
    let attendance = server.attendance();
    assert_eq!(attendance["facts"], 20);
    assert_eq!(attendance["set_aside"], serde_json::json!({}));
}

/// How much of a stream of news comes through before it dies: its head and a first word.
const BEFORE_SILENCE_BYTES: u64 = 200;

/// Passes connections on to a server; a stream of news goes silent after its beginning, and stays open.
fn silencing(server: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let accept = move || {
        for stream in listener.incoming() {
            let (stream, upstream) = (stream.unwrap(), TcpStream::connect(&server).unwrap());
            Builder::new().spawn(move || pass_on(stream, upstream)).unwrap();
        }
    };
    Builder::new().spawn(accept).unwrap();
    address
}

fn pass_on(mut gate: TcpStream, mut server: TcpStream) {
    let mut request = [0; 4096];
    let read = gate.read(&mut request).unwrap();
    server.write_all(&request[..read]).unwrap();
    let is_stream = String::from_utf8_lossy(&request[..read]).contains("/sync/v1/live");
    if is_stream {
        let _ = std::io::copy(&mut (&server).take(BEFORE_SILENCE_BYTES), &mut gate);
        // Until the gate gives up.
        let _ = gate.read(&mut request);
        return;
    }
    let (mut from_gate, mut to_server) = (gate.try_clone().unwrap(), server.try_clone().unwrap());
    Builder::new()
        .spawn(move || std::io::copy(&mut from_gate, &mut to_server))
        .unwrap();
    let _ = std::io::copy(&mut server, &mut gate);
}

#[test]
fn a_stream_that_dies_in_silence_is_noticed() {
    let server = Server::with_tickets(0);
    let gate = server.gate("pi-1");
    point_at(gate.folder.path(), &silencing(server.address.clone()));
    let companion = Companion::of(&gate);
    assert_eq!(companion.next(), Told::Connected);
    assert_eq!(companion.next(), Told::Apart);
    companion.stop().unwrap();
}

/// Makes the gate ask another address from now on.
fn point_at(folder: &Path, address: &str) {
    use wicket::ledger::ENROLMENT_SETTING;
    let mut ledger = SqliteLedger::attach(folder, &Opening::default()).unwrap();
    let mut enrolment = wicket::sync::enrolment(&mut ledger).unwrap();
    enrolment.server = format!("http://{address}");
    let json = serde_json::to_vec(&enrolment).unwrap();
    ledger.set_setting(ENROLMENT_SETTING, &json).unwrap();
}

/// A `wicket scan` that is in touch with its server by itself.
struct Lane {
    process: Child,
    verdicts: Lines<BufReader<ChildStdout>>,
    remarks: Lines<BufReader<ChildStderr>>,
}

impl Lane {
    fn of(gate: Gate) -> (Self, TempDir) {
        let Gate { folder, ledger } = gate;
        // The process that scans claims the folder.
        drop(ledger);
        let mut process = wicket()
            .args(["scan", "--data"])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let verdicts = BufReader::new(process.stdout.take().unwrap()).lines();
        let remarks = BufReader::new(process.stderr.take().unwrap()).lines();
        let lane = Self {
            process,
            verdicts,
            remarks,
        };
        (lane, folder)
    }

    fn until_it_remarks(&mut self, words: &str) {
        let said = self.remarks.find(|line| line.as_ref().unwrap().contains(words));
        assert!(said.is_some(), "it never said {words:?}");
    }

    fn scan(&mut self, code: &str) -> String {
        let stdin = self.process.stdin.as_mut().unwrap();
        writeln!(stdin, "{code}").unwrap();
        self.verdicts.next().unwrap().unwrap()
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_ticket_that_one_lane_admitted_is_refused_at_the_next_and_so_is_a_withdrawn_one() {
    let server = Server::with_tickets(0);
    let codes = server.admin(&[
        "ticket",
        "add",
        "--event",
        EVENT,
        "--type",
        "adult",
        "--until",
        "1900000000",
        "--count",
        "2",
    ]);
    let codes: Vec<&str> = codes.lines().collect();
    let (mut first, mut second) = (server.gate("pi-1"), server.gate("pi-2"));
    first.sync().unwrap();
    second.sync().unwrap();
    let (mut first, _one) = Lane::of(first);
    let (mut second, other) = Lane::of(second);
    first.until_it_remarks("in touch with the server");
    second.until_it_remarks("in touch with the server");
    assert!(first.scan(codes[0]).starts_with("ADMIT"));
    let admitted = TicketId::new(&server.tickets()[0]).unwrap();
    let also = TicketId::new(&server.tickets()[1]).unwrap();
    let mut beside = SqliteLedger::attach(other.path(), &Opening::default()).unwrap();
    let mut known = |wanted: &dyn Fn(&mut SqliteLedger) -> bool| {
        // The test runner ends a wait that is in vain.
        while !wanted(&mut beside) {
            std::thread::yield_now();
        }
    };
    known(&|ledger| {
        [admitted, also]
            .iter()
            .any(|ticket| !ledger.look_up(ticket).unwrap().facts.is_empty())
    });
    assert!(second.scan(codes[0]).starts_with("DENY ALREADY_USED"));
    for ticket in [admitted, also] {
        server.admin(&[
            "ticket",
            "revoke",
            "--event",
            EVENT,
            "--ticket",
            &ticket.to_string(),
        ]);
    }
    let revoked = |ledger: &mut SqliteLedger, ticket| {
        let listing = ledger.look_up(&ticket).unwrap().listing;
        matches!(listing, Listing::Listed(row) if row.status == Status::Revoked)
    };
    known(&|ledger| revoked(ledger, admitted) && revoked(ledger, also));
    assert!(second.scan(codes[1]).starts_with("DENY REVOKED"));
}
