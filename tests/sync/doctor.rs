//! `wicket doctor` on gates as they come: well, apart from their server, never enrolled, damaged.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use super::Server;
use super::venue::Venue;
use crate::cli::wicket;

fn doctor(folder: &Path, args: &[&str]) -> Output {
    wicket()
        .args(["doctor", "--data"])
        .arg(folder)
        .args(args)
        .output()
        .unwrap()
}

/// The fitness of each part, the worst where one was looked at several times.
fn fitness(folder: &Path, part: &str) -> (String, String) {
    let output = doctor(folder, &["--json"]);
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let order = ["broken", "poor", "absent", "well"];
    let rank = |finding: &&Value| order.iter().position(|name| finding["fitness"] == *name);
    let of_part = findings.iter().filter(|finding| finding["part"] == part);
    let worst = of_part.min_by_key(rank).unwrap();
    let words = format!("{} {}", worst["found"], worst["mend"]);
    (worst["fitness"].as_str().unwrap().to_owned(), words)
}

#[test]
fn a_gate_that_is_well_is_told_so_and_one_without_its_server_still_works() {
    let mut server = Server::with_tickets(3);
    let gate = Venue::new(&server, "pi-1");
    let folder = gate.folder.path();
    let output = doctor(folder, &[]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    for words in [
        "the store is sound",
        "3 tickets, 0 min old",
        "answers, and knows this gate",
        "was read",
        "MB/s",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    server.kill();
    let (fitness, words) = fitness(folder, "server");
    assert_eq!(fitness, "poor", "{words}");
    assert!(words.contains("the gate works without it"), "{words}");
    assert_eq!(doctor(folder, &[]).status.code(), Some(0));
}

#[test]
fn a_folder_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("gate");
    let output = doctor(&missing, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!missing.exists());
    assert_eq!(fitness(&missing, "database").0, "broken");
}

#[test]
fn a_gate_that_was_never_enrolled_is_told_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(doctor(folder.path(), &[]).status.code(), Some(1));
    let (fitness, words) = fitness(folder.path(), "keys");
    assert_eq!(fitness, "broken");
    assert!(words.contains("wicket admin device add"), "{words}");
}

#[test]
fn a_damaged_store_is_found() {
    let server = Server::with_tickets(200);
    let gate = Venue::new(&server, "pi-1");
    let file = gate.folder.path().join("gate.db");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0x5a);
    fs::write(&file, bytes).unwrap();
    let (fitness, words) = fitness(gate.folder.path(), "database");
    assert_eq!(fitness, "broken", "{words}");
}

#[test]
fn settings_are_examined_and_what_they_name() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("gate.toml");
    let data = format!("[gate]\ndata = {:?}\n", folder.path());
    let examine = |rest: &str| {
        fs::write(&config, format!("{data}{rest}")).unwrap();
        let output = wicket()
            .args(["doctor", "--config"])
            .arg(&config)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let said = examine("[camera]\nenabled = false\n[[scanner]]\nserial = \"/dev/serial/by-id/none\"\n");
    assert!(
        said.contains("MEND     scanner   /dev/serial/by-id/none is not there"),
        "{said}"
    );
    assert!(said.contains("none     camera    switched off"), "{said}");
    let said = examine("[signals]\ngpiochip = \"/dev/gpiochip99\"\nrelay = { line = 17 }\n");
    assert!(said.contains("MEND     signals"), "{said}");
    let said = examine("speed = 9\n");
    assert!(
        said.contains("MEND     config") && said.contains("speed"),
        "{said}"
    );
}
