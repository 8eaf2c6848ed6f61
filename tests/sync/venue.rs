//! A gate as its user has it: a folder, and one process after the other on it.

use std::io::Write;
use std::process::{Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::Server;
use crate::cli::wicket;

/// A gate's folder that no process of the test keeps open.
pub(super) struct Venue {
    pub(super) folder: TempDir,
}

impl Venue {
    /// Enrolled, and synced once.
    pub(super) fn new(server: &Server, device: &str) -> Self {
        let venue = Self::enrolled(server, device);
        venue.synced();
        venue
    }

    /// Enrolled.
    pub(super) fn enrolled(server: &Server, device: &str) -> Self {
        let venue = Self {
            folder: TempDir::new().unwrap(),
        };
        let output = venue.run(&["enrol", &server.code(device).to_text()]);
        assert!(output.status.success(), "{output:?}");
        venue
    }

    /// `wicket sync`, which must succeed.
    pub(super) fn synced(&self) {
        let output = self.run(&["sync"]);
        assert!(output.status.success(), "{output:?}");
    }

    /// `wicket` on the folder.
    pub(super) fn run(&self, args: &[&str]) -> Output {
        wicket()
            .args(args)
            .arg("--data")
            .arg(self.folder.path())
            .output()
            .unwrap()
    }

    /// Scans codes with what the last sync brought, a new start of the gate for each call; what `--json` prints of each.
    pub(super) fn scan(&self, codes: &[&str]) -> Vec<Value> {
        let mut scan = wicket()
            .args(["scan", "--no-sync", "--json", "--data"])
            .arg(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines: String = codes.iter().map(|code| format!("{}\n", code.trim())).collect();
        scan.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        let output = scan.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// What `wicket scan` says on standard error of these lines.
    pub(super) fn scanned(&self, codes: &[&str]) -> String {
        let mut command = wicket();
        command
            .args(["scan", "--no-sync", "--data"])
            .arg(self.folder.path());
        let mut scan = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = scan.stdin.take().unwrap();
        stdin.write_all(codes.join("\n").as_bytes()).unwrap();
        drop(stdin);
        String::from_utf8(scan.wait_with_output().unwrap().stderr).unwrap()
    }

    /// The verdict on one code, with its reason where there is one: such as `deny UNKNOWN_KEY`.
    pub(super) fn verdict(&self, code: &str) -> String {
        let scans = self.scan(&[code]);
        let word = |name: &str| scans[0][name].as_str().unwrap_or_default().to_owned();
        format!("{} {}", word("verdict"), word("reason"))
            .trim()
            .to_owned()
    }

    /// `wicket status --json`.
    pub(super) fn status(&self) -> Value {
        let output = self.run(&["status", "--json"]);
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

impl Server {
    /// Adds a ticket; its code.
    pub(super) fn ticket(&self) -> String {
        let add = [
            "ticket",
            "add",
            "--event",
            super::EVENT,
            "--type",
            "adult",
            "--until",
            "1900000000",
        ];
        self.admin(&add).trim().to_owned()
    }
}
