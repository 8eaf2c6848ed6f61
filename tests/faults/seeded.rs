//! Faults from a seed, round after round, and then a network that is well again.

use super::fault::Fault;
use super::venue::{PATIENCE_S, Template, Venue};
use super::words::complaint;
use crate::durability::seeds::{replayed, seeds};
use wicket::sim::chance::Chance;

/// Rounds of a run; in each one gate syncs, or both do at once.
const ROUNDS: u64 = 5;
/// Exchanges of a sync that a fault may hit: a sync here has about as many.
const EXCHANGES: u64 = 5;
/// How long a client waits where a fault stalls it.
const STALLED_S: f64 = 0.3;

/// How much the runs went through.
#[derive(Debug, Default)]
struct Tally {
    syncs: u32,
    failed: u32,
}

/// Each round's guests, changes and faults, then health; what is broken.
fn run(venue: &mut Venue, seed: u64, tally: &mut Tally) -> Vec<String> {
    let mut chance = Chance::new(seed);
    let mut story = Vec::new();
    for _ in 0..ROUNDS {
        happen(venue, &mut chance, &mut story);
        let gates = *chance.pick(&[&[0][..], &[1], &[0, 1]]);
        let mut timeout_s = PATIENCE_S;
        for gate in gates {
            let faults = plan(&mut chance);
            if faults.iter().any(stalls) {
                timeout_s = STALLED_S;
            }
            story.push(format!("gate {gate} syncs: {faults:?}"));
            venue.lines[*gate].plan(&faults);
            venue.guests(*gate, 1);
        }
        for output in venue.sync(gates, timeout_s, 1) {
            tally.syncs += 1;
            tally.failed += u32::from(!output.status.success());
            story.extend(complaint(&output).map(|complaint| format!("BROKEN: {complaint}")));
        }
        story.extend(
            venue
                .breaches()
                .iter()
                .map(|breach| format!("BROKEN: {breach:?}")),
        );
    }
    story.extend(
        venue
            .heal()
            .iter()
            .map(|breach| format!("BROKEN in the end: {breach:?}")),
    );
    story
}

/// What goes on at the server meanwhile.
fn happen(venue: &mut Venue, chance: &mut Chance, story: &mut Vec<String>) {
    match chance.below(8) {
        0..=3 => venue.change_list(),
        4 => {
            story.push("the server is backed up".to_owned());
            venue.back_up();
        }
        5 => {
            let told = chance.eighths(4);
            story.push(format!("the server falls back to its backup, told: {told}"));
            venue.restore(told);
        }
        _ => {}
    }
}

fn plan(chance: &mut Chance) -> Vec<Fault> {
    let mut faults = vec![Fault::Clear; usize::try_from(EXCHANGES).unwrap()];
    for _ in 0..chance.below(4) {
        let exchange = usize::try_from(chance.below(EXCHANGES)).unwrap();
        faults[exchange] = Fault::any(chance);
    }
    faults
}

fn stalls(fault: &Fault) -> bool {
    matches!(fault, Fault::StalledRequest(_) | Fault::StalledAnswer(_))
}

/// One of the parts into which the seeds are dealt, so that they run beside each other.
fn runs_hold(part: u64, parts: u64) {
    let template = Template::new();
    let mut tally = Tally::default();
    for seed in seeds(200, 2_000).filter(|seed| replayed() || seed % parts == part) {
        let story = run(&mut template.open(), seed, &mut tally);
        let broken = story.iter().any(|line| line.starts_with("BROKEN"));
        assert!(!broken, "WICKET_SEED={seed}\n{}", story.join("\n"));
    }
    println!("{tally:?}");
    assert!(
        replayed() || (tally.failed > tally.syncs / 8 && tally.failed < tally.syncs),
        "faults must hit some syncs, and not all: {tally:?}"
    );
}

#[test]
fn nothing_is_lost_doubled_or_falsely_acknowledged_by_random_faults_first_half() {
    runs_hold(0, 2);
}

#[test]
fn nothing_is_lost_doubled_or_falsely_acknowledged_by_random_faults_second_half() {
    runs_hold(1, 2);
}
