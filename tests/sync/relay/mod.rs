//! A relay between gates and their server, each a process or a store of its own.

mod apart;
mod lies;
mod restored;
mod trips;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use tempfile::TempDir;
use wicket::domain::ids::TicketId;
use wicket::ledger::Ledger;

use super::{EVENT, Gate, Server};
use crate::cli::wicket;

/// A relay's process on a folder of its own.
pub(super) struct Relay {
    folder: TempDir,
    process: Option<Child>,
    address: String,
    told: Option<Receiver<String>>,
}

impl Relay {
    /// Enrolled with the server, running, and in touch with it.
    fn of(server: &Server) -> Self {
        let mut relay = Self {
            folder: TempDir::new().unwrap(),
            process: None,
            address: "127.0.0.1:0".to_owned(),
            told: None,
        };
        let add = [
            "device",
            "add",
            "relay-1",
            "--event",
            EVENT,
            "--relay",
            "--url",
            &server.url(),
        ];
        let code = server.admin(&add);
        let enrol = ["enrol", code.trim(), "--data"];
        let output = wicket().args(enrol).arg(relay.folder.path()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        relay.start();
        relay.in_touch();
        relay
    }

    /// Starts it, after the first time at the same address, and waits until it listens.
    fn start(&mut self) {
        let mut process = wicket()
            .args(["serve", "--upstream", "--listen", &self.address, "--data"])
            .arg(self.folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        self.address = line
            .trim()
            .strip_prefix("listening on http://")
            .expect(&line)
            .to_owned();
        let (sender, told) = mpsc::channel();
        let errors = BufReader::new(process.stderr.take().unwrap());
        thread::Builder::new()
            .spawn(move || {
                for line in errors.lines().map_while(Result::ok) {
                    // A test that has seen enough no longer listens.
                    let _ = sender.send(line);
                }
            })
            .unwrap();
        self.told = Some(told);
        self.process = Some(process);
    }

    /// Waits until it says so; the test runner ends a wait that is in vain.
    fn until(&self, word: &str) {
        let told = self.told.as_ref().unwrap();
        while !told.recv().expect("the relay ended").contains(word) {}
    }

    /// Waits until it has followed the log and offered what it holds.
    fn in_touch(&self) {
        self.until("in touch with the origin");
    }

    fn kill(&mut self) {
        let mut process = self.process.take().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A gate that was enrolled at the server, and asks the relay.
    fn gate(&self, server: &Server, device: &str) -> Gate {
        let mut gate = server.gate(device);
        self.take_in(&mut gate);
        gate
    }

    /// Has a gate ask the relay from now on.
    fn take_in(&self, gate: &mut Gate) {
        wicket::sync::set_via(&mut gate.ledger, Some(&self.url())).unwrap();
    }

    /// A copy of its data, taken while it does not run.
    fn copy(&mut self) -> TempDir {
        self.kill();
        let copy = TempDir::new().unwrap();
        copy_files(self.folder.path(), copy.path());
        copy
    }

    fn put_back(&mut self, copy: &TempDir) {
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
        copy_files(copy.path(), self.folder.path());
    }

    /// The database itself, for what no command shows.
    fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("server.sqlite")).unwrap()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if self.process.is_some() {
            self.kill();
        }
    }
}

fn copy_files(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// How many facts a gate holds of a ticket.
fn known(gate: &mut Gate, ticket: &[u8]) -> usize {
    let ticket = TicketId::new(ticket).unwrap();
    gate.ledger.look_up(&ticket).unwrap().facts.len()
}
