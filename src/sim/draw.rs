//! What a seed draws: a list of steps, in which more or less goes wrong.

use super::chance::Chance;
use super::plan::Step;

/// Gates at the most: more add time and no new kinds of trouble.
const GATES_MAX: u64 = 4;
/// Steps at the most, and at the least.
const STEPS: (u64, u64) = (100, 180);
/// A wait in which neighbours say something to each other, in milliseconds, at the most: they come to hold the same in less.
const LAN_WAIT_MS: u64 = 12_000;

/// How many gates there are.
pub(super) fn gates(chance: &mut Chance) -> usize {
    2 + usize::try_from(chance.below(GATES_MAX - 1)).unwrap_or(0)
}

/// What happens, where there are so many gates at first.
pub(super) fn steps(chance: &mut Chance, gates: usize) -> Vec<Step> {
    let steps = STEPS.0 + chance.below(STEPS.1 - STEPS.0);
    // Some runs are calm, and some are not: each draws how much of what goes wrong in it.
    let trouble = Trouble::draw(chance);
    let mut drawn = Vec::new();
    if trouble.neighbours > 0 {
        drawn.extend((0..gates).map(|gate| Step::Join { gate, network: 0 }));
    }
    if trouble.relay > 0 {
        drawn.push(Step::SyncRelay);
        let gates = (0..gates).filter(|_| chance.eighths(5));
        drawn.extend(gates.map(|gate| Step::Via { gate, relay: true }));
    }
    drawn.extend((0..steps).map(|_| step(chance, &trouble)));
    drawn
}

/// How often things go wrong in a run, as weights.
struct Trouble {
    network: u64,
    machines: u64,
    backups: u64,
    clocks: u64,
    server: u64,
    neighbours: u64,
    sticks: u64,
    relay: u64,
}

impl Trouble {
    fn draw(chance: &mut Chance) -> Self {
        let mut level = |most: u64| {
            if chance.eighths(3) {
                0
            } else {
                chance.below(most + 1)
            }
        };
        Self {
            network: level(12),
            machines: level(10),
            backups: level(6),
            clocks: level(8),
            server: level(6),
            neighbours: level(16),
            sticks: level(10),
            relay: level(16),
        }
    }
}

/// A step and its weight.
type Weighted = (u64, fn(&mut Chance) -> Step);

fn step(chance: &mut Chance, trouble: &Trouble) -> Step {
    let weighted: [Weighted; 15] = [
        (34, scan),
        (4, |chance| Step::Answer {
            gate: any(chance),
            yes: chance.eighths(6),
        }),
        (10, wait),
        (8, |chance| Step::StartSync { gate: any(chance) }),
        (7, |chance| Step::Sync { gate: any(chance) }),
        (24, |chance| Step::Deliver { packet: any(chance) }),
        (6, organiser),
        (trouble.network, network),
        (trouble.machines, machine),
        (trouble.backups, backup),
        (trouble.clocks, clock),
        (trouble.server, server),
        (trouble.neighbours, neighbours),
        (trouble.sticks, stick),
        (trouble.relay, relay),
    ];
    let all = weighted.iter().map(|(weight, _)| weight).sum();
    let mut drawn = chance.below(all);
    for (weight, make) in weighted {
        if drawn < weight {
            return make(chance);
        }
        drawn -= weight;
    }
    wait(chance)
}

fn scan(chance: &mut Chance) -> Step {
    Step::Scan {
        gate: any(chance),
        // Few tickets, so that they meet themselves.
        ticket: any(chance),
        exit: chance.eighths(2),
    }
}

fn wait(chance: &mut Chance) -> Step {
    let longest = *chance.pick(&[100, 5_000, 5_000, 60_000, 600_000, 3_600_000]);
    Step::Wait {
        ms: chance.below(longest),
    }
}

