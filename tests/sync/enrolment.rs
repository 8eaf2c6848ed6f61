use super::{EVENT, Gate, Server, enrol};

use wicket::domain::admission::Listing;
use wicket::domain::ids::TicketId;
use wicket::domain::ticket::qr::{ErrorCorrection, Matrix};
use wicket::domain::time::UnixMillis;
use wicket::ledger::Ledger;
use wicket::server::db::{Db, NewDevice};
use wicket::sync::SyncError;
use wicket::wire::enrol::EnrolmentCode;

fn refusal(gate: &mut Gate, code: &EnrolmentCode, secret: u8) -> String {
    match enrol(&mut gate.ledger, code, &[secret; 32]) {
        Err(SyncError::Refused(refusal)) => refusal.code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_folder_with_check_ins_of_no_device_is_not_enrolled() {
    let server = Server::with_tickets(1);
    let mut gate = Gate::new();
    gate.enter(&[1; 8]);
    let code = server.code("pi-1");
    let refused = enrol(&mut gate.ledger, &code, &[9; 32]);
    assert!(matches!(refused, Err(SyncError::HoldsCheckIns)), "{refused:?}");
    assert_eq!(gate.ledger.setting("enrolment").unwrap(), None);
}

#[test]
fn a_gate_without_a_keyboard_enrols_by_a_code_that_is_shown_to_its_camera() {
    let server = Server::with_tickets(1);
    let gate = Gate::new();
    let frames = tempfile::tempdir().unwrap();
    let config = frames.path().join("gate.toml");
    let pictures = frames.path().join("pictures");
    std::fs::create_dir(&pictures).unwrap();
    // The frames stand in for a camera: the first shows a ticket.
    let matrix = Matrix::new(&server.ticket(), ErrorCorrection::M).unwrap();
    std::fs::write(pictures.join("1.png"), matrix.to_png(4).unwrap()).unwrap();
    std::fs::write(&config, format!("[camera]\nreplay = {pictures:?}\n")).unwrap();
    let config = config.to_str().unwrap();
    let enrolled = gate.run(&["enrol", "--config", config]);
    let said = String::from_utf8(enrolled.stderr).unwrap();
    assert!(said.contains("no enrolment code was shown"), "{said}");

    let url = server.code("pi-1").url;
    let shown = pictures.join("2.png");
    let add = [
        "device", "add", "pi-1", "--event", EVENT, "--gate", "north", "--url", &url, "--qr",
    ];
    server.admin(&[&add[..], &[shown.to_str().unwrap()]].concat());
    let enrolled = gate.run(&["enrol", "--config", config]);
    assert!(enrolled.status.success(), "{enrolled:?}");
    assert!(gate.run(&["sync"]).status.success());
}

#[test]
pub(super) fn a_gate_enrols_and_syncs_from_the_command_line_and_holds_the_servers_list() {
    let server = Server::with_tickets(1_200);
    let mut gate = Gate::new();
    let code = server.code("pi-1").to_text();
    let enrolled = gate.run(&["enrol", &code]);
    assert!(enrolled.status.success(), "{enrolled:?}");
    let said = String::from_utf8(enrolled.stdout).unwrap();
    let digits = said.split("six digits: ").nth(1).unwrap().lines().next().unwrap();
    let listed = server.admin(&["device", "list", "--event", EVENT]);
    assert!(
        listed.contains(digits) && listed.contains("active"),
        "{listed} / {digits}"
    );

    let synced = gate.run(&["sync"]);
    assert!(synced.status.success(), "{synced:?}");
    let tickets = server.tickets();
    assert_eq!(tickets.len(), 1_200);
    for ticket in tickets {
        let listing = gate
            .ledger
            .look_up(&TicketId::new(&ticket).unwrap())
            .unwrap()
            .listing;
        assert!(matches!(listing, Listing::Listed(_)), "{listing:?}");
    }
    let status = gate.run(&["status", "--json"]);
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(status["tickets"], 1_200);
    assert_eq!(status["event"], EVENT);
    assert_eq!(status["device"], "pi-1");
    assert_eq!(status["clock"], "synced");
}

#[test]
pub(super) fn a_token_used_by_two_keys_suspends_the_first_until_a_person_confirms_it() {
    let server = Server::with_tickets(0);
    let code = server.code("pi-1");
    let (mut first, mut second) = (Gate::new(), Gate::new());
    let (_, answer) = enrol(&mut first.ledger, &code, &[1; 32]).unwrap();
    assert_eq!(refusal(&mut second, &code, 2), "token-used");

    let refused = first.sync();
    assert!(
        matches!(&refused, Err(SyncError::Refused(refusal)) if refusal.code == "suspended-device"),
        "{refused:?}"
    );

    let wrong = server.try_admin(&["device", "confirm", "pi-1", "--event", EVENT, "--check", "no"]);
    assert!(!wrong.status.success());
    let digits = wicket::wire::enrol::six_digit_check(&answer.key);
    server.admin(&["device", "confirm", "pi-1", "--event", EVENT, "--check", &digits]);
    first.sync().unwrap();
}

#[test]
fn the_same_key_may_use_its_token_again_because_an_answer_can_get_lost() {
    let server = Server::with_tickets(0);
    let code = server.code("pi-1");
    enrol(&mut Gate::new().ledger, &code, &[1; 32]).unwrap();
    let mut again = Gate::new();
    enrol(&mut again.ledger, &code, &[1; 32]).unwrap();
    again.sync().unwrap();
}

#[test]
fn a_device_that_needs_confirmation_counts_only_after_it() {
    let server = Server::with_tickets(0);
    let text = server.admin(&[
        "device",
        "add",
        "pi-1",
        "--event",
        EVENT,
        "--gate",
        "g",
        "--url",
        &server.url(),
        "--confirm",
    ]);
    let mut gate = Gate::new();
    let (_, answer) = enrol(
        &mut gate.ledger,
        &EnrolmentCode::from_text(&text).unwrap(),
        &[1; 32],
    )
    .unwrap();
    assert!(answer.awaits_confirmation);
    assert!(matches!(gate.sync(), Err(SyncError::Refused(_))));
    let digits = wicket::wire::enrol::six_digit_check(&answer.key);
    server.admin(&["device", "confirm", "pi-1", "--event", EVENT, "--check", &digits]);
    gate.sync().unwrap();
}

#[test]
fn tokens_that_are_unknown_expired_or_superseded_are_refused_in_words() {
    let server = Server::with_tickets(0);
    let before = server.code("pi-1");
    let newer = server.code("pi-1");
    let mut gate = Gate::new();
    assert_eq!(refusal(&mut gate, &before, 1), "unknown-token");

    let expired = EnrolmentCode {
        token: [5; 16].into(),
        ..newer.clone()
    };
    Db::open(server.path())
        .unwrap()
        .add_device(&NewDevice {
            event: &EVENT.parse().unwrap(),
            device: &"pi-2".parse().unwrap(),
            gate: &"gate-a".parse().unwrap(),
            token: &expired.token,
            until: UnixMillis(1),
            confirm: false,
            relay: false,
        })
        .unwrap();
    assert_eq!(refusal(&mut gate, &expired, 1), "expired-token");
    enrol(&mut gate.ledger, &newer, &[1; 32]).unwrap();
}

#[test]
fn a_server_with_another_key_than_the_code_names_enrols_nobody() {
    let server = Server::with_tickets(0);
    let mut code = server.code("pi-1");
    code.fingerprint = [1; 32].into();
    let mut gate = Gate::new();
    let refused = enrol(&mut gate.ledger, &code, &[1; 32]);
    assert!(matches!(refused, Err(SyncError::Enrolment(_))), "{refused:?}");
    assert!(matches!(gate.sync(), Err(SyncError::NotEnrolled)));
}

#[test]
fn a_gate_that_is_enrolled_stays_what_it_is() {
    let server = Server::with_tickets(0);
    let mut gate = server.gate("pi-1");
    let refused = enrol(&mut gate.ledger, &server.code("pi-2"), &[9; 32]);
    assert!(
        matches!(refused, Err(SyncError::AlreadyEnrolled { .. })),
        "{refused:?}"
    );
}

#[test]
fn wrong_use_of_enrolment_says_what_to_do() {
    let gate = Gate::new();
    for (args, words) in [
        (&["enrol", "TKT1:ABC"][..], "admin device add"),
        (&["enrol", "TKE1:ABC"], "damaged"),
        (&["sync"], "not enrolled"),
        (&["sync", "--timeout", "0"], "seconds from 0.1"),
        (&["sync", "--timeout", "NaN"], "seconds from 0.1"),
        (&["sync", "--timeout", "soon"], "seconds from 0.1"),
    ] {
        let output = gate.run(args);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(words), "{args:?}: {said}");
    }
    let status = gate.run(&["status"]);
    assert!(status.status.success() && String::from_utf8(status.stdout).unwrap().contains("not enrolled"));
}
