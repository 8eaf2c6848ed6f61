//! `wicket admin conflict`: tickets that were admitted where they should not have been.

mod export;
mod words;

use std::io::Write;
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};

use super::super::Outcome;
use crate::commands::say::{self, say};
use crate::domain::conflict::CaseState;
use crate::domain::ids::{EventId, GateId, TicketId};
use crate::server::db::{Case, CaseFilter, Db, DbError};
use crate::server::now;

/// Who resolves a case here: whoever may use the server's folder.
const ADMIN: &str = "admin";

/// Look at conflicts: tickets admitted twice by gates that were apart, after they were withdrawn, or never issued.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    List(List),
    Show(Show),
    Resolve(Resolve),
    Export(Export),
}

/// List cases, one a line.
#[derive(Debug, clap::Args)]
pub(super) struct List {
    #[command(flatten)]
    which: Which,
    /// Those that stand so.
    #[arg(long, value_enum, default_value_t = Standing::Open)]
    state: Standing,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

/// Show one case with all that is known of it.
#[derive(Debug, clap::Args)]
pub(super) struct Show {
    /// The case: its ticket's id in hexadecimal.
    case: TicketId,
    /// The event; without it, the one that has such a case.
    #[arg(long)]
    event: Option<EventId>,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

/// Say that somebody has looked at a case, and what came of it. It opens again if more comes to light.
#[derive(Debug, clap::Args)]
pub(super) struct Resolve {
    /// The case: its ticket's id in hexadecimal.
    case: TicketId,
    /// The event; without it, the one that has such a case.
    #[arg(long)]
    event: Option<EventId>,
    /// What was found out, in a sentence or two.
    #[arg(long, value_name = "TEXT")]
    note: String,
}

/// Write cases to standard output, for other programs.
#[derive(Debug, clap::Args)]
pub(super) struct Export {
    #[command(flatten)]
    which: Which,
    /// Those that stand so.
    #[arg(long, value_enum, default_value_t = Standing::All)]
    state: Standing,
    /// JSON is one array; CSV has a line for each admission that was found.
    #[arg(long, value_enum)]
    format: Format,
}

#[derive(Debug, clap::Args)]
struct Which {
    /// The event; without it, all.
    #[arg(long)]
    event: Option<EventId>,
    /// Those with a check-in at this gate.
    #[arg(long)]
    gate: Option<GateId>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Standing {
    Open,
    Resolved,
    Withdrawn,
    All,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Json,
    Csv,
}

pub(super) fn run(action: &Action, db: &mut Db) -> Outcome {
    match action {
        Action::List(args) => list(args, db)?,
        Action::Show(args) => show(args, db)?,
        Action::Resolve(args) => resolve(args, db)?,
        Action::Export(args) => export(args, db)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn list(args: &List, db: &mut Db) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let cases = args.which.cases(args.state, db)?;
    for case in &cases {
        if args.json {
            say!("{}", serde_json::to_string(case)?);
        } else {
            say!("{}", words::line(case));
        }
    }
    if cases.is_empty() && !args.json {
        say::remark("no such cases");
    }
    Ok(())
}

fn show(args: &Show, db: &mut Db) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let case = found(db, args.event.as_ref(), &args.case)?;
    if args.json {
        say!("{}", serde_json::to_string(&case)?);
    } else {
        for line in words::lines(&case) {
            say!("{line}");
        }
    }
    Ok(())
}

fn resolve(args: &Resolve, db: &mut Db) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let Case { event, case, .. } = found(db, args.event.as_ref(), &args.case)?;
    db.resolve_case(&event, &case, &args.note, ADMIN, now())?;
    say::remark(&format!("the case of {case} at {event} is resolved"));
    Ok(())
}

fn export(args: &Export, db: &mut Db) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let cases = args.which.cases(args.state, db)?;
    let mut out = std::io::stdout().lock();
    match args.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &cases)?;
            writeln!(out)?;
        }
        Format::Csv => out.write_all(export::csv(&cases).as_bytes())?,
    }
    Ok(())
}

/// The one case of a ticket.
fn found(db: &mut Db, event: Option<&EventId>, ticket: &TicketId) -> Result<Case, DbError> {
    let mut cases = Vec::new();
    for event in events(db, event)? {
        cases.extend(db.case(&event, ticket)?);
    }
    match (cases.pop(), cases.is_empty()) {
        (Some(case), true) => Ok(case),
        (Some(_), false) => Err(DbError::Refused(format!(
            "several events have a case of {ticket}: say which with --event"
        ))),
        (None, _) => Err(DbError::Refused(format!(
            "there is no case of {ticket}: see `wicket admin conflict list --state all`"
        ))),
    }
}

fn events(db: &mut Db, event: Option<&EventId>) -> Result<Vec<EventId>, DbError> {
    match event {
        Some(event) => Ok(vec![event.clone()]),
        None => db.events(),
    }
}

impl Which {
    fn cases(&self, state: Standing, db: &mut Db) -> Result<Vec<Case>, DbError> {
        let filter = CaseFilter {
            state: state.into(),
            gate: self.gate.clone(),
            after: None,
            limit: usize::MAX,
        };
        let mut cases = Vec::new();
        for event in events(db, self.event.as_ref())? {
            cases.extend(db.cases(&event, &filter)?);
        }
        Ok(cases)
    }
}

impl From<Standing> for Option<CaseState> {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Open => Some(CaseState::Open),
            Standing::Resolved => Some(CaseState::Resolved),
            Standing::Withdrawn => Some(CaseState::Withdrawn),
            Standing::All => None,
        }
    }
}
