//! `wicket enrol`: make this gate a device of an event.

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use super::say::say;
use super::via::Via;
use super::{Outcome, random, sync};
use crate::device::clock::estimated;
use crate::ledger::{Opening, SqliteLedger};
use crate::wire::enrol::{EnrolmentCode, Role, six_digit_check};

/// Characters read of a code on standard input: the longest code, and no endless pipe.
const STDIN_BYTES_MAX: u64 = 4096;

/// Enrol this gate with a one-time code from `wicket admin device add`.
///
/// Makes the gate's own key, checks that the server is the one that printed the code, and shows six digits to compare
/// with `wicket admin device list`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The code, `TKE1:…`, in quotes; - reads it from standard input.
    #[arg(allow_hyphen_values = true)]
    code: String,
    /// Ask the relay at this URL in the server's place, from now on and until `none` is given: it passes on what the server
    /// signed.
    #[arg(long, value_name = "URL|none")]
    via: Option<Via>,
    /// The gate's folder, made where it is missing.
    #[arg(long, value_name = "DIR", env = "WICKET_DATA", default_value = "gate-data")]
    data: PathBuf,
}

pub(super) fn run(args: &Args) -> Outcome {
    let code = EnrolmentCode::from_text(&text(&args.code)?)?;
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

fn text(code: &str) -> Result<String, std::io::Error> {
    if code != "-" {
        return Ok(code.to_owned());
    }
    let mut text = String::new();
    std::io::stdin().take(STDIN_BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}
