//! A stick, a server that is never reached, and gates that know it only by what is carried.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use tempfile::TempDir;
use wicket::ledger::{Ledger, LedgerStatus};

use crate::sync::{EVENT, Gate, Server};

/// A venue whose gates enrolled while there was a network.
pub(super) struct Venue {
    pub(super) server: Server,
    pub(super) gates: Vec<Gate>,
    pub(super) stick: TempDir,
}

impl Venue {
    /// Gates `pi-1`, `pi-2` and so on, without a list, and a server that is gone.
    pub(super) fn new(tickets: u32, gates: usize) -> Self {
        let mut server = Server::with_tickets(tickets);
        let names = (1..=gates).map(|number| format!("pi-{number}"));
        let gates = names.map(|name| server.gate(&name)).collect();
        server.kill();
        Self {
            server,
            gates,
            stick: TempDir::new().unwrap(),
        }
    }

    /// As [`Self::new`], and every gate has the list by stick.
    pub(super) fn with_lists(tickets: u32, gates: usize) -> Self {
        let mut venue = Self::new(tickets, gates);
        let list = venue.server_exports(&[]);
        for gate in 0..gates {
            venue.imports(gate, &list);
        }
        venue
    }

    /// `wicket admin bundle export`; the file.
    pub(super) fn server_exports(&self, args: &[&str]) -> PathBuf {
        let stick = self.path();
        let export = [&["bundle", "export", "--event", EVENT, stick.as_str()], args].concat();
        let said = self.server.admin(&export);
        file_in(&said)
    }

    /// `wicket admin bundle import` with a receipt; what it said, and the receipt.
    pub(super) fn server_imports(&self, file: &Path) -> (String, PathBuf) {
        let stick = self.path();
        let said = self.server.admin(&[
            "bundle",
            "import",
            file.to_str().unwrap(),
            "--receipt",
            stick.as_str(),
        ]);
        let receipt = file_in(&said);
        (said, receipt)
    }

    /// `wicket export`; the file.
    pub(super) fn exports(&self, gate: usize) -> PathBuf {
        let output = self.gates[gate].run(&["export", &self.path()]);
        assert!(output.status.success(), "{output:?}");
        file_in(&String::from_utf8(output.stdout).unwrap())
    }

    /// `wicket import`, which must go well; what it said.
    pub(super) fn imports(&mut self, gate: usize, file: &Path) -> String {
        let output = self.import(gate, file);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// `wicket import`.
    pub(super) fn import(&mut self, gate: usize, file: &Path) -> Output {
        self.gates[gate].run(&["import", file.to_str().unwrap()])
    }

    pub(super) fn status(&mut self, gate: usize) -> LedgerStatus {
        self.gates[gate].ledger.status().unwrap()
    }

    pub(super) fn path(&self) -> String {
        self.stick.path().to_str().unwrap().to_owned()
    }

    pub(super) fn files(&self) -> Vec<String> {
        let files = fs::read_dir(self.stick.path()).unwrap();
        let mut names: Vec<String> = files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

/// The file that a command said it wrote, the last word of its line.
fn file_in(said: &str) -> PathBuf {
    let line = said
        .lines()
        .find(|line| line.ends_with(".wkb"))
        .unwrap_or_else(|| panic!("{said}"));
    PathBuf::from(line.rsplit(' ').next().unwrap())
}
