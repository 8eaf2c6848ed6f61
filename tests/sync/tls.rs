use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use super::raw::send;
use super::raw::server_key;
use super::{EVENT, Gate, Server, enrol, patience, seed, unique};
use crate::cli::wicket;
use crate::tls::web::{Authority, Issued};
use ed25519_dalek::SigningKey;
use wicket::device::clock::boot;
use wicket::domain::clock::{Reading, Sighting, Sightings, estimate};
use wicket::domain::time::{ClockState, Now, UnixMillis, UnixSeconds};
use wicket::ledger::{
    CLOCK_SIGHTING_SETTING, DEVICE_KEY_SETTING, ENROLMENT_SETTING, Enrolment, Ledger, ServerKey,
    TLS_KEY_SETTING,
};
use wicket::server::db::Db;
use wicket::server::now;
use wicket::sync::{Client, GateClock, Givens, Http, Summary, SyncError, Trust, once};
use wicket::wire::enrol::fingerprint;

const NONCE: &str = "/sync/v1/time?nonce=00112233445566778899aabbccddeeff";

#[test]
fn plain_http_where_tls_is_spoken_is_told_so_and_nothing_else() {
    let server = Server::with_tls(0, &["--tls"]);
    for (method, path, body) in [("GET", NONCE, &b""[..]), ("POST", "/sync/v1/enrol", b"secret")] {
        let answer = send(&server.address, method, path, &[], body);
        assert_eq!((answer.status, answer.code().as_str()), (400, "tls-only"));
    }
    let json = ["accept: application/json".to_owned()];
    let answer = send(&server.address, "GET", NONCE, &json, b"");
    let said: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert!(said["message"].as_str().unwrap().contains("https://"), "{said}");
}

#[test]
fn what_only_begins_like_tls_is_cut_and_the_server_lives_on() {
    let server = Server::with_tls(0, &["--tls"]);
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream
        .write_all(&[22, 3, 1, 0, 5, 0xff, 0xff, 0xff, 0xff, 0xff])
        .unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    // At most an alert (RFC 8446 section 6), and no HTTP.
    assert_ne!(answer.first(), Some(&b'H'));
    assert_eq!(send(&server.address, "GET", NONCE, &[], b"").code(), "tls-only");
}

#[test]
fn files_that_hold_no_certificate_are_named_before_anybody_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty.pem");
    std::fs::write(&file, "").unwrap();
    let said = refused(
        folder.path(),
        &["--tls-cert", path(&file), "--tls-key", path(&file)],
    );
    assert!(
        said.contains("empty.pem") && said.contains("certificates"),
        "{said}"
    );
    let said = refused(folder.path(), &["--tls-cert", path(&file)]);
    assert!(said.contains("--tls-key"), "{said}");
}

/// What `wicket serve` says that does not start.
fn refused(folder: &Path, tls: &[&str]) -> String {
    let data = folder.join("data");
    let output = wicket()
        .args(["admin", "event", "add", EVENT, "--data", path(&data)])
        .output()
        .unwrap();
    assert!(output.status.success() || data.exists(), "{output:?}");
    let output = wicket()
        .args(["serve", "--listen", "127.0.0.1:0", "--data", path(&data)])
        .args(tls)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

const DAY: u64 = 24 * 60 * 60;

/// A machine whose battery is empty: its wall clock begins in 1970, and NTP has not said anything.
fn in_1970(seen: Option<&Sighting>, floor: UnixMillis) -> Now {
    guessed(seen, floor, 0)
}

/// A machine whose clock stands at the end of the 32 bits of NTP's seconds.
fn in_2036(seen: Option<&Sighting>, floor: UnixMillis) -> Now {
    guessed(seen, floor, 2_085_978_496)
}

fn guessed(seen: Option<&Sighting>, floor: UnixMillis, wall_s: u64) -> Now {
    let (boot_id, boottime_ms) = boot();
    let reading = Reading {
        boot_id,
        boottime_ms,
        wall_ms: UnixSeconds(wall_s).millis(),
        ntp_error_ms: None,
    };
    let known = Sightings {
        sighting: seen.cloned(),
        told: None,
    };
    estimate(&reading, &known, floor)
}

fn givens(clock: GateClock) -> Givens<'static> {
    Givens {
        boot: &boot,
        clock,
        epoch: unique(),
        nonce: unique(),
        jitter: 0,
        tell: wicket::sync::silent,
    }
}

