//! `wicket sync`: the event's log down, the check-ins up, now.

use std::error::Error;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use super::neighbours::Neighbourhood;
use super::random::{self, NoRandomness};
use super::say::{self, say};
use super::via::Via;
use super::{Outcome, bar, companion, with_causes};
use crate::device::clock::{boot, estimated};
use crate::ledger::{Opening, SqliteLedger};
use crate::runner::vitals;
use crate::sync::{Givens, Patience, REQUEST_TIMEOUT, Summary, SyncError, Tell, beat, silent, sync};

/// The most attempts that make sense before a person looks at the network.
const ATTEMPTS_MAX: i64 = 20;
/// Seconds for one request, at the least and at the most: below, no mobile link answers; above, nobody waits.
const TIMEOUT_S: RangeInclusive<f64> = 0.1..=3_600.0;
/// Exit status where the server refused, lied or was not there: the gate itself is well.
const SERVER_SAID_NO: u8 = 1;

/// Sync now: tickets and rules down, check-ins up. A scan may run beside it.
///
/// Exit status 0: done. 1: the server cannot be reached, is not the one that this gate trusts, or refused something;
/// nothing is lost. 2: wrong use, or this gate's own store failed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The gate's folder.
    #[arg(long, value_name = "DIR", env = "WICKET_DATA", default_value = "gate-data")]
    data: PathBuf,
    /// Ask the relay at this URL in the server's place, from now on and until `none` is given: it passes on what the server
    /// signed.
    #[arg(long, value_name = "URL|none")]
    via: Option<Via>,
    /// How often to ask a server that cannot be reached, with growing waits in between.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=ATTEMPTS_MAX))]
    attempts: u32,
    /// Stay in touch: follow the server's news and send each check-in as it is recorded, until told to stop. `wicket scan`
    /// does so by itself.
    #[arg(long, conflicts_with = "attempts")]
    watch: bool,
    #[command(flatten)]
    neighbourhood: Neighbourhood,
    /// After how long without its whole answer a request is given up, such as 300 for a very slow link.
    #[arg(long, value_name = "SECONDS", conflicts_with = "watch", default_value_t = REQUEST_TIMEOUT.as_secs_f64(), value_parser = seconds)]
    timeout: f64,
}

pub(super) fn run(args: &Args) -> Outcome {
    if let Some(via) = &args.via {
        via.keep_in(&args.data)?;
    }
    if args.watch {
        return companion::watch(&args.data, &args.neighbourhood);
    }
    if args.neighbourhood.is_given() {
        return Err(
            "neighbours are talked to for as long as the gate stays in touch: give --watch too".into(),
        );
    }
    let mut ledger = SqliteLedger::attach(&args.data, &Opening::default())?;
    let patience = Patience {
        attempts: args.attempts,
        timeout: Duration::from_secs_f64(args.timeout),
    };
    let synced = sync(&mut ledger, &givens(bar::show)?, &patience);
    bar::clear();
    match synced {
        Ok(summary) => {
            tell_health(args, &mut ledger, patience.timeout)?;
            told(&summary)
        }
        Err(error) => {
            let advice = advice(&error);
            let outcome = stopped(error);
            advice.into_iter().for_each(say::remark);
            outcome
        }
    }
}

/// One sync of the gate in this folder, in a thread of its own: what came of it is told on standard error.
pub(super) fn beside(folder: PathBuf) {
    let body = move || {
        let told = match one(&folder) {
            Ok(Summary { down, up, .. }) => format!(
                "synced: {} changes of tickets taken, {} check-ins sent, {} still wait",
                down.tickets, up.facts, up.waiting
            ),
            Err(error) => format!("the sync did not come through: {}", with_causes(error.as_ref())),
        };
        say::remark(&format!("wicket: {told}"));
    };
    if let Err(error) = thread::Builder::new().name("sync".to_owned()).spawn(body) {
        say::remark(&format!("wicket: no sync could be started: {error}"));
    }
}

/// One sync of the gate in this folder, over a connection of its own.
pub(super) fn one(folder: &Path) -> Result<Summary, Box<dyn Error + Send + Sync>> {
    let mut ledger = SqliteLedger::attach(folder, &Opening::default())?;
    let patience = Patience {
        attempts: 1,
        timeout: REQUEST_TIMEOUT,
    };
    Ok(sync(&mut ledger, &givens(silent)?, &patience)?)
}

fn givens(tell: Tell) -> Result<Givens<'static>, NoRandomness> {
    Ok(Givens {
        boot: &boot,
        clock: estimated,
        epoch: random::bytes()?,
        nonce: random::bytes()?,
        jitter: u64::from_be_bytes(random::bytes()?),
        tell,
    })
}

/// The sync is done whether or not the server hears how this gate is.
fn tell_health(
    args: &Args,
    ledger: &mut SqliteLedger,
    timeout: Duration,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let vitals = vitals(&args.data, ledger)?;
    if let Err(error) = beat(ledger, &vitals, estimated, random::bytes()?, timeout) {
        say::remark(&format!(
            "wicket: the server was not told how this gate is: {}",
            with_causes(&error)
        ));
        advice(&error).into_iter().for_each(say::remark);
    }
    Ok(())
}

/// What to do where the server refuses: its own words say no more than why.
fn advice(error: &SyncError) -> Option<&'static str> {
    matches!(error, SyncError::Refused(_)).then_some(
        "wicket: nothing is lost: every check-in waits here. Run `wicket sync` again; if the server refuses again, tell \
         the organiser",
    )
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok().filter(|seconds| TIMEOUT_S.contains(seconds));
    seconds.ok_or_else(|| format!("seconds from {} to {}", TIMEOUT_S.start(), TIMEOUT_S.end()))
}

/// What stopped it, and whose fault it was.
pub(super) fn stopped(error: SyncError) -> Outcome {
    if !error.is_the_servers() {
        return Err(error.into());
    }
    say::remark(&format!("wicket: {}", with_causes(&error)));
    Ok(ExitCode::from(SERVER_SAID_NO))
}

fn told(summary: &Summary) -> Outcome {
    let Summary { down, up, .. } = summary;
    if down.anew {
        say!("the server's log was begun anew: the list was taken whole");
    }
    say!(
        "down: {} pages, {} tickets, {} segments of check-ins",
        down.pages,
        down.tickets,
        down.segments
    );
    say!(
        "up: {} check-ins in {} requests, {} still wait",
        up.facts,
        up.requests,
        up.waiting
    );
    match &summary.sighting {
        Some(sighting) => say!("clock: within {} ms of the server's", sighting.half_width_ms),
        None => say!("clock: the relay cannot ask the server now, so it goes on as it was"),
    }
    say!("took: {} ms", summary.took_ms);
    if up.taken > 0 {
        say!("from gates beside this one: {} segments of check-ins", up.taken);
    }
    if let Some(old_s) = down.old_s {
        say::remark(&format!(
            "wicket: the relay's list is {} minutes old: it has not reached the server since, or holds news back",
            old_s / 60
        ));
    }
    for reason in &up.reasons {
        say::remark(&format!("wicket: the server refused {reason}"));
    }
    if up.refused == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    say::remark(&format!(
        "wicket: {} segments were refused; they stay here and the server set them aside: tell the organiser",
        up.refused
    ));
    Ok(ExitCode::from(SERVER_SAID_NO))
}
