//! A gate in a folder of its own that works on signatures, and the issuer of its tickets.

use std::fs;
use std::path::PathBuf;

use ed25519_dalek::SigningKey;
use wicket::domain::ids::TicketId;
use wicket::domain::ticket::{Claims, issue, jwk};
use wicket::domain::time::UnixSeconds;
use wicket::ledger::{Ledger, Opening, SqliteLedger};

/// The time at which the gate stands.
const AT: u64 = 1_795_000_000;

pub(super) struct Trial {
    folder: tempfile::TempDir,
    issuer: SigningKey,
}

impl Trial {
    pub(super) fn new() -> Self {
        let issuer = SigningKey::from_bytes(&[7; 32]);
        let key = jwk::PrivateJwk {
            kid: Some("k1".into()),
            key: issuer.clone(),
        };
        let folder = tempfile::tempdir().unwrap();
        let keys = serde_json::json!({"keys": [key.to_public_value()]});
        fs::write(folder.path().join("keys.jwks"), keys.to_string()).unwrap();
        Self { folder, issuer }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The code of a ticket.
    pub(super) fn code(&self) -> String {
        let claims = Claims {
            event: "spring-26".parse().unwrap(),
            ticket_type: "adult".parse().unwrap(),
            ticket: TicketId::new(&[0xaa; 8]).unwrap(),
            valid_from: None,
            valid_until: UnixSeconds(AT + 86_400),
            admits: 1,
            issued_at: None,
            holder: None,
        };
        issue(&claims, "k1", &self.issuer).unwrap()
    }

    /// The arguments of a gate that admits what this issuer signed.
    pub(super) fn as_a_gate(&self) -> Vec<String> {
        let [keys, data] = ["keys.jwks", "gate"].map(|name| self.path(name).display().to_string());
        let at = AT.to_string();
        [
            "--event",
            "spring-26",
            "--at",
            &at,
            "--keys",
            &keys,
            "--data",
            &data,
        ]
        .map(str::to_owned)
        .into()
    }

    /// How many check-ins the gate's store holds.
    pub(super) fn facts(&self) -> usize {
        let mut ledger = SqliteLedger::attach(&self.path("gate"), &Opening::default()).unwrap();
        ledger.facts().unwrap().len()
    }
}
