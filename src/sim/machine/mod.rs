//! Machines: a disk, clocks, and the real code in processes that may be killed.

mod clock;
mod gate;
mod neighbour;
mod relay;
mod scanner;
mod server;
mod stick;
mod syncer;

pub(super) use clock::{MachineClock, TrueTime};
pub(super) use gate::{Gate, Outage};
pub(super) use neighbour::Neighbour;
pub(super) use relay::Relay;
pub(super) use scanner::{Happened, Scanner};
pub(super) use server::Server;
pub(super) use syncer::{RawReply, Syncer, unreachable};
