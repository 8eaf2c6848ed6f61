//! A server and two gates behind the network, all of them processes; made once and copied for each run.

use std::fs;
use std::path::Path;
use std::process::{Child, Output};

use tempfile::TempDir;
use wicket::domain::admission::{Status, TicketRow};
use wicket::domain::ids::TicketId;
use wicket::domain::time::UnixSeconds;
use wicket::server::db::Db;
use wicket::server::now;

use super::gate::{Gate, Site, attach};
use super::judge::{self, Breach};
use super::network::{Line, Network};
use super::seen::Seen;
use crate::sync::{EVENT, Server, seed};

const GATES: [&str; 2] = ["pi-1", "pi-2"];
/// Guests with a code; each is shown to a gate once at the most.
const GUESTS: usize = 150;
/// For a request where no fault stalls one: beyond what a busy machine takes.
pub(super) const PATIENCE_S: f64 = 60.0;
/// Syncs of every gate until each has heard of all.
const HEALING_ROUNDS: u32 = 5;

/// A venue at rest: its folders, and the guests' codes.
pub(super) struct Template {
    server: TempDir,
    gates: Vec<TempDir>,
    /// How the server speaks TLS; empty where it does not.
    tls: Vec<String>,
    /// One for each guest.
    pub(super) codes: Vec<String>,
}

/// A venue at work.
pub(super) struct Venue {
    pub(super) network: Network,
    /// Each gate's way to the server.
    pub(super) lines: Vec<Line>,
    gates: Vec<Gate>,
    codes: Vec<String>,
    sold: u64,
    backup: Option<TempDir>,
    /// Whether the server fell back to a backup, and not every gate has heard of it.
    pub(super) fell_back: bool,
    /// Whether the server fell back last without being told so, and goes on with a log that gates are ahead of.
    untold: bool,
}

impl Template {
    pub(super) fn new() -> Self {
        Self::with_tls(&[])
    }

    /// As [`Self::new`], with these arguments for TLS.
    pub(super) fn with_tls(tls: &[&str]) -> Self {
        let mut server = Server::with_tls(0, tls);
        let codes = server.path().join("codes.txt");
        server.admin(&[
            "ticket",
            "add",
            "--event",
            EVENT,
            "--type",
            "adult",
            "--until",
            "1900000000",
            "--count",
            &GUESTS.to_string(),
            "--codes",
            codes.to_str().unwrap(),
        ]);
        let gates = GATES.map(|name| {
            let folder = TempDir::new().unwrap();
            let mut ledger = attach(folder.path());
            crate::sync::enrol(&mut ledger, &server.code(name), &seed(name)).unwrap();
            crate::sync::sync(&mut ledger).unwrap();
            folder
        });
        server.kill();
        Self {
            codes: fs::read_to_string(codes)
                .unwrap()
                .lines()
                .map(str::to_owned)
                .collect(),
            server: copy(server.path()),
            tls: tls.iter().map(|&arg| arg.to_owned()).collect(),
            gates: gates.into(),
        }
    }

    /// A folder with the server's data.
    pub(super) fn server(&self) -> TempDir {
        copy(self.server.path())
    }

    /// The gates, open, each with its server's URL and its own place.
    pub(super) fn gates(&self, place: impl Fn(usize) -> (String, Site)) -> Vec<Gate> {
        let gates = GATES.iter().zip(&self.gates).enumerate();
        let open = |(gate, (name, folder)): (usize, (&&'static str, &TempDir))| {
            let (server, site) = place(gate);
            Gate::open(name, copy(folder.path()), &server, site)
        };
        gates.map(open).collect()
    }

    /// A venue of its own, open.
    pub(super) fn open(&self) -> Venue {
        let tls: Vec<&str> = self.tls.iter().map(String::as_str).collect();
        let scheme = if tls.is_empty() { "http" } else { "https" };
        let server = Server::on(self.server(), &tls);
        let encrypted = !tls.is_empty();
        let lines: Vec<Line> = GATES.iter().map(|_| Line::new(encrypted)).collect();
        let addresses = lines.iter().map(Line::address).collect::<Vec<_>>();
        Venue {
            network: Network::before(server),
            gates: self.gates(|gate| (format!("{scheme}://{}", addresses[gate]), Site::default())),
            lines,
            codes: self.codes.clone(),
            sold: 0,
            backup: None,
            fell_back: false,
            untold: false,
        }
    }
}

impl Venue {
    /// New guests come to a gate.
    pub(super) fn guests(&mut self, gate: usize, count: usize) {
        for code in self.codes.drain(..count) {
            self.gates[gate].show(&code);
        }
    }

