//! What happens in a run, as a list: drawn from a seed, replayed from a list, cut shorter where a run fails.

use serde::{Deserialize, Serialize};

use super::chance::Chance;
use super::draw;

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
    /// A gate comes to one of the venue's networks, where it finds the other gates on it.
    Join {
        /// Which.
        gate: usize,
        /// The network.
        network: usize,
    },
    /// A gate is on no network of the venue any more; its connections fall silent.
    Leave {
        /// Which.
        gate: usize,
    },
    /// A gate calls another at an address that was given by hand.
    Call {
        /// Who calls.
        gate: usize,
        /// Whom.
        other: usize,
    },
    /// What a gate said to its neighbour next on one of their connections arrives.
    Hear {
        /// On which, and in which direction.
        stream: usize,
    },
    /// A connection between neighbours breaks; what is on its way there is lost.
    Break {
        /// Which.
        connection: usize,
    },
    /// A gate asks the relay in the server's place, or the server again.
    Via {
        /// Which.
        gate: usize,
        /// Whether the relay.
        relay: bool,
    },
    /// The relay begins to sync; its requests go into the network.
    StartRelaySync,
    /// The relay syncs over a network that does nothing wrong, from start to end.
    SyncRelay,
    /// The relay loses its way to the server.
    CutOffRelay,
    /// The relay has its way to the server again.
    ReconnectRelay,
    /// The relay is killed, in the midst of the disk change that comes after so many.
    KillRelay {
        /// Changes to the disk until then.
        after: u64,
    },
    /// The relay loses its power likewise, and boots in 1970.
    CutRelay {
        /// Changes to the disk until then.
        after: u64,
    },
    /// Somebody copies the relay's disk.
    BackUpRelay,
    /// The relay goes on from the copy.
    RestoreRelay,
    /// Somebody takes a gate's check-ins along on a stick.
    Export {
        /// Whose.
        gate: usize,
    },
    /// Somebody takes the event's list along on a stick.
    ExportList,
    /// A stick comes to a gate.
    Import {
        /// Which.
        stick: usize,
        /// Where.
        gate: usize,
    },
    /// A stick comes to the server, whose answer is on another from then on.
    Bring {
        /// Which.
        stick: usize,
    },
    /// A bit changes on a stick.
    Spoil {
        /// Which.
        stick: usize,
        /// Where.
        byte: usize,
    },
    /// A stick is pulled out while it is written.
    Tear {
        /// Which.
        stick: usize,
        /// Where what is there ends.
        byte: usize,
    },
    /// A stranger writes a stick in a gate's name.
    Forge {
        /// Whose.
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
        let gates = draw::gates(&mut chance);
        let steps = draw::steps(&mut chance, gates);
        Self { seed, gates, steps }
    }
}
