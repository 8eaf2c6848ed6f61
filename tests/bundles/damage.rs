//! Bundles that are torn, changed, or not for those who open them: nothing of them is used.

use std::fs;
use std::io::Cursor;

use ed25519_dalek::SigningKey;
use wicket::domain::ids::EventId;
use wicket::domain::time::UnixMillis;
use wicket::ledger::Ledger;
use wicket::server::bundle as server_side;
use wicket::server::db::Db;
use wicket::sync::bundle::{ImportError, import};
use wicket::wire::bundle::{BundleError, Item, Maker, Plan, Writer};

use super::stick::Venue;
use crate::sync::{EVENT, seed};

const NOW: UnixMillis = UnixMillis(1_795_000_000_000);

/// What a stick's bytes may have become: each length, and each byte changed.
fn damaged(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let torn = (0..bytes.len()).map(|length| bytes[..length].to_vec());
    let changed = (0..bytes.len()).map(|place| {
        let mut bytes = bytes.to_vec();
        bytes[place] ^= 1 << (place % 8);
        bytes
    });
    torn.chain(changed)
}

#[test]
fn a_gate_uses_nothing_of_a_list_that_is_torn_or_changed_anywhere() {
    let mut venue = Venue::new(2, 1);
    let bytes = fs::read(venue.server_exports(&[])).unwrap();
    let before = venue.status(0);
    let ledger = &mut venue.gates[0].ledger;
    for bytes in damaged(&bytes) {
        let refused = import(ledger, Cursor::new(&bytes)).unwrap_err();
        assert!(refused.is_the_bundles(), "{refused:?}");
        assert_eq!(ledger.status().unwrap(), before);
    }
    assert_eq!(import(ledger, Cursor::new(&bytes)).unwrap().tickets, 2);
}

#[test]
fn a_server_uses_nothing_of_check_ins_that_are_torn_or_changed_anywhere() {
    let mut venue = Venue::with_lists(1, 1);
    venue.gates[0].enter(&[1; 8]);
    let bytes = fs::read(venue.exports(0)).unwrap();
    let mut db = Db::open(venue.server.path()).unwrap();
    let key = db.server_key(&[0; 32]).unwrap();
    let event: EventId = EVENT.parse().unwrap();
    for bytes in damaged(&bytes) {
        let refused = server_side::import(&mut db, &key, Cursor::new(&bytes), NOW).unwrap_err();
        assert!(refused.is_the_bundles(), "{refused:?}");
        assert!(db.facts(&event).unwrap().is_empty() && db.parked(&event).unwrap().is_empty());
    }
    let taken = server_side::import(&mut db, &key, Cursor::new(&bytes), NOW).unwrap();
    assert_eq!((taken.stored, taken.refused), (1, 0));
}

/// A bundle that a device of the event made by hand, sealed for `pi-1`.
fn forged(maker: Maker, signed_by: &SigningKey, items: &[Item]) -> Vec<u8> {
    let reader = SigningKey::from_bytes(&seed("pi-1")).verifying_key();
    let plan = Plan {
        event: EVENT.parse().unwrap(),
        maker,
        made: NOW,
        recipients: &[reader],
        random: [5; 32],
    };
    let mut bundle = Writer::begin(Vec::new(), plan).unwrap();
    for item in items {
        bundle.put(item).unwrap();
    }
    bundle.finish(signed_by).unwrap().0
}

#[test]
fn a_neighbour_cannot_speak_for_the_server_or_for_others() {
    let mut venue = Venue::with_lists(3, 2);
    let list = venue.status(0);
    let neighbour = SigningKey::from_bytes(&seed("pi-2"));
    let by = |device: &str| Maker::Device(device.parse().unwrap());
    let page = |context| {
        let page = wicket::wire::Signed::seal(context, &neighbour, b"page".to_vec());
        page.to_bytes().into()
    };
    let items = [
        Item::SnapshotPage(page(wicket::wire::Context::SnapshotPage)),
        Item::LogPage(page(wicket::wire::Context::LogPage)),
        Item::Receipt(page(wicket::wire::Context::Receipt)),
        Item::Segment(b"no segment".to_vec().into()),
    ];
    for item in items {
        let bytes = forged(by("pi-2"), &neighbour, std::slice::from_ref(&item));
        let refused = import(&mut venue.gates[0].ledger, Cursor::new(bytes)).unwrap_err();
        assert!(
            matches!(refused, ImportError::NotBelieved(_)),
            "{item:?}: {refused:?}"
        );
        assert_eq!(venue.status(0), list);
    }
    for maker in [Maker::Origin, by("pi-1"), by("pi-9")] {
        let bytes = forged(maker.clone(), &neighbour, &[]);
        let refused = import(&mut venue.gates[0].ledger, Cursor::new(bytes)).unwrap_err();
        match maker {
            Maker::Device(device) if device.as_str() == "pi-9" => {
                assert!(matches!(refused, ImportError::UnknownMaker { .. }), "{refused:?}");
            }
            _ => assert!(
                matches!(
                    refused,
                    ImportError::Bundle(BundleError::Changed("its signature"))
                ),
                "{refused:?}"
            ),
        }
    }
    // An order that another key signed is nobody's business.
    let order = Item::Order(page(wicket::wire::Context::Order));
    let bytes = forged(by("pi-2"), &neighbour, &[order]);
    let imported = import(&mut venue.gates[0].ledger, Cursor::new(bytes)).unwrap();
    assert!(!imported.wiped && imported.nothing_new());
    assert_eq!(venue.status(0), list);
}

#[test]
fn segments_of_devices_that_a_gate_does_not_know_are_left_out() {
    let mut venue = Venue::with_lists(1, 1);
    let stranger = SigningKey::from_bytes(&seed("pi-7"));
    let segment = crate::sync::samples::segment("pi-7", [9; 16], 1, None, &[1]).seal(&stranger);
    let own = SigningKey::from_bytes(&seed("pi-1"));
    let bytes = forged(
        Maker::Device("pi-1".parse().unwrap()),
        &own,
        &[Item::Segment(segment.into())],
    );
    let imported = import(&mut venue.gates[0].ledger, Cursor::new(bytes)).unwrap();
    assert_eq!((imported.unknown, imported.facts), (1, 0));
}
