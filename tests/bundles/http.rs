//! Bundles over the server's API.

use std::io::Cursor;

use wicket::ledger::Ledger;
use wicket::sync::bundle::import;

use super::stick::Venue;
use crate::sync::raw::{Device, send};

const BUNDLES: &str = "/sync/v1/bundles";

#[test]
fn a_bundle_goes_up_by_http_and_the_answer_is_a_bundle_for_its_maker() {
    let mut venue = Venue::new(3, 2);
    venue.server.start();
    let list = {
        let mut asks = Device::new("pi-1");
        let header = asks.sign("GET", BUNDLES, b"");
        send(&venue.server.address, "GET", BUNDLES, &[header], b"")
    };
    assert_eq!(list.status, 200, "{list:?}");
    let imported = import(&mut venue.gates[0].ledger, Cursor::new(&list.body)).unwrap();
    assert_eq!(imported.tickets, 3);

    venue.gates[0].enter(&[1; 8]);
    let file = venue.exports(0);
    let bytes = std::fs::read(file).unwrap();
    // Another gate brings it.
    let mut carrier = Device::new("pi-2");
    let header = carrier.sign("POST", BUNDLES, &bytes);
    let answer = send(&venue.server.address, "POST", BUNDLES, &[header], &bytes);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(venue.server.attendance()["facts"], 1);
    let imported = import(&mut venue.gates[0].ledger, Cursor::new(&answer.body)).unwrap();
    assert_eq!((imported.acknowledged, imported.waiting), (1, 0));
    assert!(import(&mut venue.gates[1].ledger, Cursor::new(&answer.body)).is_err());
    assert_eq!(venue.gates[1].ledger.status().unwrap().cursor, None);
}

#[test]
fn what_is_no_bundle_is_refused_in_words_and_the_server_lives_on() {
    let mut venue = Venue::new(0, 1);
    venue.server.start();
    let mut device = Device::new("pi-1");
    for body in [
        &b"no bundle"[..],
        b"WKBUNDLE\x00\x01\x00\x00",
        b"WKBUNDLE\x00\x02",
    ] {
        let header = device.sign("POST", BUNDLES, body);
        let answer = send(&venue.server.address, "POST", BUNDLES, &[header], body);
        assert_eq!((answer.status, answer.code().as_str()), (400, "bundle-refused"));
    }
    let answer = send(&venue.server.address, "POST", BUNDLES, &[], b"no bundle");
    assert_eq!((answer.status, answer.code().as_str()), (401, "unsigned"));
    assert_eq!(venue.server.attendance()["facts"], 0);
}
