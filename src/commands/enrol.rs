//! `wicket enrol`: make this gate a device of an event.

use std::error::Error;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::say::{self, say};
use super::via::Via;
use super::{Outcome, config_file, random, sync};
use crate::device::clock::estimated;
use crate::device::stop_signal::on_stop_signal;
use crate::ledger::{Opening, SqliteLedger};
use crate::runner::{End, Feed, Hardware, Intake, Sight};
use crate::wire::enrol::{CODE_PREFIX, EnrolmentCode, Role, six_digit_check};

/// Characters read of a code on standard input: the longest code, and no endless pipe.
const STDIN_BYTES_MAX: u64 = 4096;

/// Enrol this gate with a one-time code from `wicket admin device add`.
///
/// Makes the gate's own key, checks that the server is the one that printed the code, and shows six digits to compare
/// with `wicket admin device list`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The code, `TKE1:…`, in quotes; - reads it from standard input.
    #[arg(
        allow_hyphen_values = true,
        required_unless_present = "config",
        conflicts_with = "config"
    )]
    code: Option<String>,
    /// Wait until the code is shown to this gate's own camera or scanner.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Ask the relay at this URL in the server's place, from now on and until `none` is given: it passes on what the server
    /// signed.
    #[arg(long, value_name = "URL|none")]
    via: Option<Via>,
    /// The gate's folder, made where it is missing.
    #[arg(long, value_name = "DIR", env = "WICKET_DATA", default_value = "gate-data")]
    data: PathBuf,
}

pub(super) fn run(args: &Args) -> Outcome {
    let code = EnrolmentCode::from_text(&given(args)?)?;
    let mut ledger = SqliteLedger::attach(&args.data, &Opening::default())?;
    if let Some(via) = &args.via {
        via.keep(&mut ledger)?;
    }
    let (enrolment, answer) = match crate::sync::enrol(&mut ledger, &code, &random::bytes()?, estimated) {
        Ok(enrolled) => enrolled,
        Err(error) => return sync::stopped(error),
    };
    say!(
        "enrolled: {} at gate {} of {}, with {}",
        enrolment.device,
        enrolment.gate,
        enrolment.event,
        enrolment.server
    );
    let relay = answer.role == Some(Role::Relay);
    say!("six digits: {}", six_digit_check(&answer.key));
    if answer.awaits_confirmation {
        say!(
            "the server waits for a person: wicket admin device confirm {} --event {} --check DIGITS",
            enrolment.device,
            enrolment.event
        );
    } else if relay {
        say!(
            "compare them with `wicket admin device list` on the server; next: wicket serve --upstream --data {}",
            args.data.display()
        );
    } else {
        say!("compare them with `wicket admin device list` on the server; next: wicket sync");
    }
    Ok(ExitCode::SUCCESS)
}

fn given(args: &Args) -> Result<String, Box<dyn Error + Send + Sync>> {
    match (&args.code, &args.config) {
        (Some(code), _) => Ok(text(code)?),
        (None, Some(config)) => shown(config),
        (None, None) => Err("give the code, or --config".into()),
    }
}

/// The first enrolment code that somebody shows to the gate.
fn shown(config: &Path) -> Result<String, Box<dyn Error + Send + Sync>> {
    let settings = config_file::read(config)?;
    let (feed, intake) = Feed::new();
    let stop = feed.clone();
    on_stop_signal(move || stop.stop())?;
    // Held until the code came: what it runs ends with it.
    let _hardware = Hardware::start(&settings, &feed, None, true)?;
    say::remark("wicket: show the enrolment code to this gate");
    for came in intake {
        match came {
            Intake::Seen(seen) => {
                if let Some(code) = code_in(seen.sight) {
                    return Ok(code);
                }
            }
            Intake::End(End::Failed(error)) => return Err(error.into()),
            Intake::End(End::Source | End::Asked) => break,
            _ => {}
        }
    }
    Err("no enrolment code was shown; print one with `wicket admin device add`".into())
}

/// The enrolment code in what a gate sees.
pub(super) fn code_in(sight: Sight) -> Option<String> {
    let texts = match sight {
        Sight::Codes(texts) => texts,
        Sight::Line(line) => line.into_iter().collect(),
    };
    texts
        .into_iter()
        .find(|text| text.trim().starts_with(CODE_PREFIX))
}

fn text(code: &str) -> Result<String, std::io::Error> {
    if code != "-" {
        return Ok(code.to_owned());
    }
    let mut text = String::new();
    std::io::stdin().take(STDIN_BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}
