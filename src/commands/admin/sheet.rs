//! `wicket admin event sheet`, `stage` and `copy`: what an event sells, and how far it is.

use std::path::PathBuf;
use std::process::ExitCode;

use super::super::{Outcome, random};
use super::event::{issuer, read};
use crate::commands::say::{self, say};
use crate::domain::ids::EventId;
use crate::domain::sale::sheet::{EventStage, Sheet as Document};
use crate::server::db::{Db, NewEvent, SheetWritten};

/// The kid of a copy's own key.
const KID: &str = "issuer-1";
/// Seconds of a day.
const DAY_S: i64 = 86_400;

/// Write what an event sells, or print it: dates, stocks, ticket types, prices, limits, refunds, and the rules that gates follow.
/// See assets/config/event.json.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Sheet {
    /// The event.
    event: EventId,
    /// The sheet, JSON; without one, the event's is printed.
    file: Option<PathBuf>,
}

/// Take an event on to another stage: draft, published, on-sale, closed or archived.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Stage {
    /// The event.
    event: EventId,
    /// The stage.
    #[arg(value_parser = named)]
    stage: EventStage,
}

/// Copy an event, so many days later: its dates, sales and entry windows move, and it is a draft with a key of its own.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Copy {
    /// The event.
    from: EventId,
    /// The copy's id.
    to: EventId,
    /// How many days later, or earlier where it is negative.
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    later: i64,
}

fn named(name: &str) -> Result<EventStage, String> {
    EventStage::named(name)
        .ok_or_else(|| "a stage is draft, published, on-sale, closed or archived".to_owned())
}

pub(in crate::commands) fn sheet(args: &Sheet, db: &mut Db) -> Outcome {
    let Some(file) = &args.file else {
        let found = db.on_sale(&args.event)?;
        let found = found.ok_or_else(|| format!("{} has no sheet yet: write one from a file", args.event))?;
        say!("{}", serde_json::to_string_pretty(&found.sheet)?);
        return Ok(ExitCode::SUCCESS);
    };
    let sheet = Document::from_json(&read(file)?, &args.event)?;
    written(db, &args.event, &sheet)?;
    Ok(ExitCode::SUCCESS)
}

pub(in crate::commands) fn stage(args: &Stage, db: &mut Db) -> Outcome {
    let stage = db.set_stage(&args.event, args.stage)??;
    say::remark(&format!("{} is {stage}", args.event));
    Ok(ExitCode::SUCCESS)
}

pub(in crate::commands) fn copy(args: &Copy, db: &mut Db) -> Outcome {
    let found = db.on_sale(&args.from)?;
    let found = found.ok_or_else(|| format!("{} has no sheet: there is nothing to copy", args.from))?;
    let sheet = found.sheet.copied(&args.to, args.later.saturating_mul(DAY_S));
    let rulebook = serde_json::to_string(&sheet.rulebook(&args.to, 0))?;
    db.add_event(&NewEvent {
        event: &args.to,
        log: random::bytes()?,
        rulebook: &rulebook,
        issuer: &issuer(None, KID)?,
    })?;
    written(db, &args.to, &sheet)?;
    Ok(ExitCode::SUCCESS)
}

fn written(
    db: &mut Db,
    event: &EventId,
    sheet: &Document,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    match db.put_sheet(event, sheet)? {
        SheetWritten::Version(version) => {
            say::remark(&format!("{event} has its sheet, version {version}"));
            Ok(())
        }
        SheetWritten::TooSmall { quota, taken } => Err(format!(
            "{taken} tickets of the stock {quota} are held or sold: it cannot be smaller; nothing was changed"
        )
        .into()),
        SheetWritten::Archived => Err(format!("{event} is archived: copy it instead").into()),
    }
}
