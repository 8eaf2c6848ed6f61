//! A thousand seeds, in parts that run beside each other. `make sim SEEDS=n` runs more.

use std::ops::Range;

use wicket::sim::{Failure, Plan, Tally, run, traced};

/// Seeds of one part.
const PART: u64 = 125;

/// Runs a part; a failure is told with a plan that is as short as could be found, to be kept beside this file.
fn all_are_well(seeds: Range<u64>) {
    let mut tally = Tally::default();
    for seed in seeds.clone() {
        let plan = Plan::from_seed(seed);
        match run(&plan, None) {
            Ok(counts) => tally += counts,
            Err(violation) => fail(Failure { plan, violation }),
        }
    }
    println!("{seeds:?}: {tally:?}");
    enough_went_on(&tally);
}

fn fail(failure: Failure) -> ! {
    let seed = failure.plan.seed;
    let short = failure.shrunk(None);
    let (_, trace) = traced(&short.plan, None);
    let plan = serde_json::to_string(&short.plan).unwrap();
    panic!(
        "seed {seed}\n{}\n{}\nkeep this plan: {plan}",
        trace.join("\n"),
        short.violation
    );
}

/// Where little goes on, little is proved.
fn enough_went_on(tally: &Tally) {
    let counts = [
        ("admitted", tally.admitted, 20 * PART),
        ("refused", tally.refused, 5 * PART),
        ("asked", tally.asked, PART / 8),
        ("synced", tally.synced, 8 * PART),
        ("stopped", tally.stopped, 2 * PART),
        ("outages", tally.outages, PART),
        ("server outages", tally.server_outages, PART / 3),
        ("restored", tally.restored, PART / 16),
        ("cloned", tally.cloned, PART / 32),
        ("servers restored", tally.server_restored, PART / 16),
        ("brought by neighbours", tally.brought, 8 * PART),
        ("bundles taken", tally.imported, PART / 4),
        ("synced by the relay", tally.synced_by_relay, 2 * PART),
        ("relays synced", tally.relayed, 3 * PART),
        ("relay outages", tally.relay_outages, PART / 8),
        ("conflicts", tally.conflicts, PART),
    ];
    for (what, found, least) in counts {
        assert!(found >= least, "{what}: {found} are too few to prove anything");
    }
}

macro_rules! parts {
    ($($name:ident: $part:literal;)*) => {
        $(#[test]
        fn $name() {
            all_are_well($part * PART..($part + 1) * PART);
        })*
    };
}

parts! {
    seeds_from_0_are_well: 0;
    seeds_from_125_are_well: 1;
    seeds_from_250_are_well: 2;
    seeds_from_375_are_well: 3;
    seeds_from_500_are_well: 4;
    seeds_from_625_are_well: 5;
    seeds_from_750_are_well: 6;
    seeds_from_875_are_well: 7;
}

#[test]
fn the_same_seed_makes_the_same_run() {
    for seed in 0..5 {
        let plan = Plan::from_seed(seed);
        assert_eq!(traced(&plan, None), traced(&plan, None));
    }
    assert_ne!(Plan::from_seed(0), Plan::from_seed(1));
}
