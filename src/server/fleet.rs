//! An event's gates at a glance: what each says of itself, what the server saw of it, and what to mend.

use serde::Serialize;

use super::db::{Contact, Db, DbError};
use crate::domain::health::{Camera, Disk, Look, mend};
use crate::domain::ids::{DeviceId, EventId, GateId};
use crate::domain::time::{ClockState, UnixMillis, UnixSeconds};
use crate::wire::DeviceStatus;

/// The fleet, as `admin fleet --json` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fleet {
    /// The event.
    pub event: EventId,
    /// When this was so, milliseconds since 1970.
    pub at: UnixMillis,
    /// A row a device, by name.
    pub gates: Vec<FleetRow>,
}

/// A gate. What it has never said is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FleetRow {
    /// Where it stands.
    pub gate: GateId,
    /// Its device.
    pub device: DeviceId,
    /// Whether it is believed.
    pub status: Standing,
    /// Milliseconds since it was last heard of.
    pub seen_ms_ago: Option<u64>,
    /// By which way its last heartbeat came.
    pub path: Option<Path>,
    /// Milliseconds since that.
    pub heartbeat_ms_ago: Option<u64>,
    /// The release that it runs.
    pub version: Option<String>,
    /// Seconds since its computer started.
    pub uptime_s: Option<u64>,
    /// Its check-ins that the server is not known to hold.
    pub unsent: Option<u64>,
    /// When the oldest of them happened, by its clock.
    pub unsent_since: Option<UnixMillis>,
    /// When it last judged somebody, by its clock.
    pub last_scan: Option<UnixMillis>,
    /// What it knows of the time.
    pub clock: Option<ClockState>,
    /// How far the true time may lie from its best estimate to either side; null also where nothing bounds it.
    pub clock_half_width_ms: Option<u64>,
    /// How far its best estimate lay ahead of the server's time when its heartbeat came (behind: below 0), the way
    /// of the message included.
    pub clock_ahead_ms: Option<i64>,
    /// The disk under its data.
    pub disk: Option<Disk>,
    /// Its camera.
    pub camera: Option<Camera>,
    /// The server's time of its list.
    pub list_as_of: Option<UnixSeconds>,
    /// The last change number in it.
    pub list_version: Option<u64>,
    /// Tickets on it.
    pub tickets: Option<u64>,
    /// Facts that claim the identity of another.
    pub contradictions: Option<u64>,
    /// Gates that it exchanges facts with directly.
    pub peers: Option<u32>,
    /// What to mend, in words, the worst first.
    pub mend: Vec<String>,
}

/// Whether a device is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Its code was not used yet.
    NotEnrolled,
    /// It is.
    Active,
    /// Not until a person has looked.
    Suspended,
    /// No more.
    Revoked,
}

/// How a heartbeat came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Path {
    /// From the gate itself.
    Direct,
    /// Carried by this device.
    Relay(String),
}

/// Looks at an event's gates.
///
/// # Errors
/// [`DbError`] where the data cannot be read.
pub fn fleet(db: &mut Db, event: &EventId, at: UnixMillis) -> Result<Fleet, DbError> {
    let contacts = db.contacts(event)?;
    Ok(Fleet {
        event: event.clone(),
        at,
        gates: contacts.into_iter().map(|contact| row(contact, at)).collect(),
    })
}

fn row(contact: Contact, at: UnixMillis) -> FleetRow {
    let status = standing(contact.device.status);
    let mend = to_mend(&contact, status, at);
    let received = contact.last.as_ref().map(|last| last.received);
    let path = contact.last.as_ref().map(|last| match &last.via {
        None => Path::Direct,
        Some(carrier) => Path::Relay(carrier.clone()),
    });
    let health = contact.last.map(|last| last.health);
    let list = health.as_ref().and_then(|health| health.list);
    let now = health.as_ref().map(|health| health.now);
    FleetRow {
        gate: contact.device.gate,
        device: contact.device.device,
        status,
        seen_ms_ago: contact.seen.map(|seen| at.since(seen)),
        path,
        heartbeat_ms_ago: received.map(|received| at.since(received)),
        uptime_s: health.as_ref().map(|health| health.uptime_s),
        unsent: health.as_ref().map(|health| health.unsent),
        unsent_since: health.as_ref().and_then(|health| health.unsent_since),
        last_scan: health.as_ref().and_then(|health| health.last_scan),
        clock: now.map(|now| now.state),
        clock_half_width_ms: now.and_then(|now| Some(now.latest?.since(now.best))),
        clock_ahead_ms: now
            .zip(received)
            .map(|(now, received)| ahead_ms(now.best, received)),
        disk: health.as_ref().and_then(|health| health.disk),
        camera: health.as_ref().map(|health| health.camera),
        list_as_of: list.map(|list| list.as_of),
        list_version: list.map(|list| list.version),
        tickets: list.map(|list| list.tickets),
        contradictions: health.as_ref().map(|health| health.contradictions),
        peers: health.as_ref().map(|health| health.peers),
        version: health.map(|health| health.version),
        mend,
    }
}

fn standing(status: Option<DeviceStatus>) -> Standing {
    match status {
        None => Standing::NotEnrolled,
        Some(DeviceStatus::Active) => Standing::Active,
        Some(DeviceStatus::Suspended) => Standing::Suspended,
        Some(DeviceStatus::Revoked) => Standing::Revoked,
    }
}

/// A device that is not to speak is not silent.
fn to_mend(contact: &Contact, status: Standing, at: UnixMillis) -> Vec<String> {
    match status {
        Standing::Revoked => Vec::new(),
        Standing::Suspended => {
            vec![
                "set aside: compare its six digits, then `wicket admin device confirm` or `revoke`"
                    .to_owned(),
            ]
        }
        Standing::NotEnrolled => vec!["not enrolled yet: `wicket enrol` on it with its code".to_owned()],
        Standing::Active => mend(&Look {
            now: at,
            seen: contact.seen,
            last: contact.last.as_ref().map(|last| (last.received, &last.health)),
            before: contact.before.as_ref(),
        }),
    }
}

fn ahead_ms(gate: UnixMillis, server: UnixMillis) -> i64 {
    let distance = |later: UnixMillis, earlier| i64::try_from(later.since(earlier)).unwrap_or(i64::MAX);
    distance(gate, server) - distance(server, gate)
}
