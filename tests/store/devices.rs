use std::collections::BTreeMap;

use wicket::domain::health::{Camera, Health};
use wicket::domain::ids::Sequence;
use wicket::domain::time::{Now, UnixMillis};
use wicket::server::db::{Belief, DbError, Enrolment, NotCounted};
use wicket::wire::enrol::six_digit_check;
use wicket::wire::heartbeat::Heartbeat;
use wicket::wire::order::{Command, Order};
use wicket::wire::request::RequestClaims;
use wicket::wire::{Context, DeviceStatus, Signed, to_cbor};

use super::{Backend, NOW, Store, caller, event, key, stream, token};

pub(super) fn a_token_enrols_one_key_until_its_time_is_over(backend: Backend) {
    let mut store = backend.open();
    let ours = store.enrol("pi-1").verifying_key().to_bytes();
    let again = store.db.enrol(&token("pi-1"), &ours, NOW).unwrap();
    assert!(matches!(again, Enrolment::Enrolled(_)), "an answer that was lost");
    let theirs = key("thief").verifying_key().to_bytes();
    assert_eq!(
        store.db.enrol(&token("pi-1"), &theirs, NOW).unwrap(),
        Enrolment::UsedTwice
    );
    assert_eq!(
        store.db.enrol(&token("pi-9"), &ours, NOW).unwrap(),
        Enrolment::UnknownToken
    );
    store.add_device("pi-2", false);
    let late = UnixMillis(NOW.0 + 1_000);
    assert_eq!(
        store.db.enrol(&token("pi-2"), &theirs, late).unwrap(),
        Enrolment::Expired
    );
    let devices = store.db.devices(&event()).unwrap();
    let standing: Vec<_> = devices
        .iter()
        .map(|device| (device.device.as_str(), device.status))
        .collect();
    assert_eq!(
        standing,
        [("pi-1", Some(DeviceStatus::Suspended)), ("pi-2", None)]
    );
}

pub(super) fn a_device_counts_once_a_person_confirmed_it(backend: Backend) {
    let mut store = backend.open();
    store.add_device("pi-1", true);
    let public = key("pi-1").verifying_key().to_bytes();
    store.db.enrol(&token("pi-1"), &public, NOW).unwrap();
    let device = "pi-1".parse().unwrap();
    let other = store.db.confirm_device(&event(), &device, "none").unwrap_err();
    assert!(matches!(other, DbError::Refused(_)), "{other}");
    let status = |store: &mut Store| {
        let devices = store.db.devices(&event()).unwrap();
        (devices[0].status, devices[0].awaits_confirmation)
    };
    assert_eq!(status(&mut store), (Some(DeviceStatus::Suspended), true));
    store
        .db
        .confirm_device(&event(), &device, &six_digit_check(&public))
        .unwrap();
    assert_eq!(status(&mut store), (Some(DeviceStatus::Active), false));
}

fn count(store: &mut Store, device: &str, counter: u64) -> Result<bool, NotCounted> {
    let claims = RequestClaims {
        event: event(),
        device: device.parse().unwrap(),
        method: "GET".to_owned(),
        path: "/".to_owned(),
        body: [0; 32].into(),
        epoch: [4; 16].into(),
        counter,
    };
    let signed = Signed::seal(Context::Request, &key(device), to_cbor(&claims));
    let counted = store.db.count_request(&claims, &signed, NOW).unwrap();
    counted.map(|request| request.revoked.is_some_and(|revoked| revoked.order.is_some()))
}

