//! A gate at work, and what it holds.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use wicket::domain::ids::TicketId;
use wicket::ledger::{ENROLMENT_SETTING, Ledger, Opening, SqliteLedger};

use super::seen::{GateSeen, ServerSeen};
use crate::cli::wicket;

/// A gate's folder, and the process that scans in it.
pub(super) struct Gate {
    name: &'static str,
    folder: TempDir,
    /// Where its processes run.
    site: Site,
    scan: Child,
    codes: ChildStdin,
    verdicts: BufReader<ChildStdout>,
    /// Whom it showed green.
    admitted: BTreeSet<TicketId>,
}

/// Where a process runs: by default where the test does.
#[derive(Debug, Clone, Default)]
pub(super) struct Site(pub(super) Option<String>);

impl Site {
    /// `wicket` there.
    pub(super) fn wicket(&self) -> Command {
        let Some(namespace) = &self.0 else { return wicket() };
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", namespace])
            .arg(wicket().get_program());
        command
    }
}

impl Gate {
    /// Opens a gate whose server is at this URL.
    pub(super) fn open(name: &'static str, folder: TempDir, server: &str, site: Site) -> Self {
        lead_to(&mut attach(folder.path()), server);
        let mut scan = site
            .wicket()
            .args(["scan", "--json", "--no-sync", "--data"])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            name,
            codes: scan.stdin.take().unwrap(),
            verdicts: BufReader::new(scan.stdout.take().unwrap()),
            folder,
            site,
            scan,
            admitted: BTreeSet::new(),
        }
    }

    /// Shows a guest's code; the gate must let them in, whatever the network does.
    pub(super) fn show(&mut self, code: &str) {
        writeln!(self.codes, "{code}").unwrap();
        let mut line = String::new();
        self.verdicts.read_line(&mut line).unwrap();
        let scan: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(scan["verdict"], "admit", "{}: {line}", self.name);
        self.admitted
            .insert(scan["ticket"].as_str().unwrap().parse().unwrap());
    }

    /// `wicket sync` by hand, begun. It gives up on a request after so many seconds.
    pub(super) fn begin_sync(&self, timeout_s: f64) -> Child {
        self.site
            .wicket()
            .args(["sync", "--timeout", &timeout_s.to_string(), "--data"])
            .arg(self.folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    pub(super) fn seen(&self, server: &ServerSeen) -> GateSeen {
        GateSeen::of(self.name, self.folder.path(), &self.admitted, &server.list)
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        let _ = self.scan.kill();
        let _ = self.scan.wait();
    }
}

/// A gate's store, beside the gate.
pub(super) fn attach(folder: &Path) -> SqliteLedger {
    SqliteLedger::attach(folder, &Opening::default()).unwrap()
}

/// Sends a gate to another address than it enrolled at.
fn lead_to(ledger: &mut SqliteLedger, url: &str) {
    let bytes = ledger.setting(ENROLMENT_SETTING).unwrap().unwrap();
    let mut enrolment: Value = serde_json::from_slice(&bytes).unwrap();
    enrolment["server"] = url.into();
    ledger
        .set_setting(ENROLMENT_SETTING, enrolment.to_string().as_bytes())
        .unwrap();
}
