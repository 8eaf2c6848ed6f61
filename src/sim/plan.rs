//! What happens in a run, as a list: drawn from a seed, replayed from a list, cut shorter where a run fails.

use serde::{Deserialize, Serialize};

use super::chance::Chance;

/// Gates at the most: more add time and no new kinds of trouble.
const GATES_MAX: u64 = 4;
/// Steps at the most, and at the least.
const STEPS: (u64, u64) = (100, 180);

/// A whole run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What the disks, networks and processes draw at random comes from it.
    pub seed: u64,
    /// Gates at the start.
    pub gates: usize,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// One thing that happens. A number that chooses among things (gates, tickets, packets) is taken modulo how many there
/// are then, so that any part of a plan is a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// A guest shows a ticket.
    Scan {
        /// Where.
        gate: usize,
        /// Which.
        ticket: usize,
        /// Whether the guest leaves.
        exit: bool,
    },
    /// Staff answer what the gate asked them.
    Answer {
        /// Where.
        gate: usize,
        /// Whether it is all right.
        yes: bool,
    },
    /// Time passes.
    Wait {
        /// Milliseconds.
        ms: u64,
    },
    /// A wall clock jumps.
    Jump {
        /// Whose.
        gate: usize,
        /// Milliseconds, forward or back.
        ms: i64,
    },
    /// NTP finds a gate, or leaves it.
    Ntp {
        /// Which.
        gate: usize,
        /// Whether it is there from now on.
        there: bool,
    },
    /// A gate begins to sync; its requests go into the network.
    StartSync {
        /// Which.
        gate: usize,
    },
    /// A gate syncs over a network that does nothing wrong, from start to end.
    Sync {
        /// Which.
        gate: usize,
    },
    /// A gate stops waiting for its answer.
    GiveUp {
        /// Which.
        gate: usize,
    },
    /// A packet arrives.
    Deliver {
        /// Which.
        packet: usize,
    },
    /// A packet is lost.
    Lose {
        /// Which.
        packet: usize,
    },
    /// A packet is there twice.
    Duplicate {
        /// Which.
        packet: usize,
    },
    /// A packet changes on its way.
    Corrupt {
        /// Which.
        packet: usize,
        /// Where.
        byte: usize,
    },
    /// A gate loses its network.
    CutOff {
        /// Which.
        gate: usize,
    },
    /// A gate has its network again.
    Reconnect {
        /// Which.
        gate: usize,
    },
    /// The process that scans ends and starts again.
    Restart {
        /// Where.
        gate: usize,
    },
    /// Both processes of a gate are killed, in the midst of the disk change that comes after so many.
    Kill {
        /// Which.
        gate: usize,
        /// Changes to the disk until then.
        after: u64,
    },
    /// A gate loses its power in the midst of the disk change that comes after so many, and boots in 1970.
    Cut {
        /// Which.
        gate: usize,
        /// Changes to the disk until then.
        after: u64,
    },
    /// Somebody copies a gate's card.
    BackUp {
        /// Whose.
        gate: usize,
    },
    /// A gate goes on from the copy.
    Restore {
        /// Which.
        gate: usize,
    },
    /// A second gate boots from the copy, beside the first.
    Clone {
        /// Whose.
        gate: usize,
    },
    /// The server is killed, in the midst of the disk change that comes after so many.
    KillServer {
        /// Changes to the disk until then.
        after: u64,
    },
    /// The server loses its power likewise.
    CutServer {
        /// Changes to the disk until then.
        after: u64,
    },
    /// The organiser backs the server up.
    BackUpServer,
    /// The server goes on from the backup.
    RestoreServer,
    /// A ticket is sold.
    Sell {
        /// Of which kind.
        kind: usize,
    },
    /// A ticket is revoked for good.
    Revoke {
        /// Which.
        ticket: usize,
    },
    /// A ticket is issued anew under another id.
    Reissue {
        /// Which.
        ticket: usize,
    },
}

impl Plan {
    /// The run of a seed.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let gates = 2 + usize::try_from(chance.below(GATES_MAX - 1)).unwrap_or(0);
        let steps = STEPS.0 + chance.below(STEPS.1 - STEPS.0);
        // Some runs are calm, and some are not: each draws how much of what goes wrong in it.
        let trouble = Trouble::draw(&mut chance);
        let steps = (0..steps).map(|_| step(&mut chance, &trouble)).collect();
        Self { seed, gates, steps }
    }
}

/// How often things go wrong in a run, as weights.
struct Trouble {
    network: u64,
    machines: u64,
    backups: u64,
    clocks: u64,
    server: u64,
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
        }
    }
}

/// A step and its weight.
type Weighted = (u64, fn(&mut Chance) -> Step);

fn step(chance: &mut Chance, trouble: &Trouble) -> Step {
    let weighted: [Weighted; 12] = [
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

/// At once, in the midst of the next write, or some transactions later.
fn soon(chance: &mut Chance) -> u64 {
    let longest = *chance.pick(&[1, 4, 20, 120]);
    chance.below(longest)
}

fn any(chance: &mut Chance) -> usize {
    usize::try_from(chance.below(1 << 16)).unwrap_or(0)
}
