//! `wicket admin key`: the keys that sign an event's tickets and control codes, and how one takes another's place.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};

use super::super::Outcome;
use super::event::issuer;
use crate::commands::say::{self, say};
use crate::domain::ids::EventId;
use crate::domain::ticket::{KID_BYTES_MAX, KeyStatus};
use crate::server::db::{Db, IssuerKeyStanding, KeyUse};

/// Manage the keys that sign an event's tickets, and the codes that control its gates.
///
/// To change keys: add one, which signs from then on; let every gate sync; then retire the old one (its tickets go on
/// to hold), or, where it leaked, make it list-only or revoke it and issue its tickets again.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    List(List),
    Add(Add),
    /// Let a key sign no more. What it signed holds.
    Retire(Named),
    /// Let a key's tickets hold only where they are on the list, as when the key leaked.
    ListOnly(Named),
    /// Let a key count for nothing. Its tickets are refused (`UNKNOWN_KEY`) and must be issued again.
    Revoke(Named),
}

/// List an event's keys, oldest first, with what each counts for.
#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// The event.
    #[arg(long)]
    event: EventId,
}

/// Add a key, which signs new tickets from now on.
#[derive(Debug, clap::Args)]
pub(super) struct Add {
    /// The id of the new key, 1 to 16 characters [default: issuer-N or control-N, the first that is free].
    #[arg(conflicts_with = "from_jwk")]
    kid: Option<String>,
    /// The event.
    #[arg(long)]
    event: EventId,
    /// A private key (JWK, Ed25519, with a kid) instead of a new one.
    #[arg(long, value_name = "FILE")]
    from_jwk: Option<PathBuf>,
    /// What it signs: the event's tickets, or codes for its gates (`wicket control`).
    #[arg(long = "use", value_enum, default_value_t = Use::Tickets)]
    key_use: Use,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Use {
    Tickets,
    Control,
}

#[derive(Debug, clap::Args)]
pub(super) struct Named {
    /// The key's id.
    kid: String,
    /// The event.
    #[arg(long)]
    event: EventId,
}

impl From<Use> for KeyUse {
    fn from(key_use: Use) -> Self {
        match key_use {
            Use::Tickets => Self::Tickets,
            Use::Control => Self::Control,
        }
    }
}

pub(super) fn run(action: &Action, db: &mut Db) -> Outcome {
    match action {
        Action::List(args) => {
            for key in db.issuer_keys(&args.event)? {
                say!("{}", line(&key));
            }
        }
        Action::Add(args) => add(args, db)?,
        Action::Retire(args) => lower(args, KeyStatus::Retired, db)?,
        Action::ListOnly(args) => lower(args, KeyStatus::ListOnly, db)?,
        Action::Revoke(args) => lower(args, KeyStatus::Revoked, db)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn add(args: &Add, db: &mut Db) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let kid = match &args.kid {
        Some(kid) if (1..=KID_BYTES_MAX).contains(&kid.len()) => kid.clone(),
        Some(kid) => return Err(format!("{kid:?} is no key id: use 1 to {KID_BYTES_MAX} characters").into()),
        None => free_kid(args.key_use, &db.issuer_keys(&args.event)?),
    };
    let jwk = issuer(args.from_jwk.as_deref(), &kid)?;
    db.add_key(&args.event, &jwk, args.key_use.into())?;
    let kid = jwk.kid.as_deref().unwrap_or_default();
    say::remark(&match args.key_use {
        Use::Tickets => format!(
            "key {kid} signs the tickets of {} from now on; a gate that has not synced since refuses them: let all sync, \
             then retire the key before it",
            args.event
        ),
        Use::Control => format!(
            "key {kid} signs control codes for the gates of {}; they know it with their next sync",
            args.event
        ),
    });
    Ok(())
}

fn free_kid(key_use: Use, keys: &[IssuerKeyStanding]) -> String {
    let prefix = match key_use {
        Use::Tickets => "issuer",
        Use::Control => "control",
    };
    let taken = |kid: &String| keys.iter().any(|key| key.kid == *kid);
    let mut candidates = (1..).map(|number: u32| format!("{prefix}-{number}"));
    candidates.find(|kid| !taken(kid)).unwrap_or_default()
}

fn lower(args: &Named, to: KeyStatus, db: &mut Db) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    db.lower_key(&args.event, &args.kid, to)?;
    say::remark(&format!(
        "key {} of {} is {to} now; gates know it with their next sync",
        args.kid, args.event
    ));
    Ok(())
}

fn line(key: &IssuerKeyStanding) -> String {
    let signs = match (key.signs, key.key_use) {
        (true, KeyUse::Tickets) => "\tsigns new tickets",
        (true, KeyUse::Control) => "\tsigns control codes",
        (false, KeyUse::Tickets) => "",
        (false, KeyUse::Control) => "\tfor control codes",
    };
    format!("{}\t{}{signs}", key.kid, key.status)
}
