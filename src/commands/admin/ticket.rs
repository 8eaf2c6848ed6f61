//! `wicket admin ticket`: tickets on an event's list, with their codes.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;

use super::super::{Outcome, random};
use super::labels;
use crate::commands::say;
use crate::domain::admission::{Status, TicketRow};
use crate::domain::ids::{EventId, TicketId, TicketType};
use crate::domain::label::{GuestName, Label, OrderNumber};
use crate::domain::ticket::jwk::PrivateJwk;
use crate::domain::ticket::{Claims, issue};
use crate::domain::time::UnixSeconds;
use crate::server::db::{Db, KeyUse};
use crate::server::now;

/// Tickets added at a time: one transaction, during which gates' uploads wait.
const COUNT_MAX: i64 = 100_000;

/// Manage tickets.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    Add(Add),
    Label(labels::Labels),
    Revoke(Revoke),
    Block(Block),
    Unblock(Unblock),
}

/// Put tickets on an event's list, and sign their codes. All are added, or none.
#[derive(Debug, clap::Args)]
pub(super) struct Add {
    /// The event.
    #[arg(long)]
    event: EventId,
    /// The ticket type, such as adult.
    #[arg(long = "type", value_name = "TYPE")]
    ticket_type: TicketType,
    /// Valid from, Unix seconds (inclusive).
    #[arg(long, value_name = "UNIX")]
    from: Option<u64>,
    /// Valid until, Unix seconds (exclusive).
    #[arg(long, value_name = "UNIX")]
    until: u64,
    /// How many.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..=COUNT_MAX))]
    count: i64,
    /// Persons that each admits.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=99))]
    admits: u8,
    /// Where to write the codes, one a line, readable by you alone; without it they go to standard output.
    #[arg(long, value_name = "FILE")]
    codes: Option<PathBuf>,
    /// The ticket's id in hexadecimal, 16 to 32 digits, for a single ticket; without it ids are random.
    #[arg(long, value_name = "HEX", conflicts_with = "count")]
    ticket: Option<TicketId>,
    /// The number of the order that they belong to, by which staff find them; see `wicket admin ticket label`.
    #[arg(long, value_name = "NUMBER")]
    order: Option<OrderNumber>,
    /// The guest's name, by which staff find them where the event's gates get names; see `wicket admin event names`.
    #[arg(long)]
    name: Option<GuestName>,
}

/// Withdraw a ticket for ever. Gates learn it with their next sync.
#[derive(Debug, clap::Args)]
pub(super) struct Revoke {
    #[command(flatten)]
    which: Which,
}

/// Stop a ticket for the time being: gates refuse it with BLOCKED from their next sync on.
#[derive(Debug, clap::Args)]
pub(super) struct Block {
    #[command(flatten)]
    which: Which,
}

/// Let a blocked ticket count again. One that is revoked stays so.
#[derive(Debug, clap::Args)]
pub(super) struct Unblock {
    #[command(flatten)]
    which: Which,
}

/// A ticket of an event.
#[derive(Debug, clap::Args)]
struct Which {
    /// The event.
    #[arg(long)]
    event: EventId,
    /// The ticket's id in hexadecimal.
    #[arg(long, value_name = "HEX")]
    ticket: TicketId,
}

pub(super) fn run(action: &Action, db: &mut Db) -> Outcome {
    match action {
        Action::Add(args) => add(args, db),
        Action::Label(args) => labels::label(args, db),
        Action::Revoke(args) => set(&args.which, Status::Revoked, "revoked", db),
        Action::Block(args) => set(&args.which, Status::Blocked, "blocked", db),
        Action::Unblock(args) => set(&args.which, Status::Valid, "valid again", db),
    }
}

fn set(which: &Which, status: Status, word: &str, db: &mut Db) -> Outcome {
    db.set_ticket_status(&which.event, &which.ticket, status, now())?;
    say::remark(&format!("ticket {} of {} is {word}", which.ticket, which.event));
    Ok(ExitCode::SUCCESS)
}

fn add(args: &Add, db: &mut Db) -> Outcome {
    let jwk = PrivateJwk::from_json(&db.signing_jwk(&args.event, KeyUse::Tickets)?)?;
    let kid = jwk.kid.as_deref().unwrap_or_default();
    let issued_at = now().seconds();
    let (mut rows, mut codes) = (Vec::new(), String::new());
    for _ in 0..args.count {
        let ticket = match args.ticket {
            Some(ticket) => ticket,
            None => TicketId::new(&random::bytes::<8>()?)?,
        };
        let claims = claims(args, ticket, issued_at);
        codes.push_str(&issue(&claims, kid, &jwk.key)?);
        codes.push('\n');
        rows.push(row(&claims));
    }
    // Codes first: a code without a row is refused at the gates, a row without a code is a guest without a ticket.
    match &args.codes {
        Some(path) => write(path, &codes)?,
        None => std::io::stdout().write_all(codes.as_bytes())?,
    }
    db.add_tickets(&args.event, &rows, now())?;
    if args.order.is_some() || args.name.is_some() {
        let labels: Vec<_> = rows.iter().map(|row| label(args, row.ticket)).collect();
        db.set_labels(&args.event, &labels)?;
    }
    say::remark(&format!("{} tickets added to {}", rows.len(), args.event));
    Ok(ExitCode::SUCCESS)
}

fn label(args: &Add, ticket: TicketId) -> Label {
    Label {
        ticket,
        order: args.order.clone(),
        name: args.name.clone(),
    }
}

fn claims(args: &Add, ticket: TicketId, issued_at: UnixSeconds) -> Claims {
    Claims {
        event: args.event.clone(),
        ticket_type: args.ticket_type.clone(),
        ticket,
        valid_from: args.from.map(UnixSeconds),
        valid_until: UnixSeconds(args.until),
        admits: args.admits,
        issued_at: Some(issued_at),
        holder: None,
    }
}

fn row(claims: &Claims) -> TicketRow {
    TicketRow {
        ticket: claims.ticket,
        ticket_type: claims.ticket_type.clone(),
        status: Status::Valid,
        admits: claims.admits,
        valid_from: claims.valid_from,
        valid_until: claims.valid_until,
        replaces: None,
    }
}

fn write(path: &Path, codes: &str) -> Result<(), String> {
    let written = OpenOptions::new()
        .write(true)
        // Codes are stored nowhere else: those of an earlier run stay.
        .create_new(true)
        .mode(0o600)
        .open(path);
    written
        .and_then(|mut file| file.write_all(codes.as_bytes()).and_then(|()| file.sync_all()))
        .map_err(|error| {
            format!(
                "cannot write the codes to {}: {error}; no ticket was added, choose a new file",
                path.display()
            )
        })
}
