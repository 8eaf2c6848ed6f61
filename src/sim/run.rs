//! A run from its plan to its end, and the shortest plan that still fails.

use super::breaks::Break;
use super::checks::Violation;
use super::plan::{Plan, Step};
use super::tally::Tally;
use super::world::World;

/// Runs for one failure at the most, in search of a shorter one.
const TRIES_MAX: usize = 300;

/// A run that found something.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What was done.
    pub plan: Plan,
    /// What was found.
    pub violation: Violation,
}

/// Runs a plan: every check after every step, and all of them once everything has healed.
///
/// # Errors
/// What does not hold.
pub fn run(plan: &Plan, broken: Option<Break>) -> Result<Tally, Violation> {
    let mut world = World::new(plan, broken, false);
    through(plan, &mut world)?;
    Ok(world.tally())
}

/// Runs a plan and tells what happens, a line a step.
pub fn traced(plan: &Plan, broken: Option<Break>) -> (Result<Tally, Violation>, Vec<String>) {
    let mut world = World::new(plan, broken, true);
    let outcome = through(plan, &mut world).map(|()| world.tally());
    (outcome, world.into_trace())
}

/// The first seed of these whose run finds something.
#[must_use]
pub fn first_failure(seeds: impl IntoIterator<Item = u64>, broken: Option<Break>) -> Option<Failure> {
    seeds.into_iter().find_map(|seed| {
        let plan = Plan::from_seed(seed);
        let violation = run(&plan, broken).err()?;
        Some(Failure { plan, violation })
    })
}

impl Failure {
    /// The same check's failure with as few steps as could be found: ever smaller parts are left out while it still fails.
    #[must_use]
    pub fn shrunk(self, broken: Option<Break>) -> Self {
        let mut best = self;
        let mut tries = 0;
        let mut size = best.plan.steps.len() / 2;
        while size > 0 {
            let mut from = 0;
            while from < best.plan.steps.len() && tries < TRIES_MAX {
                tries += 1;
                match without(&best, from, size, broken) {
                    Some(shorter) => best = shorter,
                    None => from += size,
                }
            }
            size /= 2;
        }
        best
    }
}

fn without(failure: &Failure, from: usize, size: usize, broken: Option<Break>) -> Option<Failure> {
    let kept = |(at, step): (usize, &Step)| (!(from..from + size).contains(&at)).then_some(*step);
    let steps = failure.plan.steps.iter().enumerate().filter_map(kept).collect();
    let plan = Plan {
        steps,
        ..failure.plan.clone()
    };
    let violation = run(&plan, broken).err()?;
    (violation.check == failure.violation.check).then_some(Failure { plan, violation })
}

fn through(plan: &Plan, world: &mut World) -> Result<(), Violation> {
    for step in &plan.steps {
        world.step(*step)?;
    }
    world.heal()
}