fn organiser(chance: &mut Chance) -> Step {
    match chance.below(4) {
        0 | 1 => Step::Sell { kind: any(chance) },
        2 => Step::Revoke { ticket: any(chance) },
        _ => Step::Reissue { ticket: any(chance) },
    }
}

fn network(chance: &mut Chance) -> Step {
    match chance.below(7) {
        0 => Step::Lose { packet: any(chance) },
        1 => Step::Duplicate { packet: any(chance) },
        2 => Step::Corrupt {
            packet: any(chance),
            byte: any(chance),
        },
        3 => Step::GiveUp { gate: any(chance) },
        4 => Step::CutOff { gate: any(chance) },
        _ => Step::Reconnect { gate: any(chance) },
    }
}

fn machine(chance: &mut Chance) -> Step {
    let gate = any(chance);
    match chance.below(4) {
        0 => Step::Restart { gate },
        1 => Step::Kill {
            gate,
            after: soon(chance),
        },
        _ => Step::Cut {
            gate,
            after: soon(chance),
        },
    }
}

fn backup(chance: &mut Chance) -> Step {
    let gate = any(chance);
    match chance.below(5) {
        0 | 1 => Step::BackUp { gate },
        2 | 3 => Step::Restore { gate },
        _ => Step::Clone { gate },
    }
}

fn clock(chance: &mut Chance) -> Step {
    let gate = any(chance);
    match chance.below(4) {
        0 => Step::Ntp {
            gate,
            there: chance.eighths(4),
        },
        _ => {
            let longest = *chance.pick(&[1_000, 600_000, 86_400_000]);
            let ms = i64::try_from(chance.below(longest)).unwrap_or(0);
            Step::Jump {
                gate,
                ms: if chance.eighths(4) { ms } else { -ms },
            }
        }
    }
}

fn server(chance: &mut Chance) -> Step {
    match chance.below(6) {
        0 => Step::KillServer { after: soon(chance) },
        1 | 2 => Step::CutServer { after: soon(chance) },
        3 | 4 => Step::BackUpServer,
        _ => Step::RestoreServer,
    }
}

fn neighbours(chance: &mut Chance) -> Step {
    let gate = any(chance);
    match chance.below(12) {
        0 | 1 => Step::Join {
            gate,
            network: any(chance),
        },
        2 => Step::Leave { gate },
        3 => Step::Call {
            gate,
            other: any(chance),
        },
        4 => Step::Break { connection: gate },
        5..=7 => Step::Wait {
            ms: chance.below(LAN_WAIT_MS),
        },
        _ => Step::Hear { stream: gate },
    }
}

fn stick(chance: &mut Chance) -> Step {
    let stick = any(chance);
    match chance.below(16) {
        0..=3 => Step::Export { gate: stick },
        4 => Step::ExportList,
        5..=9 => Step::Import {
            stick,
            gate: any(chance),
        },
        10..=12 => Step::Bring { stick },
        13 => Step::Spoil {
            stick,
            byte: any(chance),
        },
        14 => Step::Tear {
            stick,
            byte: any(chance),
        },
        _ => Step::Forge { gate: stick },
    }
}

fn relay(chance: &mut Chance) -> Step {
    match chance.below(16) {
        0..=2 => Step::Via {
            gate: any(chance),
            relay: chance.eighths(5),
        },
        3..=5 => Step::StartRelaySync,
        6..=8 => Step::SyncRelay,
        9 => Step::CutOffRelay,
        10 | 11 => Step::ReconnectRelay,
        12 => Step::KillRelay { after: soon(chance) },
        13 => Step::CutRelay { after: soon(chance) },
        14 => Step::BackUpRelay,
        _ => Step::RestoreRelay,
    }
}

/// At once, in the midst of the next write, or some transactions later.
fn soon(chance: &mut Chance) -> u64 {
    let longest = *chance.pick(&[1, 4, 20, 120]);
    chance.below(longest)
}

fn any(chance: &mut Chance) -> usize {
    usize::try_from(chance.below(1 << 16)).unwrap_or(0)
}
