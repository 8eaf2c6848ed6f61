//! The product broken on purpose: each break is found within so many seeds, by a check that is named.

use wicket::sim::{Break, first_failure};

/// Seeds within which a break must be found: a hundredth of what `make test` runs.
const SEEDS: u64 = 10;
/// The same where it takes an outage at one moment: between two commits that should be one.
const SEEDS_OF_A_MOMENT: u64 = 80;
/// The same where a stranger's stick must come to a gate: some runs have no sticks.
const SEEDS_OF_A_STICK: u64 = 20;

fn is_found(broken: Break, seeds: u64, by: &[&str]) {
    let found = first_failure(0..seeds, Some(broken));
    let found = found.unwrap_or_else(|| panic!("{broken:?} is not found within {seeds} seeds"));
    println!(
        "{broken:?}: seed {}, by {}",
        found.plan.seed, found.violation.check
    );
    assert!(
        by.contains(&found.violation.check),
        "{broken:?}: {}",
        found.violation
    );
}

#[test]
fn a_gate_without_fsync_is_found() {
    is_found(
        Break::NoFsync,
        SEEDS,
        &["exactly-once", "rules", "acknowledged", "store", "floor"],
    );
}

#[test]
fn a_server_without_fsync_is_found() {
    is_found(Break::ServerNoFsync, SEEDS, &["organiser", "acknowledged"]);
}

#[test]
fn an_acknowledgement_before_the_commit_is_found() {
    is_found(Break::AckBeforeCommit, SEEDS, &["acknowledged", "organiser"]);
}

#[test]
fn a_cursor_before_its_page_is_found() {
    is_found(
        Break::CursorFirst,
        SEEDS_OF_A_MOMENT,
        &["cursor", "list", "converged"],
    );
}

#[test]
fn facts_that_are_kept_twice_are_found() {
    is_found(Break::DedupeDropped, SEEDS, &["converged", "rules"]);
}

#[test]
fn a_clock_that_is_believed_while_nobody_confirmed_it_is_found() {
    is_found(Break::ClockTrusted, SEEDS, &["time", "hours", "rules"]);
}

#[test]
fn a_stick_that_is_taken_whoever_signed_it_is_found() {
    is_found(Break::UnsignedStick, SEEDS_OF_A_STICK, &["bundle"]);
}

/// A plan that was cut down still fails the same check.
#[test]
fn a_failure_is_cut_down_to_the_steps_that_it_takes() {
    let broken = Some(Break::DedupeDropped);
    let found = first_failure(0..SEEDS, broken).unwrap();
    let (check, steps) = (found.violation.check, found.plan.steps.len());
    let short = found.shrunk(broken);
    assert_eq!(short.violation.check, check);
    assert!(short.plan.steps.len() <= 6 && steps >= 100, "{:?}", short.plan);
}
