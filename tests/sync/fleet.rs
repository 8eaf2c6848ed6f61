//! What an operator sees of the gates.

use ed25519_dalek::SigningKey;
use serde_json::Value;
use wicket::domain::health::{Camera, Health};
use wicket::domain::time::{Now, UnixSeconds};
use wicket::wire::heartbeat::{Heartbeat, Heartbeats, Noted};
use wicket::wire::{from_cbor, to_cbor};

use super::raw::{Device, send};
use super::venue::Venue;
use super::{EVENT, Server, seed};

const HEARTBEAT: &str = "/sync/v1/heartbeat";
const FLEET: &str = "/sync/v1/fleet";

/// A heartbeat of a device that has run for so many seconds, as its key signs it.
fn beat(device: &str, uptime_s: u64, signed_by: &str) -> Vec<u8> {
    let beat = Heartbeat {
        event: EVENT.parse().unwrap(),
        device: device.parse().unwrap(),
        health: Health {
            version: "9.9 \u{1b}[2J".to_owned(),
            now: Now::exactly(UnixSeconds(1_795_000_000 + uptime_s)),
            uptime_s,
            unsent: 5,
            unsent_since: Some(UnixSeconds(1_795_000_000).millis()),
            last_scan: None,
            disk: None,
            camera: Camera::Failed,
            list: None,
            contradictions: 0,
            peers: 2,
        },
    };
    beat.seal(&SigningKey::from_bytes(&seed(signed_by)))
}

/// Hands heartbeats over; how many were news.
fn hand_over(server: &Server, device: &mut Device, beats: &[Vec<u8>]) -> u64 {
    let beats = beats.iter().map(|bytes| bytes.clone().into()).collect();
    let body = to_cbor(&Heartbeats { beats });
    let authorization = device.sign("POST", HEARTBEAT, &body);
    let answer = send(&server.address, "POST", HEARTBEAT, &[authorization], &body);
    assert_eq!(answer.status, 200, "{answer:?}");
    from_cbor::<Noted>(&answer.body).unwrap().noted
}

/// `admin fleet --json`, with its exit status.
fn fleet(server: &Server) -> (Value, Option<i32>) {
    let output = server.try_admin(&["fleet", "--event", EVENT, "--json"]);
    (
        serde_json::from_slice(&output.stdout).unwrap(),
        output.status.code(),
    )
}

#[test]
fn a_gate_that_synced_shows_what_it_is_and_one_that_never_did_is_missed() {
    let server = Server::with_tickets(3);
    let gate = Venue::new(&server, "pi-1");
    let (seen, exit_status) = fleet(&server);
    let row = &seen["gates"][0];
    assert_eq!(
        (
            row["device"].as_str(),
            row["gate"].as_str(),
            row["status"].as_str()
        ),
        (Some("pi-1"), Some("gate-a"), Some("active"))
    );
    assert_eq!(row["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!((&row["path"], &row["tickets"]), (&"direct".into(), &3.into()));
    assert_eq!(row["list_version"], gate.status()["list_version"]);
    assert_eq!((&row["unsent"], &row["contradictions"]), (&0.into(), &0.into()));
    assert_eq!(row["clock"], gate.status()["clock"]);
    assert!(
        row["disk"]["free_bytes"].is_u64() && row["disk"]["writable"] == true,
        "{row}"
    );
    // A machine with a full disk is told so, whatever else is well.
    let well = row["mend"]
        .as_array()
        .unwrap()
        .iter()
        .all(|words| words.as_str().unwrap().contains("disk"));
    assert!(well, "{row}");
    assert_eq!(exit_status == Some(0), row["mend"] == Value::Array(Vec::new()));

    server.code("pi-2");
    let (seen, exit_status) = fleet(&server);
    assert_eq!(exit_status, Some(1));
    assert_eq!(seen["gates"][1]["status"], "not-enrolled");
    let said = server.try_admin(&["fleet", "--event", EVENT]);
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(
        said.contains("pi-1\tactive\tseen 0 s ago") && said.contains("mend: not enrolled yet"),
        "{said}"
    );
}

#[test]
pub(super) fn the_fleet_is_the_same_over_http() {
    let server = Server::with_tickets(0);
    let _gate = Venue::new(&server, "pi-1");
    let _asks = server.gate("pi-2");
    let authorization = Device::new("pi-2").sign("GET", FLEET, b"");
    let answer = send(&server.address, "GET", FLEET, &[authorization], b"");
    let by_http: Value = serde_json::from_slice(&answer.body).unwrap();
    let (by_hand, _) = fleet(&server);
    for member in [
        "device",
        "version",
        "uptime_s",
        "unsent",
        "list_as_of",
        "clock",
        "path",
    ] {
        assert_eq!(
            by_http["gates"][0][member], by_hand["gates"][0][member],
            "{member}"
        );
    }
    assert_eq!(send(&server.address, "GET", FLEET, &[], b"").code(), "unsigned");
}

#[test]
fn a_heartbeat_may_be_carried_and_an_old_or_forged_one_is_no_news() {
    let server = Server::with_tickets(0);
    let (_one, _two) = (server.gate("pi-1"), server.gate("pi-2"));
    let (mut one, mut two) = (Device::new("pi-1"), Device::new("pi-2"));
    assert_eq!(hand_over(&server, &mut two, &[beat("pi-1", 20, "pi-1")]), 1);
    let row = |server: &Server| fleet(server).0["gates"][0].clone();
    assert_eq!(row(&server)["path"]["relay"], "pi-2");
    assert_eq!(row(&server)["version"], "9.9[2J", "nothing that a terminal obeys");
    assert_eq!(
        (&row(&server)["camera"], &row(&server)["peers"]),
        (&"failed".into(), &2.into())
    );

    let no_news = [
        beat("pi-1", 20, "pi-1"),
        beat("pi-1", 19, "pi-1"),
        beat("pi-1", 90, "pi-2"),
        beat("pi-9", 90, "pi-9"),
        b"garbage".to_vec(),
    ];
    assert_eq!(hand_over(&server, &mut two, &no_news), 0);
    // What the gate says itself counts, whatever its clock did.
    assert_eq!(hand_over(&server, &mut one, &[beat("pi-1", 3, "pi-1")]), 1);
    assert_eq!(
        (&row(&server)["path"], &row(&server)["uptime_s"]),
        (&"direct".into(), &3.into())
    );
}

#[test]
fn only_the_last_hour_of_heartbeats_is_kept() {
    let server = Server::with_tickets(0);
    let _gate = server.gate("pi-1");
    let mut device = Device::new("pi-1");
    for round in 0..5 {
        let beats: Vec<Vec<u8>> = (0..30)
            .map(|beat_of| beat("pi-1", round * 30 + beat_of, "pi-1"))
            .collect();
        assert_eq!(hand_over(&server, &mut device, &beats), 30);
    }
    let kept: (i64, i64) = server
        .database()
        .query_row("SELECT count(*), max(number) FROM heartbeats", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(kept, (120, 150));
}
