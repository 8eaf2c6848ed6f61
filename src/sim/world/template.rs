//! How a run begins: an event with its tickets, and gates that are enrolled and synced. Made once a process.

use std::path::Path;
use std::sync::OnceLock;
use std::task::Poll;

use ed25519_dalek::SigningKey;

use super::super::disk::{Disk, PowerDisk, Promise};
use super::super::machine::{MachineClock, RawReply, Server, Syncer, TrueTime};
use super::super::venue::{DOORS, Venue};
use crate::domain::ids::GateId;
use crate::ledger::{
    DEVICE_KEY_SETTING, ENROLMENT_SETTING, Enrolment, Ledger, Opening, ServerKey, SqliteLedger,
};
use crate::server::db::{Enrolment as Enrolled, NewDevice, NewEvent};

/// Gates in the template: as many as a plan may ask for.
const GATES: u8 = 4;
/// Gates that are enrolled before any syncs. The others come later, and those before do not know them yet.
const EARLY_GATES: u8 = 3;

/// The relay's device.
const RELAY: &str = "relay-1";

/// The disks of before the doors open.
pub(super) struct Template {
    pub(super) server: Disk,
    pub(super) gates: Vec<Disk>,
}

impl Template {
    pub(super) fn of_this_process() -> &'static Self {
        static TEMPLATE: OnceLock<Template> = OnceLock::new();
        TEMPLATE.get_or_init(Self::make)
    }

    fn make() -> Self {
        let folder = tempfile::tempdir().expect("a folder for locks");
        let mut server = server(folder.path());
        enrol(&mut server, RELAY, &GateId::unnamed(), &relay_key(), true);
        let mut gates = Vec::new();
        for numbers in [0..EARLY_GATES, EARLY_GATES..GATES] {
            let enrolled: Vec<_> = numbers
                .map(|number| (number, gate(folder.path(), number, &mut server)))
                .collect();
            for (number, (ledger, disk)) in enrolled {
                sync(ledger, number, &mut server);
                gates.push(disk.disk().image(0));
            }
        }
        let server = server.disk.disk().image(0);
        Self { server, gates }
    }
}

fn server(folder: &Path) -> Server {
    let venue = Venue::new();
    let disk = PowerDisk::new(Promise::PowersafeOverwrite, 0);
    let mut server = Server::new(folder.to_owned(), disk).expect("a server");
    let admin = server.admin();
    let event = NewEvent {
        event: &venue.event,
        log: [3; 16],
        rulebook: &venue.rulebook(),
        issuer: &venue.issuer(),
    };
    admin.add_event(&event).expect("an event");
    let rows: Vec<_> = venue.tickets.iter().map(|ticket| ticket.row.clone()).collect();
    admin
        .add_tickets(&venue.event, &rows, DOORS.minus(3_600).millis())
        .expect("tickets");
    server
}

/// Enrolled by the server's own hand: its store, and the disk below.
fn gate(folder: &Path, number: u8, server: &mut Server) -> (SqliteLedger, PowerDisk) {
    let at = format!("gate-{number}").parse().expect("a name");
    let key = SigningKey::from_bytes(&[100 + number; 32]);
    let enrolment = enrol(server, &format!("pi-{number}"), &at, &key, false);
    let folder = folder.join(format!("gate-{number}"));
    let disk = PowerDisk::new(Promise::PowersafeOverwrite, u64::from(number));
    let opening = Opening {
        vfs: Some(disk.vfs().to_owned()),
        ..Opening::default()
    };
    let mut ledger = SqliteLedger::attach(&folder, &opening).expect("a store");
    let enrolment = serde_json::to_vec(&enrolment).expect("JSON");
    ledger.set_setting(ENROLMENT_SETTING, &enrolment).expect("kept");
    ledger
        .set_setting(DEVICE_KEY_SETTING, key.as_bytes())
        .expect("kept");
    (ledger, disk)
}

/// The relay's enrolment and its key.
pub(super) fn relay(server: &mut Server) -> (Enrolment, SigningKey) {
    (enrolment(server, RELAY, &GateId::unnamed()), relay_key())
}

fn relay_key() -> SigningKey {
    SigningKey::from_bytes(&[99; 32])
}

fn enrol(server: &mut Server, device: &str, gate: &GateId, key: &SigningKey, relay: bool) -> Enrolment {
    let event = Venue::new().event;
    let public = key.verifying_key().to_bytes();
    let token = [public[0]; 16].into();
    let new = NewDevice {
        event: &event,
        device: &device.parse().expect("a name"),
        gate,
        token: &token,
        until: DOORS.millis(),
        confirm: false,
        relay,
    };
    let admin = server.admin();
    admin.add_device(&new).expect("a device");
    let enrolled = admin.enrol(&token, &public, DOORS.minus(60).millis());
    assert!(matches!(enrolled, Ok(Enrolled::Enrolled(_))));
    enrolment(server, device, gate)
}

fn enrolment(server: &mut Server, device: &str, gate: &GateId) -> Enrolment {
    let server_key = server.admin().server_key(&[0; 32]).expect("a key");
    Enrolment {
        server: "http://origin".to_owned(),
        server_key: ServerKey(server_key.verifying_key()),
        device: device.parse().expect("a name"),
        event: Venue::new().event,
        gate: gate.clone(),
    }
}

/// By the real run.
fn sync(ledger: SqliteLedger, number: u8, server: &mut Server) {
    let time = TrueTime::new(DOORS.millis());
    let clock = MachineClock::new(&time, u64::MAX - u64::from(number), 0);
    let mut syncer = Syncer::of_gate(Box::new(ledger), false, clock, [200 + number; 16]);
    loop {
        match syncer.go_on() {
            Poll::Ready(ended) => {
                ended.expect("a first sync");
                return;
            }
            Poll::Pending => {
                let request = syncer
                    .slot
                    .borrow_mut()
                    .sent
                    .take()
                    .expect("it waits for an answer");
                let reply: RawReply = server.answer(&request, time.now());
                syncer.slot.borrow_mut().came = Some(Ok(reply));
            }
        }
    }
}
