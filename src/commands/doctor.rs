//! `wicket doctor`: what is wrong with this gate, and how to mend it.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use super::{Outcome, config_file, random, say, with_causes};
use crate::commands::say::say;
use crate::config::Settings;
use crate::device::clock::estimated;
use crate::domain::health::{Finding, Fitness, Part, Vitals};
use crate::ledger::Ledger;
use crate::runner::doctor::{Examination, Patient, examine};
use crate::sync::beat;

/// For a server that does not answer: the other parts wait no longer for it.
const SERVER_PATIENCE: Duration = Duration::from_secs(5);
/// Where a gate's folder is, unless told.
const DATA_DEFAULT: &str = "gate-data";

/// Examine this gate: disk, store, keys, list, clock, server; with --config also camera, scanners, relay and sound. Says what
/// to mend.
///
/// Changes nothing, and may run beside the gate, which then holds its camera and lines itself.
///
/// Exit status 0: the gate can work, though something may be worth a look. 1: something must be mended. 2: wrong use.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The gate's settings.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The gate's folder [default: as the settings name it, else gate-data].
    #[arg(long, value_name = "DIR", env = "WICKET_DATA")]
    data: Option<PathBuf>,
    /// Write a picture of the camera's there.
    #[arg(long, value_name = "FILE.png", requires = "config")]
    picture: Option<PathBuf>,
    /// One JSON array: of each part its name, fitness (well, absent, poor, broken), what was found, and what to mend.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Outcome {
    let settings = args.config.as_deref().map(settings).transpose();
    let (settings, damaged) = match settings {
        Ok(settings) => (settings, None),
        Err(finding) => (None, Some(finding)),
    };
    let named = settings.as_ref().map(|settings| settings.gate.data.as_path());
    let folder = args.data.as_deref().or(named).unwrap_or(Path::new(DATA_DEFAULT));
    let Examination { mut findings, photo } = examine(&Patient {
        folder,
        settings: settings.as_ref(),
        contact: &contact,
        held: None,
    });
    if let Some(damaged) = damaged {
        findings.retain(|finding| finding.part != Part::Config);
        findings.insert(0, damaged);
    }
    if let (Some(path), Some(photo)) = (&args.picture, &photo) {
        fs::write(path, &photo.0)?;
        say::remark(&format!("wicket: what the camera saw is in {}", path.display()));
    }
    if args.json {
        say!("{}", serde_json::to_string(&findings)?);
    } else {
        print(&findings)?;
    }
    let broken = findings.iter().any(|finding| finding.fitness == Fitness::Broken);
    Ok(ExitCode::from(u8::from(broken)))
}

/// Tells the server how this gate is.
pub(super) fn contact(ledger: &mut dyn Ledger, vitals: &Vitals) -> Result<(), Box<dyn Error + Send + Sync>> {
    Ok(beat(
        ledger,
        vitals,
        estimated,
        random::bytes()?,
        SERVER_PATIENCE,
    )?)
}

fn settings(path: &Path) -> Result<Settings, Finding> {
    config_file::read(path).map_err(|error| {
        Finding::broken(
            Part::Config,
            with_causes(&error),
            "mend the file; assets/config/gate.toml is an example of all there is",
        )
    })
}

fn print(findings: &[Finding]) -> std::io::Result<()> {
    for Finding {
        part,
        fitness,
        found,
        mend,
    } in findings
    {
        say!(
            "{:<8} {:<9} {found}",
            word(*fitness),
            format!("{part:?}").to_lowercase()
        );
        if let Some(mend) = mend {
            say!("{:<18} -> {mend}", "");
        }
    }
    Ok(())
}

fn word(fitness: Fitness) -> &'static str {
    match fitness {
        Fitness::Well => "ok",
        Fitness::Absent => "none",
        Fitness::Poor => "look",
        Fitness::Broken => "MEND",
    }
}
