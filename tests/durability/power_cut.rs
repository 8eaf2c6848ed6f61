//! The power is cut at any moment, and the ledger is opened on what the disk may hold then.

use wicket::ledger::Synchronous;

use super::gate::{DATABASE, Scene};
use super::world::{Loss, Trouble};
use super::{replayed, seeds};
use wicket::sim::chance::Chance;
use wicket::sim::disk::PowerDisk;
use wicket::sim::disk::Promise;

/// Cuts of one run: each comes on top of what the one before left.
const CUTS: u64 = 3;
/// Steps at the most between two cuts.
const STEPS_MAX: u64 = 300;
/// Different images of one cut.
const IMAGES: u64 = 2;

/// What the disk does, and how the ledger is opened on it.
#[derive(Debug, Clone, Copy)]
struct Setting {
    promise: Promise,
    synchronous: Synchronous,
    drops_syncs: bool,
}

const SOUND: Setting = Setting {
    promise: Promise::PowersafeOverwrite,
    synchronous: Synchronous::Full,
    drops_syncs: false,
};

/// How much a run went through.
#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
struct Tally {
    facts: u64,
    changes: u64,
    /// Cuts while the database itself was being written: its creation, or a checkpoint.
    in_database: u64,
}

/// Works, is cut off, and looks, several times over; an error is what was lost.
fn run(setting: Setting, seed: u64) -> Result<Tally, Loss> {
    let folder = tempfile::tempdir().unwrap();
    let mut scene = Scene::new(folder.path(), setting.synchronous, seed);
    let mut chance = Chance::new(!seed);
    let mut disk = PowerDisk::new(setting.promise, seed);
    let mut tally = Tally::default();
    for _ in 0..CUTS {
        if setting.drops_syncs {
            disk.disk().drop_syncs();
        }
        plan_cut(&disk, &mut chance);
        work(&mut scene, &disk, seed)?;
        tally.changes += disk.disk().changes();
        tally.in_database += u64::from(disk.disk().was_cut_in(DATABASE));
        for _ in 1..IMAGES {
            let world = scene.world.clone();
            scene.look(&disk.after_cut(&mut chance))?;
            scene.world = world;
        }
        disk = disk.after_cut(&mut chance);
        scene.look(&disk)?;
    }
    tally.facts = scene.world.facts.len() as u64;
    Ok(tally)
}

/// Anywhere, or early, in the midst of the tables' creation, or while the database itself is written.
fn plan_cut(disk: &PowerDisk, chance: &mut Chance) {
    let mut disk = disk.disk();
    match chance.below(4) {
        0 => disk.cut_after(chance.below(60)),
        1 => disk.cut_after_in(DATABASE, chance.below(80)),
        _ => disk.cut_after(chance.below(1500)),
    }
}

fn work(scene: &mut Scene<'_>, disk: &PowerDisk, seed: u64) -> Result<(), Loss> {
    let outcome = scene
        .start(disk)
        .and_then(|mut gate| (0..STEPS_MAX).try_for_each(|_| gate.step()));
    let mut disk = disk.disk();
    match outcome {
        Err(Trouble::Lost(loss)) => return Err(loss),
        Err(Trouble::Told(error)) => {
            assert!(
                !disk.is_powered(),
                "WICKET_SEED={seed}: with the power on: {error:?}"
            );
        }
        Ok(()) => disk.cut_now(),
    }
    Ok(())
}

fn survives_every_cut(setting: Setting) {
    let mut total = Tally::default();
    for seed in seeds(200, 3_000) {
        let tally =
            run(setting, seed).unwrap_or_else(|loss| panic!("WICKET_SEED={seed} {setting:?}: {loss}"));
        total.facts += tally.facts;
        total.changes += tally.changes;
        total.in_database += tally.in_database;
    }
    println!("{setting:?}: {total:?}");
    let runs = seeds(200, 3_000).count() as u64;
    assert!(
        replayed() || total.facts > 50 * runs,
        "the gate did too little: {total:?}"
    );
    assert!(
        replayed() || total.in_database * 4 > runs,
        "too few cuts in the database: {total:?}"
    );
}

/// How many runs of so many lose something that was promised.
fn losses(setting: Setting, runs: u64) -> usize {
    let losses: Vec<_> = (0..runs).filter_map(|seed| run(setting, seed).err()).collect();
    println!(
        "{setting:?}: {} of {runs} runs lose something, as: {:?}",
        losses.len(),
        losses.first()
    );
    losses.len()
}

#[test]
fn what_was_promised_survives_every_power_cut() {
    survives_every_cut(SOUND);
}

#[test]
fn it_survives_on_a_disk_that_promises_nothing_of_the_sector_being_written() {
    survives_every_cut(Setting {
        promise: Promise::Nothing,
        ..SOUND
    });
}

#[test]
fn the_same_cuts_find_the_loss_with_synchronous_normal() {
    assert!(
        losses(
            Setting {
                synchronous: Synchronous::Normal,
                ..SOUND
            },
            20
        ) >= 10
    );
}

#[test]
fn the_same_cuts_find_the_loss_on_a_disk_that_drops_syncs() {
    assert!(
        losses(
            Setting {
                drops_syncs: true,
                ..SOUND
            },
            20
        ) >= 10
    );
}

#[test]
fn the_same_seed_makes_the_same_run() {
    for seed in 0..5 {
        assert_eq!(run(SOUND, seed), run(SOUND, seed));
    }
    assert_ne!(run(SOUND, 0), run(SOUND, 1));
}