/// A venue's server behind a certificate of the web, whose authority no machine knows.
struct Venue {
    authority: Authority,
    issued: Issued,
    server: Server,
}

impl Venue {
    /// The certificate holds between two times in seconds since 1970.
    fn new(from: u64, until: u64) -> Self {
        let authority = Authority::new(1);
        let issued = authority.issue_between("127.0.0.1", from, until);
        let folder = tempfile::tempdir().unwrap();
        let (chain, key) = issued.write(folder.path());
        let server = Server::with_tls(3, &["--tls-cert", path(&chain), "--tls-key", path(&key)]);
        Self {
            authority,
            issued,
            server,
        }
    }

    /// A gate that was enrolled by other means, as by file.
    fn gate(&self) -> Gate {
        let mut gate = Gate::new();
        let code = self.server.code("pi-1");
        let secret = SigningKey::from_bytes(&seed("pi-1"));
        let mut db = Db::open(self.server.path()).unwrap();
        db.enrol(&code.token, &secret.verifying_key().to_bytes(), now())
            .unwrap();
        let enrolment = Enrolment {
            server: self.server.url(),
            server_key: ServerKey(server_key(&self.server)),
            device: "pi-1".parse().unwrap(),
            event: EVENT.parse().unwrap(),
            gate: "gate-a".parse().unwrap(),
        };
        let json = serde_json::to_vec(&enrolment).unwrap();
        gate.ledger.set_setting(ENROLMENT_SETTING, &json).unwrap();
        gate.ledger
            .set_setting(DEVICE_KEY_SETTING, secret.as_bytes())
            .unwrap();
        gate
    }

    /// A sync of a gate that knows the venue's authority.
    fn sync(&self, gate: &mut Gate, clock: GateClock) -> Result<Summary, SyncError> {
        let own = fingerprint(server_key(&self.server).as_bytes());
        let trust = Trust::of(&mut gate.ledger, own, self.authority.alone(), clock)?;
        let enrolment = wicket::sync::enrolment(&mut gate.ledger)?;
        let key = SigningKey::from_bytes(&seed("pi-1"));
        let http = Http::new(&enrolment.server, trust)?;
        let mut client = Client::new(http, enrolment, key, unique());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(once(&mut gate.ledger, &mut client, &givens(clock)))
    }
}

