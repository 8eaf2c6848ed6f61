//! The relay's machine: the real routes and the real way up, over data of its own.

use std::path::PathBuf;

use ed25519_dalek::SigningKey;

use super::server::{from_http, to_http};
use super::syncer::givens;
use super::{MachineClock, Outage, RawReply, Syncer};
use crate::domain::ids::EventId;
use crate::domain::time::UnixMillis;
use crate::ledger::Enrolment;
use crate::server::RelayInProcess;
use crate::server::db::{Db, DbError, Opening};
use crate::sim::disk::{Disk, PowerDisk};
use crate::sync::{Client, Request};

/// A relay.
pub(in crate::sim) struct Relay {
    folder: PathBuf,
    pub(in crate::sim) disk: PowerDisk,
    clock: MachineClock,
    enrolment: Enrolment,
    key: SigningKey,
    process: Option<Process>,
    pub(in crate::sim) syncer: Option<Syncer>,
    /// Whether its way to the origin is down.
    pub(in crate::sim) cut_off: bool,
    pub(in crate::sim) backup: Option<Disk>,
    /// How it goes down once its disk is no more.
    pub(in crate::sim) outage: Option<Outage>,
}

struct Process {
    relay: RelayInProcess,
    /// The simulator's eye.
    data: Db,
}

impl Relay {
    /// A relay that has nothing yet.
    pub(in crate::sim) fn new(
        folder: PathBuf,
        disk: PowerDisk,
        clock: MachineClock,
        enrolment: Enrolment,
        key: SigningKey,
    ) -> Self {
        let mut relay = Self {
            folder,
            disk,
            clock,
            enrolment,
            key,
            process: None,
            syncer: None,
            cut_off: false,
            backup: None,
            outage: None,
        };
        relay.start();
        relay
    }

    /// Starts on what the disk holds.
    pub(in crate::sim) fn start(&mut self) {
        let opening = Opening {
            vfs: Some(self.disk.vfs().to_owned()),
        };
        let open = || Db::open_with(&self.folder, &opening).expect("a relay's data");
        let relay = RelayInProcess::new(open(), &self.enrolment.event, self.key.clone());
        self.process = Some(Process {
            relay: relay.expect("a relay"),
            data: open(),
        });
    }

    /// Ends at once and finds `disk` in the machine.
    pub(in crate::sim) fn go_down(&mut self, disk: Disk) {
        self.disk.disk().cut_now();
        self.syncer = None;
        self.process = None;
        self.disk.replace(disk);
    }

    /// Boots, as a machine without a battery for its clock.
    pub(in crate::sim) fn boot(&self, boot: u64) {
        self.clock.boot(boot);
    }

    /// Answers a request.
    pub(in crate::sim) fn answer(&self, request: &Request, now: UnixMillis) -> RawReply {
        let process = self.process.as_ref().expect("it runs");
        let answer = process.relay.answer(to_http(request), now);
        from_http(answer.expect("an answer in memory"))
    }

    /// Begins to sync with the origin.
    pub(in crate::sim) fn start_sync(&mut self, now: UnixMillis, random: [u8; 16]) {
        let way_up = self.process.as_ref().expect("it runs").relay.way_up(now);
        let (enrolment, key, clock) = (self.enrolment.clone(), self.key.clone(), self.clock.clone());
        self.syncer = Some(Syncer::over(async move |uplink| {
            let boot = move || clock.since_boot();
            let client = Client::new(uplink, enrolment, key, random);
            way_up.sync(client, &givens(&boot, random)).await
        }));
    }

    /// What it holds, for the simulator.
    pub(in crate::sim) fn look<T>(
        &mut self,
        read: impl FnOnce(&mut Db, &EventId) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        let process = self.process.as_mut().expect("it runs");
        read(&mut process.data, &self.enrolment.event)
    }
}
