//! An issuer, its tickets, and the command that scans them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ed25519_dalek::SigningKey;
use wicket::domain::ids::{StreamId, TicketId};
use wicket::domain::ticket::{Claims, issue, jwk::PrivateJwk};
use wicket::domain::time::UnixSeconds;

use crate::cli::wicket;

/// When the tests' gates first open.
pub(super) const AT: UnixSeconds = UnixSeconds(1_795_000_000);

pub(super) struct Venue {
    folder: tempfile::TempDir,
    issuer: SigningKey,
}

impl Venue {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let issuer = SigningKey::from_bytes(&[7; 32]);
        let jwk = PrivateJwk {
            kid: Some("k1".into()),
            key: issuer.clone(),
        };
        let jwks = serde_json::json!({ "keys": [jwk.to_public_value()] });
        fs::write(folder.path().join("keys.jwks"), jwks.to_string()).unwrap();
        Self { folder, issuer }
    }

    pub(super) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(super) fn ticket(number: u32) -> TicketId {
        TicketId::new(&[&[1; 8][..], &number.to_be_bytes()].concat()).unwrap()
    }

    pub(super) fn code(&self, number: u32) -> String {
        let claims = Claims {
            event: "spring-26".parse().unwrap(),
            ticket_type: "adult".parse().unwrap(),
            ticket: Self::ticket(number),
            valid_from: None,
            valid_until: AT.plus(100 * 86_400),
            admits: 1,
            issued_at: None,
            holder: None,
        };
        issue(&claims, "k1", &self.issuer).unwrap()
    }

    /// `wicket scan --json` on this data folder, with its pipes.
    pub(super) fn scan(&self, data: &Path, at: UnixSeconds) -> Command {
        let mut command = wicket();
        command.args(["scan", "--json", "--event", "spring-26", "--at", &at.to_string()]);
        command.arg("--keys").arg(self.folder.path().join("keys.jwks"));
        command.arg("--data").arg(data);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

/// The stream of a test that opens a store itself.
pub(super) fn own_stream() -> StreamId {
    StreamId::new([0xee; 16])
}