fn why<T: std::fmt::Debug>(refused: Result<T, SyncError>) -> String {
    match refused {
        Err(SyncError::NotBelieved { why, .. }) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_gate_in_1970_or_2036_enrols_learns_the_time_and_takes_the_list() {
    let server = Server::with_tls(3, &["--tls"]);
    for (device, clock) in [("pi-1", in_1970 as GateClock), ("pi-2", in_2036)] {
        let mut gate = Gate::new();
        assert_eq!(clock(None, UnixMillis(0)).state, ClockState::Unsure);
        wicket::sync::enrol(&mut gate.ledger, &server.code(device), &seed(device), clock).unwrap();
        gate.enter(&[1; 8]);
        let summary = wicket::sync::sync(&mut gate.ledger, &givens(clock), &patience(1)).unwrap();
        assert_eq!((summary.down.tickets, summary.up.waiting), (3, 0), "{device}");
        assert_eq!(
            clock(summary.sighting.as_ref(), UnixMillis(0)).state,
            ClockState::Synced
        );
    }
}

#[test]
fn a_server_with_another_key_is_refused_before_it_is_told_the_token() {
    let server = Server::with_tls(0, &["--tls"]);
    let code = server.code("pi-1");
    let mut other = code.clone();
    other.fingerprint = [1; 32].into();
    let mut gate = Gate::new();
    let said = why(enrol(&mut gate.ledger, &other, &[1; 32]));
    assert!(
        said.contains("not the one that the server enrolled this gate with"),
        "{said}"
    );
    // Had the token been used, this second key would suspend the device.
    enrol(&mut Gate::new().ledger, &code, &[2; 32]).unwrap();
    assert!(
        server
            .admin(&["device", "list", "--event", EVENT])
            .contains("active")
    );
}

#[test]
fn tls_to_a_server_without_it_and_the_other_way_round_say_what_is_wrong() {
    let mut gate = Gate::new();
    let plain = Server::with_tickets(0);
    let mut code = plain.code("pi-1");
    code.url = code.url.replace("http://", "https://");
    let said = why(enrol(&mut gate.ledger, &code, &[1; 32]));
    assert!(said.contains("does not speak TLS"), "{said}");

    let tls = Server::with_tls(0, &["--tls"]);
    let mut code = tls.code("pi-1");
    code.url = code.url.replace("https://", "http://");
    match enrol(&mut gate.ledger, &code, &[1; 32]) {
        Err(SyncError::Refused(refusal)) => assert_eq!(refusal.code, "tls-only"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_gate_remembers_the_key_of_a_certificate_of_the_web_once_it_knows_the_time() {
    let today = now().seconds().0;
    let venue = Venue::new(today - DAY, today + DAY);
    let mut gate = venue.gate();
    let said = why(venue.sync(&mut gate, in_1970));
    assert!(said.contains("does not know the time"), "{said}");
    assert_eq!(gate.ledger.setting(TLS_KEY_SETTING).unwrap(), None);

    assert_eq!(venue.sync(&mut gate, sure).unwrap().down.tickets, 3);
    let remembered = Some(venue.issued.key_hash().to_vec());
    assert_eq!(gate.ledger.setting(TLS_KEY_SETTING).unwrap(), remembered);

    // The gate is started again with an empty battery: by the boot's other id, what it saw says nothing.
    gate.ledger.set_setting(CLOCK_SIGHTING_SETTING, b"{}").unwrap();
    gate.enter(&[1; 8]);
    assert_eq!(venue.sync(&mut gate, in_1970).unwrap().up.waiting, 0);
    assert_eq!(gate.ledger.setting(TLS_KEY_SETTING).unwrap(), remembered);
}

/// A machine that the server's time keeps sure.
fn sure(_: Option<&Sighting>, _: UnixMillis) -> Now {
    Now::exactly(now().seconds())
}

#[test]
fn the_remembered_key_of_an_expired_certificate_brings_the_time_and_nothing_else() {
    let today = now().seconds().0;
    let venue = Venue::new(today - 2 * DAY, today - DAY);
    let mut gate = venue.gate();
    gate.ledger
        .set_setting(TLS_KEY_SETTING, &venue.issued.key_hash())
        .unwrap();
    gate.enter(&[1; 8]);
    let said = why(venue.sync(&mut gate, in_1970));
    assert!(said.contains("its certificate ended at"), "{said}");
    assert!(gate.ledger.setting(CLOCK_SIGHTING_SETTING).unwrap().is_some());
    assert_eq!((gate.ledger.cursor().unwrap(), gate.unsent()), (None, 1));
}

#[test]
fn the_command_line_goes_by_the_authorities_of_its_machine() {
    let today = now().seconds().0;
    let venue = Venue::new(today - DAY, today + DAY);
    let gate = Gate::new();
    let file = gate.folder.path().join("authorities.pem");
    std::fs::write(&file, venue.authority.pem()).unwrap();
    let code = venue.server.code("pi-1").to_text();
    let run = |args: &[&str], authorities: &Path| {
        let mut command = wicket();
        command.args(args).arg("--data").arg(gate.folder.path());
        command
            .env("SSL_CERT_FILE", authorities)
            .env_remove("SSL_CERT_DIR");
        command.output().unwrap()
    };
    let refused = run(&["enrol", &code], Path::new("/nowhere"));
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(
        String::from_utf8(refused.stderr)
            .unwrap()
            .contains("ca-certificates")
    );
    for args in [&["enrol", &code][..], &["sync"]] {
        let output = run(args, &file);
        assert!(output.status.success(), "{output:?}");
    }
}
