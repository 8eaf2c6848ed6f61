//! A disk that is full, or that fails now and then: what the ledger says of it is true, and it goes on afterwards.

use wicket::ledger::{LedgerError, Synchronous};

use super::gate::{Gate, Scene};
use super::world::{Loss, Trouble};
use super::{replayed, seeds};
use wicket::sim::chance::Chance;
use wicket::sim::disk::PowerDisk;
use wicket::sim::disk::{Fault, Promise};

/// Steps before the fault, and while it lasts.
const STEPS: u64 = 120;

/// What happened in one run.
#[derive(Debug, Default)]
struct Tally {
    /// Calls of the disk's that failed.
    failures: u64,
    /// Steps that told so.
    told: u64,
}

/// Works, works on with the fault, and works once it is over; the power is cut at any moment after it began. Then
/// looks.
fn run(
    promise: Promise,
    seed: u64,
    begin: impl Fn(&PowerDisk, &mut Gate<'_, '_>, &mut Chance),
    is_expected: impl Fn(&LedgerError) -> bool,
) -> Result<Tally, Loss> {
    let folder = tempfile::tempdir().unwrap();
    let mut scene = Scene::new(folder.path(), Synchronous::Full, seed);
    let mut chance = Chance::new(!seed);
    let disk = PowerDisk::new(promise, seed);
    let mut tally = Tally::default();
    let mut gate = scene.start(&disk).map_err(|trouble| format!("{trouble:?}"))?;
    goes_on(&mut gate, chance.below(STEPS))?;
    begin(&disk, &mut gate, &mut chance);
    // Half of the cuts come soon after the gate was told: before a checkpoint covers up what was lost.
    let longest = *chance.pick(&[6, STEPS]);
    let mut once_told = 0..chance.below(longest);
    for _ in 0..STEPS {
        match gate.step() {
            Ok(()) => {}
            Err(Trouble::Told(error)) if is_expected(&error) => tally.told += 1,
            Err(trouble) => return Err(format!("{trouble:?}")),
        }
        if tally.told > 0 && once_told.next().is_none() {
            break;
        }
    }
    tally.failures = disk.disk().failures();
    if once_told.next().is_some() || chance.eighths(4) {
        disk.disk().set_capacity(None);
        disk.disk().fail(Fault::Sync, 0, 0);
        goes_on(&mut gate, chance.below(STEPS))?;
        gate.compare().map_err(|loss| format!("while it runs: {loss}"))?;
    }
    disk.disk().cut_now();
    drop(gate);
    scene
        .look(&disk.after_cut(&mut chance))
        .map_err(|loss| format!("after a cut: {loss}"))?;
    Ok(tally)
}

fn goes_on(gate: &mut Gate<'_, '_>, steps: u64) -> Result<(), Loss> {
    let outcome = (0..steps).try_for_each(|_| gate.step());
    outcome.map_err(|error| format!("without a fault: {error:?}"))
}

/// Runs many seeds; in each the disk fails, and in most the gate is told.
fn loses_nothing(
    promise: Promise,
    begin: impl Fn(&PowerDisk, &mut Gate<'_, '_>, &mut Chance),
    is_expected: impl Fn(&LedgerError) -> bool,
) {
    let mut total = Tally::default();
    for seed in seeds(100, 1_000) {
        let run = run(promise, seed, &begin, &is_expected);
        let tally = run.unwrap_or_else(|loss| panic!("WICKET_SEED={seed} {promise:?}: {loss}"));
        total.failures += tally.failures;
        total.told += tally.told;
    }
    println!("{promise:?}: {total:?}");
    let runs = seeds(100, 1_000).count() as u64;
    assert!(
        replayed() || total.told > runs,
        "too little went wrong: {total:?}"
    );
}

fn is_disk_error(error: &LedgerError) -> bool {
    matches!(error, LedgerError::Disk(_))
}

#[test]
fn a_full_disk_is_told_loses_nothing_and_is_used_again_when_there_is_room() {
    let fill = |disk: &PowerDisk, _: &mut Gate<'_, '_>, chance: &mut Chance| {
        let mut disk = disk.disk();
        let room = usize::try_from(chance.below(100_000)).unwrap();
        let used = disk.used_bytes();
        disk.set_capacity(Some(used + room));
    };
    loses_nothing(Promise::PowersafeOverwrite, fill, |error| {
        matches!(error, LedgerError::Full(_))
    });
}

#[test]
fn after_failed_writes_no_promise_is_broken() {
    let fail = |disk: &PowerDisk, _: &mut Gate<'_, '_>, chance: &mut Chance| {
        disk.disk()
            .fail(Fault::Write, chance.below(200), 1 + chance.below(20));
    };
    for promise in [Promise::PowersafeOverwrite, Promise::Nothing] {
        loses_nothing(promise, fail, is_disk_error);
    }
}

/// Some syncs in a row fail, and the gate runs on. A gate that starts again on the same computer reads from the cache
/// the commit whose sync failed, and takes it for durable; only a start of the computer shows what the disk holds.
fn failing_syncs(disk: &PowerDisk, gate: &mut Gate<'_, '_>, chance: &mut Chance) {
    gate.stay_up();
    disk.disk()
        .fail(Fault::Sync, chance.below(100), 1 + chance.below(10));
}

#[test]
fn after_failed_syncs_no_later_promise_is_a_lie() {
    loses_nothing(Promise::PowersafeOverwrite, failing_syncs, is_disk_error);
}

/// On a disk of which SQLite does not know that it keeps the neighbours of bytes being written, it pads each commit with a
/// copy of its last page, whose end is written after the sync and left to the next one. Where that one fails, the
/// log has a hole that nothing fills, and what is committed behind it is lost. So the ledger must not be opened with `psow=0`.
#[test]
fn the_same_failures_find_the_lie_where_sqlite_pads_its_log() {
    let run = |seed| run(Promise::Nothing, seed, failing_syncs, is_disk_error);
    let lies: Vec<_> = (0..100).filter_map(|seed| run(seed).err()).collect();
    println!("{} of 100 runs find a lie, as: {:?}", lies.len(), lies.first());
    assert!(lies.len() >= 3);
}