    /// These gates sync at the same time, each giving up on a request after so many seconds, while guests come to each.
    pub(super) fn sync(&mut self, gates: &[usize], timeout_s: f64, guests: usize) -> Vec<Output> {
        let lines: Vec<&Line> = gates.iter().map(|gate| &self.lines[*gate]).collect();
        self.network.carry(&lines, || {
            let begun: Vec<Child> = gates
                .iter()
                .map(|gate| self.gates[*gate].begin_sync(timeout_s))
                .collect();
            for gate in gates {
                for code in self.codes.drain(..guests) {
                    self.gates[*gate].show(&code);
                }
            }
            begun
                .into_iter()
                .map(|sync| sync.wait_with_output().unwrap())
                .collect()
        })
    }

    /// The organiser sells a ticket, and withdraws the one that was sold before it.
    pub(super) fn change_list(&mut self) {
        let mut db = Db::open(self.network.server().path()).unwrap();
        let event = EVENT.parse().unwrap();
        db.add_tickets(&event, &[sold(self.sold)], now()).unwrap();
        if let Some(before) = self.sold.checked_sub(1) {
            // A server that fell back may not know it any more.
            let _ = db.set_ticket_status(&event, &sold(before).ticket, Status::Revoked, now());
        }
        self.sold += 1;
    }

    /// Whether the server listed this row at some time: a gate that was cut off may still have it.
    pub(super) fn was_listed(&self, row: &TicketRow) -> bool {
        (0..self.sold).any(|number| *row == sold(number))
    }

    /// The server's folder is copied.
    pub(super) fn back_up(&mut self) {
        let mut server = self.network.server();
        server.kill();
        self.backup = Some(copy(server.path()));
        server.start();
    }

    /// The server falls back to the copy, where there is one; `told` so by its operator, or without a word.
    pub(super) fn restore(&mut self, told: bool) {
        let Some(backup) = &self.backup else { return };
        let mut server = self.network.server();
        server.kill();
        for file in fs::read_dir(server.path()).unwrap() {
            fs::remove_file(file.unwrap().path()).unwrap();
        }
        copy_into(backup.path(), server.path());
        if told {
            server.admin(&["restored"]);
        }
        server.start();
        self.fell_back = true;
        self.untold = !told;
    }

    pub(super) fn seen(&self) -> Seen {
        Seen::of(&self.network.server(), &self.gates)
    }

    /// What is broken now of what holds at any time.
    pub(super) fn breaches(&self) -> Vec<Breach> {
        judge::at_any_time(&self.seen(), self.fell_back)
    }

    /// The network gets well, and all sync until each has heard of all: what is broken even then.
    pub(super) fn heal(&mut self) -> Vec<Breach> {
        for line in &self.lines {
            line.plan(&[]);
        }
        // A server that fell back may have a log that fits only once it has the facts again that it lost; and who syncs
        // first hears of the others' facts in the next round.
        let mut broken = Vec::new();
        for round in 1..=HEALING_ROUNDS {
            let said: Vec<Output> = (0..self.gates.len())
                .flat_map(|gate| self.sync(&[gate], PATIENCE_S, 0))
                .collect();
            let failed = said.iter().find(|output| !output.status.success());
            assert!(failed.is_none() || round < HEALING_ROUNDS, "{failed:?}");
            // By now the log has outgrown what the gates saw of the lost one, or they say what is to be done.
            if let Some(output) = failed.filter(|_| self.untold && round + 2 == HEALING_ROUNDS) {
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(said.contains("wicket admin restored"), "{said}");
                self.network.server().admin(&["restored"]);
                self.untold = false;
                continue;
            }
            broken = judge::at_the_end(&self.seen());
            if failed.is_none() && broken.is_empty() {
                break;
            }
        }
        self.fell_back = false;
        broken
    }
}

/// A ticket that is sold at the door and shown to nobody.
fn sold(number: u64) -> TicketRow {
    TicketRow {
        ticket: TicketId::new(&number.to_be_bytes()).unwrap(),
        ticket_type: "adult".parse().unwrap(),
        status: Status::Valid,
        admits: 1,
        valid_from: None,
        valid_until: UnixSeconds(1_900_000_000),
        replaces: None,
    }
}

fn copy(folder: &Path) -> TempDir {
    let to = TempDir::new().unwrap();
    copy_into(folder, to.path());
    to
}

fn copy_into(from: &Path, to: &Path) {
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}