pub(super) fn a_request_counts_once(backend: Backend) {
    let mut store = backend.open();
    store.db.server_key(&[1; 32]).unwrap();
    store.enrol("pi-1");
    assert_eq!(count(&mut store, "pi-1", 2), Ok(false));
    assert_eq!(count(&mut store, "pi-1", 2), Err(NotCounted::Replayed));
    assert_eq!(count(&mut store, "pi-1", 1), Err(NotCounted::Replayed));
    assert_eq!(count(&mut store, "pi-1", u64::MAX), Err(NotCounted::Replayed));
    assert_eq!(count(&mut store, "pi-1", 3), Ok(false));
    assert_eq!(count(&mut store, "pi-2", 1), Err(NotCounted::UnknownDevice));
    let device = "pi-1".parse().unwrap();
    store
        .db
        .revoke_device(&event(), &device, &Belief::AsHeld, NOW)
        .unwrap();
    assert_eq!(
        store.db.order_to(&event(), &device).unwrap().unwrap().handed,
        None
    );
    assert_eq!(count(&mut store, "pi-1", 4), Ok(true));
    assert_eq!(
        store.db.order_to(&event(), &device).unwrap().unwrap().handed,
        Some(NOW)
    );
    assert_eq!(store.db.contacts(&event()).unwrap()[0].seen, Some(NOW));
}

pub(super) fn a_revoked_device_counts_as_far_as_it_is_believed(backend: Backend) {
    let mut store = backend.open();
    let server = store.db.server_key(&[1; 32]).unwrap();
    store.enrol("pi-1");
    store.upload("pi-1", 1, None, &[1, 2, 3]);
    let device = "pi-1".parse().unwrap();
    let up_to = |up_to| Belief::UpTo(BTreeMap::from([(stream("pi-1"), Sequence(up_to))]));
    for (belief, expected) in [
        (Belief::AsHeld, (3, 0)),
        (up_to(2), (2, 1)),
        (Belief::Nothing, (0, 3)),
        (up_to(3), (3, 0)),
    ] {
        let streams = store.db.revoke_device(&event(), &device, &belief, NOW).unwrap();
        assert_eq!((streams[0].up_to.0, streams[0].beyond), expected);
        assert_eq!(store.db.believed(&event(), &device).unwrap(), streams);
        assert_eq!(store.db.facts(&event()).unwrap().len() as u64, expected.0);
    }
    let orders = store.db.orders(&event()).unwrap();
    let order = Order::open(&orders[0], &server.verifying_key()).unwrap();
    assert_eq!((order.device, order.command), (device, Command::Wipe));
    let unknown = store
        .db
        .revoke_device(&event(), &"pi-9".parse().unwrap(), &Belief::AsHeld, NOW);
    assert!(matches!(unknown, Err(DbError::Refused(_))));
}

fn beat(device: &str, at: UnixMillis) -> Vec<u8> {
    let health = Health {
        version: "1".to_owned(),
        now: Now::exactly(at.seconds()),
        uptime_s: 1,
        unsent: 0,
        unsent_since: None,
        last_scan: None,
        disk: None,
        camera: Camera::None,
        list: None,
        contradictions: 0,
        peers: 0,
    };
    let beat = Heartbeat {
        event: event(),
        device: device.parse().unwrap(),
        health,
    };
    beat.seal(&key(device))
}

pub(super) fn heartbeats_are_kept_the_newest_first(backend: Backend) {
    let mut store = backend.open();
    store.enrol("pi-1");
    store.enrol("pi-2");
    let (before, later) = (UnixMillis(NOW.0 - 600_000), NOW);
    let mut note = |by: &str, beats: &[Vec<u8>], at| {
        let beats: Vec<_> = beats.iter().map(|beat| beat.clone().into()).collect();
        store.db.note_heartbeats(&caller(by), &beats, at).unwrap()
    };
    assert_eq!(note("pi-1", &[beat("pi-1", before)], before), 1);
    assert_eq!(
        note("pi-2", &[beat("pi-1", later), beat("pi-2", later)], later),
        2
    );
    assert_eq!(
        note("pi-2", &[beat("pi-1", before)], later),
        0,
        "it is known already"
    );
    let contacts = store.db.contacts(&event()).unwrap();
    let last = contacts[0].last.as_ref().unwrap();
    assert_eq!((last.received, last.via.as_deref()), (later, Some("pi-2")));
    assert_eq!(contacts[0].before.as_ref().unwrap().now.best, before);
    assert_eq!(contacts[1].last.as_ref().unwrap().via, None);
}
