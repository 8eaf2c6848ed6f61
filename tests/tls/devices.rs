//! Two gates that show each other their devices' keys.

use std::sync::Arc;

use wicket::tls::{IsDevice, mutual_client, mutual_server, with_own_key};

use super::key;
use super::meeting::{Met, meet};

/// The devices of an event, by the numbers of their keys.
fn devices(numbers: &'static [u8]) -> IsDevice {
    Arc::new(|shown| {
        numbers
            .iter()
            .any(|number| key(*number).verifying_key().to_bytes() == *shown)
    })
}

#[test]
fn two_devices_of_the_event_know_each_other_by_their_keys() {
    let server = mutual_server(&key(1), devices(&[1, 2])).unwrap();
    let client = mutual_client(&key(2), devices(&[1, 2])).unwrap();
    let public = |number| Some(key(number).verifying_key().to_bytes());
    let met = Met {
        server: public(1),
        client: public(2),
    };
    assert_eq!(meet(&server, &client, "192.168.1.7"), Ok(met));
}

#[test]
fn a_stranger_is_refused_by_whoever_it_meets() {
    let said = "no active device";
    let server = mutual_server(&key(3), devices(&[1, 2])).unwrap();
    let client = mutual_client(&key(2), devices(&[1, 2])).unwrap();
    let why = meet(&server, &client, "127.0.0.1").unwrap_err();
    assert!(why.contains(said), "{why}");

    let server = mutual_server(&key(1), devices(&[1, 2])).unwrap();
    let client = mutual_client(&key(3), devices(&[1, 2])).unwrap();
    assert!(meet(&server, &client, "127.0.0.1").is_err());
}

#[test]
fn a_client_without_a_device_is_refused_and_no_other_service_passes_for_a_gate() {
    use wicket::tls::Authorities;
    let server = mutual_server(&key(1), devices(&[1])).unwrap();
    let trust = super::trust(&key(1), Authorities::Only(Vec::new()), super::unsure(0), None);
    assert!(meet(&server, &super::config(&trust), "127.0.0.1").is_err());

    let web = with_own_key(&key(1)).unwrap();
    let client = mutual_client(&key(2), devices(&[1])).unwrap();
    assert!(meet(&web, &client, "127.0.0.1").is_err());
}
