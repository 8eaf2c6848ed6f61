//! A gate's machine: one disk, one set of clocks, and the two processes that share a store.

use std::path::PathBuf;

use super::{MachineClock, Neighbour, Scanner, Syncer};
use crate::domain::ids::StreamId;
use crate::ledger::{Ledger, LedgerError, Opening, SqliteLedger};
use crate::sim::breaks::{self, Break};
use crate::sim::disk::{Disk, PowerDisk};
use crate::sync::SyncError;

/// A gate.
pub(in crate::sim) struct Gate {
    /// Its name in the trace.
    pub(in crate::sim) name: String,
    pub(in crate::sim) folder: PathBuf,
    pub(in crate::sim) disk: PowerDisk,
    pub(in crate::sim) clock: MachineClock,
    pub(in crate::sim) scanner: Option<Scanner>,
    pub(in crate::sim) syncer: Option<Syncer>,
    pub(in crate::sim) neighbour: Option<Neighbour>,
    /// The network of the venue that it is on.
    pub(in crate::sim) network: Option<usize>,
    /// Whether its way to the server is down.
    pub(in crate::sim) cut_off: bool,
    /// Whether it asks the relay in the server's place.
    pub(in crate::sim) by_relay: bool,
    /// A copy of its card.
    pub(in crate::sim) backup: Option<Disk>,
    /// How it goes down once its disk is no more.
    pub(in crate::sim) outage: Option<Outage>,
    pub(super) broken: Option<Break>,
}

/// How a gate goes down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sim) enum Outage {
    /// Its processes are killed.
    Kill,
    /// Its power goes.
    Power,
}

impl Gate {
    pub(in crate::sim) fn new(
        name: String,
        folder: PathBuf,
        disk: Disk,
        clock: MachineClock,
        broken: Option<Break>,
    ) -> Self {
        Self {
            name,
            folder,
            disk: PowerDisk::with(disk),
            clock,
            scanner: None,
            syncer: None,
            neighbour: None,
            network: None,
            cut_off: false,
            by_relay: false,
            backup: None,
            outage: None,
            broken,
        }
    }

    /// Starts to scan under a new stream.
    pub(in crate::sim) fn start_scanner(&mut self, stream: StreamId) -> Result<(), LedgerError> {
        self.scanner = None;
        let ledger = SqliteLedger::open(&self.folder, stream, &self.opening())?;
        let ledger = breaks::ledger(ledger, self.broken);
        self.scanner = Some(Scanner::start(ledger, stream, self.clock.clone(), self.broken)?);
        Ok(())
    }

    /// Begins to talk to neighbours, where it is on a network.
    pub(in crate::sim) fn start_neighbour(&mut self) -> Result<(), SyncError> {
        self.neighbour = None;
        if self.network.is_some() {
            self.neighbour = Some(Neighbour::start(self.attach()?)?);
        }
        Ok(())
    }

    /// Opens the store as a sync does, beside the gate.
    pub(in crate::sim) fn attach(&self) -> Result<Box<dyn Ledger>, LedgerError> {
        let ledger = SqliteLedger::attach(&self.folder, &self.opening())?;
        Ok(breaks::ledger(ledger, self.broken))
    }

    /// Ends at once and finds `disk` in the machine.
    pub(in crate::sim) fn go_down(&mut self, disk: Disk) {
        self.disk.disk().cut_now();
        self.scanner = None;
        self.syncer = None;
        self.neighbour = None;
        self.disk.replace(disk);
    }

    fn opening(&self) -> Opening {
        Opening {
            vfs: Some(self.disk.vfs().to_owned()),
            ..Opening::default()
        }
    }
}
