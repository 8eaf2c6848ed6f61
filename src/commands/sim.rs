//! `wicket sim`: a venue through all kinds of trouble, from a seed.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use super::Outcome;
use super::say::{self, say};
use crate::sim::{Break, Failure, Plan, Tally, run, traced};

/// Exit status where a run found something.
const FOUND: u8 = 1;
/// Seeds between two lines of progress.
const PROGRESS: u64 = 1_000;

/// Simulate gates, a server and the network between them, and all that can go wrong, from a seed.
///
/// The code that runs is the real one; disks, clocks and the network are simulated. A run that finds something is
/// printed with its steps, cut down to those that it takes. Exit status 0: all is well. 1: something was found. 2: wrong
/// use.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How many runs.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    seeds: u64,
    /// The seed of the first.
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    from: u64,
    /// Run one plan that was printed before, instead of seeds.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seeds", "from"])]
    plan: Option<PathBuf>,
    /// Break the product so, to see what finds it.
    #[arg(long, value_enum)]
    broken: Option<Break>,
    /// Print what happens, a line a step.
    #[arg(long)]
    trace: bool,
}

pub(super) fn run_command(args: &Args) -> Outcome {
    let found = match &args.plan {
        Some(path) => one(args, serde_json::from_str(&std::fs::read_to_string(path)?)?)?.err(),
        None => search(args)?,
    };
    match found {
        None => Ok(ExitCode::SUCCESS),
        Some(failure) => {
            tell(args, failure)?;
            Ok(ExitCode::from(FOUND))
        }
    }
}

fn search(args: &Args) -> Result<Option<Failure>, Box<dyn Error + Send + Sync>> {
    let end = args.from.saturating_add(args.seeds);
    let mut tally = Tally::default();
    for seed in args.from..end {
        match one(args, Plan::from_seed(seed))? {
            Ok(counts) => tally += counts,
            Err(found) => return Ok(Some(found)),
        }
        let done = seed + 1 - args.from;
        if done.is_multiple_of(PROGRESS) {
            say::remark(&format!("{done} of {} seeds are well", args.seeds));
        }
    }
    say!("{} seeds from {} are well: {tally:?}", args.seeds, args.from);
    Ok(None)
}

fn one(args: &Args, plan: Plan) -> Result<Result<Tally, Failure>, Box<dyn Error + Send + Sync>> {
    let outcome = if args.trace {
        let (outcome, trace) = traced(&plan, args.broken);
        for line in trace {
            say!("{line}");
        }
        outcome
    } else {
        run(&plan, args.broken)
    };
    Ok(outcome.map_err(|violation| Failure { plan, violation }))
}

fn tell(args: &Args, failure: Failure) -> Result<(), Box<dyn Error + Send + Sync>> {
    say!("seed {}: {}", failure.plan.seed, failure.violation);
    say::remark("looking for a shorter plan that fails the same check");
    let short = failure.shrunk(args.broken);
    let (_, trace) = traced(&short.plan, args.broken);
    for line in trace {
        say!("{line}");
    }
    say!("{}", short.violation);
    say!("{}", serde_json::to_string(&short.plan)?);
    Ok(())
}
