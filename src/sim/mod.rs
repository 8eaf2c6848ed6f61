//! The simulator: what a venue goes through, from a seed.
//!
//! A [`Plan`] is drawn from a seed: some gates, and some hundred steps. Guests show tickets, also copies, also at other
//! gates; staff answer; time passes, clocks jump, gates boot in 1970; syncs begin, and their packets arrive, or are lost,
//! doubled, changed, overtaken; networks go and come back; some gates sync by a relay, which has troubles of its own; gates
//! that share a network at the venue tell each other what they recorded; staff carry bundles on sticks, also old, torn,
//! changed and forged ones; processes are killed and machines lose their power in the midst of a write; cards, the relay and
//! the server go on from older copies, and a copied card boots beside the first; the organiser sells, revokes and reissues.
//! After every step, and once everything has healed at the end, the checks below must hold.
//!
//! # What is real, and what is not
//!
//! Real: the gate's state machine with admission, tickets with their signatures, the fold; the gate's store in SQLite; the
//! sync run from its first request to its last; the exchange between neighbours; bundles, at gates and at the server; the
//! requests, answers and messages as the bytes that travel; the server's and the relay's routes, authentication and limits,
//! their data in SQLite, the relay's way up; the organiser's hand in the server's data (`server::db`).
//!
//! Simulated: the disks (`disk`: a file layer of SQLite's), the clocks, the network behind [`crate::sync::Uplink`],
//! randomness, and the loops around the real parts: what `runner` does with threads, `machine::scanner` does step by step;
//! `machine::syncer` polls a run itself, so that it can be dropped between any two awaits; `world::lan` stands for the
//! sockets between neighbours and for how they find each other. What a relay only passes on, which is the time, the network
//! takes to the server; a relay's sync begins with a step, and not with the server's news. Beside the simulated disks each
//! machine has a real, empty folder for its locks.
//!
//! Not here yet: lists of several pages, new rules and keys, revoked devices.
//!
//! # What must hold
//!
//! | check | says |
//! |---|---|
//! | `acknowledged` | what a gate takes for acknowledged, the origin holds, byte for byte |
//! | `exactly-once` | each fact on which a gate opened reaches the origin once and unchanged, and nothing else does |
//! | `durable` | no gate opens on an entry that its store did not call durable |
//! | `rules` | each verdict is that of a model of the rules, on what the gate must have known |
//! | `exchanged` | no gate admits a ticket that had entered by what had reached it, from the origin, a relay, a neighbour or a stick |
//! | `reached` | gates in touch hold the same after four beats, but for what they recorded in these; so does who took a bundle, or synced by a relay |
//! | `bundle` | a bundle that is whole and for its reader is taken, any other is refused in words that blame it |
//! | `converged` | in the end every gate tells the same history of each ticket as the origin; the relay holds the same facts |
//! | `conflicts` | in the end the server's open cases are the admissions that should not have been, by the same model |
//! | `list`, `cursor` | a list shows all up to its cursor; in the end it is the server's |
//! | `time`, `hours`, `floor` | a clock's interval holds the true time; sure clocks keep hours; the floor never sinks |
//! | `organiser` | what the organiser was told is kept survives outages |
//! | `set-aside` | nobody lied here, so the server sets nothing aside |
//! | `store`, `heals`, `ends` | stores fail only with their disk; in the end everybody syncs without an error |
//!
//! Facts may be missing in one case: an older image overwrote the only disk that held them. The run looks through all
//! others before it excuses one.
//!
//! A failure is cut down to the steps that it takes, and kept as a plan in `tests/sim/kept`. That the checks bite is a
//! test too: [`Break`] wraps sound code in ways that are known to be wrong, and each is found within a few seeds.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the simulator is a test that can be run by hand: what panics in it is a failed run"
)]

mod breaks;
pub mod chance;
mod checks;
pub mod disk;
mod draw;
mod machine;
mod plan;
mod run;
mod tally;
mod venue;
mod world;

pub use breaks::Break;
pub use checks::Violation;
pub use plan::{Plan, Step};
pub use run::{Failure, first_failure, run, traced};
pub use tally::Tally;
