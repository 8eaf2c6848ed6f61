//! `wicket scan`.

mod errors;
mod frames;
mod lines;
#[cfg(feature = "gate")]
mod live;
#[cfg(feature = "sound")]
mod sound;
mod store;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ed25519_dalek::SigningKey;
use serde_json::Value;
use wicket::domain::ids::TicketId;
use wicket::domain::ticket::{self, Claims};
use wicket::domain::time::UnixSeconds;

use super::wicket;

/// The time at which the tests' gates stand.
const AT: u64 = 1_795_000_000;

/// A signature-only gate with keys of its own, and the issuer of its tickets.
struct Trial {
    folder: tempfile::TempDir,
    issuer: SigningKey,
}

impl Trial {
    fn new() -> Self {
        let issuer = SigningKey::from_bytes(&[7; 32]);
        let jwk = ticket::jwk::PrivateJwk {
            kid: Some("k1".into()),
            key: issuer.clone(),
        };
        let folder = tempfile::tempdir().unwrap();
        let jwks = serde_json::json!({"keys": [jwk.to_public_value()]});
        fs::write(folder.path().join("keys.jwks"), jwks.to_string()).unwrap();
        Self { folder, issuer }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The code of a ticket of its own for each number.
    fn code(&self, number: u16) -> String {
        self.code_with(number, |_| {})
    }

    fn code_with(&self, number: u16, change: impl FnOnce(&mut Claims)) -> String {
        let mut claims = Claims {
            event: "spring-26".parse().unwrap(),
            ticket_type: "adult".parse().unwrap(),
            ticket: id(number),
            valid_from: None,
            valid_until: UnixSeconds(AT + 86_400),
            admits: 1,
            issued_at: None,
            holder: None,
        };
        change(&mut claims);
        ticket::issue(&claims, "k1", &self.issuer).unwrap()
    }

    /// `wicket scan --json` with this trial's keys.
    fn scan(&self) -> Command {
        self.scan_at(AT)
    }

    fn scan_at(&self, at: u64) -> Command {
        let mut command = wicket();
        command.args([
            "scan",
            "--json",
            "--event",
            "spring-26",
            "--at",
            &at.to_string(),
            "--keys",
        ]);
        command.arg(self.path("keys.jwks"));
        command
    }
}

fn id(number: u16) -> TicketId {
    TicketId::new(&[&[0xaa; 6][..], &number.to_be_bytes()].concat()).unwrap()
}

/// Runs a gate over what a scanner sends.
fn feed(command: &mut Command, input: &[u8]) -> Output {
    let piped = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A gate that refuses to start reads nothing.
    let _ = stdin.write_all(input);
    drop(stdin);
    child.wait_with_output().unwrap()
}

fn scans(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// A scan's verdict, or its reason where it was refused.
fn outcome(scan: &Value) -> String {
    let word = |key: &str| scan[key].as_str().unwrap().to_owned();
    if scan["verdict"] == "deny" {
        word("reason")
    } else {
        word("verdict")
    }
}

fn outcomes(output: &Output) -> Vec<String> {
    scans(output).iter().map(outcome).collect()
}

/// `wicket scan --json` by the keys that signed the tickets on these frames, and at their time.
fn scan_by_keys(frames: &Path) -> Command {
    let mut command = wicket();
    command.args(["scan", "--json", "--event", "spring-26", "--at", &AT.to_string()]);
    command.arg("--keys").arg(frames.join("keys.jwks"));
    command
}

fn frames_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frames")
}
