//! `wicket admin event`: events, their rules and keys.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use clap::Subcommand;
use ed25519_dalek::SigningKey;
use serde_json::json;

use super::super::{Outcome, random};
use super::labels;
use super::sheet;
use crate::commands::say;
use crate::domain::ids::EventId;
use crate::domain::rules::Rulebook;
use crate::domain::ticket::jwk::PrivateJwk;
use crate::server::db::{Db, NewEvent};

/// The kid of a key that is made here.
const KID: &str = "issuer-1";

/// Manage events.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    Add(Add),
    Sheet(sheet::Sheet),
    Stage(sheet::Stage),
    Copy(sheet::Copy),
    Names(labels::Names),
}

/// Add an event: its rules, and the key that signs its tickets.
#[derive(Debug, clap::Args)]
pub(super) struct Add {
    /// The event's id: 1 to 32 characters of a-z, 0-9 and -.
    event: EventId,
    /// The rulebook, JSON; without one, the defaults: each ticket enters once, at any gate, while it is valid.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// The private key (JWK, Ed25519, with a kid) that signs the event's tickets; without one, a new key is made.
    #[arg(long, value_name = "FILE")]
    from_jwk: Option<PathBuf>,
}

pub(super) fn run(action: &Action, db: &mut Db) -> Outcome {
    match action {
        Action::Add(args) => add(args, db),
        Action::Sheet(args) => sheet::sheet(args, db),
        Action::Stage(args) => sheet::stage(args, db),
        Action::Copy(args) => sheet::copy(args, db),
        Action::Names(args) => labels::names(args, db),
    }
}

fn add(add: &Add, db: &mut Db) -> Outcome {
    let rulebook = rulebook(add)?;
    let issuer = issuer(add.from_jwk.as_deref(), KID)?;
    db.add_event(&NewEvent {
        event: &add.event,
        log: random::bytes()?,
        rulebook: &rulebook,
        issuer: &issuer,
    })?;
    say::remark(&format!(
        "event {} added; next: `wicket admin ticket add --event {}`",
        add.event, add.event
    ));
    Ok(ExitCode::SUCCESS)
}

fn rulebook(add: &Add) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let Some(path) = &add.rules else {
        return Ok(json!({ "event": add.event, "version": 1 }).to_string());
    };
    let text = read(path)?;
    let rules = Rulebook::from_json(&text)?;
    if rules.event == add.event {
        Ok(text)
    } else {
        Err(format!(
            "{} is the rulebook of {}, not of {}: set its \"event\"",
            path.display(),
            rules.event,
            add.event
        )
        .into())
    }
}

/// The key in a file, or without one a new key of that id.
pub(super) fn issuer(
    path: Option<&Path>,
    kid: &str,
) -> Result<PrivateJwk, Box<dyn std::error::Error + Send + Sync>> {
    let Some(path) = path else {
        return Ok(PrivateJwk {
            kid: Some(kid.into()),
            key: SigningKey::from_bytes(&random::bytes()?),
        });
    };
    let jwk = PrivateJwk::from_json(&read(path)?)?;
    if jwk.kid.is_some() {
        Ok(jwk)
    } else {
        Err(format!(
            "the key in {} has no \"kid\": add one of 1 to 16 characters",
            path.display()
        )
        .into())
    }
}

pub(super) fn read(path: &Path) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let failed = |error: io::Error| format!("cannot read {}: {error}; check the path", path.display());
    Ok(fs::read_to_string(path).map_err(failed)?)
}
