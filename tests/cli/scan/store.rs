//! What is kept, and what a gate does whose store fails.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use wicket::domain::ids::StreamId;
use wicket::ledger::{Ledger, Opening, SqliteLedger};

use super::{AT, Trial, feed, id, outcomes, scans, stderr};

fn ledger(data: &Path) -> SqliteLedger {
    SqliteLedger::attach(data, &Opening::default()).unwrap()
}

/// Entries of tickets `0..numbers` that the store holds.
fn entries(data: &Path, numbers: u16) -> usize {
    let mut ledger = ledger(data);
    (0..numbers)
        .map(|number| ledger.look_up(&id(number)).unwrap().facts.len())
        .sum()
}

#[test]
fn without_a_data_folder_a_line_says_that_nothing_is_kept() {
    let trial = Trial::new();
    let output = feed(&mut trial.scan(), b"");
    assert!(
        stderr(&output).contains("--data") && stderr(&output).contains("not kept"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn what_was_recorded_outlives_the_process() {
    let trial = Trial::new();
    let data = trial.path("data");
    let code = trial.code(1);
    let run = |at| outcomes(&feed(trial.scan_at(at).arg("--data").arg(&data), code.as_bytes()));
    assert_eq!(run(AT), ["admit"]);
    assert_eq!(run(AT + 600), ["ALREADY_USED"]);
    assert_eq!(entries(&data, 2), 1);
    let denials = ledger(&data).denials(10).unwrap();
    assert_eq!(denials.len(), 1);
    assert_eq!(denials[0].ticket, Some(id(1)));
}

#[test]
fn the_line_comes_after_the_record_and_at_once() {
    let trial = Trial::new();
    let data = trial.path("data");
    let piped = |command: &mut Command| {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let mut child = piped(trial.scan().arg("--data").arg(&data));
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for number in 0..5 {
        writeln!(stdin, "{}", trial.code(number)).unwrap();
        // The source is open still, so the line waits for nothing but the verdict; and the store holds the entry.
        let scan: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(scan["verdict"], "admit");
        assert_eq!(entries(&data, 5), usize::from(number) + 1);
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_gate_whose_store_fails_admits_nobody_and_says_so() {
    const TICKETS: u16 = 60;
    let trial = Trial::new();
    let data = trial.path("data");
    // Make the store while there is room.
    feed(trial.scan().arg("--data").arg(&data), b"");
    // No file may grow beyond this many blocks of 512 bytes, as on a full disk; the signal is ignored, so that
    // writes fail instead.
    let limited = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", 160);
    let scan = trial.scan();
    let mut command = Command::new("sh");
    command
        .args(["-c", &limited, "sh"])
        .arg(scan.get_program())
        .args(scan.get_args());
    let input: String = (0..TICKETS).map(|number| trial.code(number) + "\n").collect();
    let output = feed(command.arg("--data").arg(&data), input.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let outcomes = outcomes(&output);
    let admitted = outcomes.iter().filter(|outcome| *outcome == "admit").count();
    let failed = outcomes
        .iter()
        .filter(|outcome| *outcome == "STORE_FAILED")
        .count();
    assert_eq!(
        (admitted + failed, outcomes.len()),
        (usize::from(TICKETS), usize::from(TICKETS)),
        "{outcomes:?}"
    );
    assert!(failed > 0, "the limit was never reached");
    assert_eq!(entries(&data, TICKETS), admitted);
    assert!(stderr(&output).contains("wicket: "), "{}", stderr(&output));
}

#[test]
fn two_gates_on_one_folder_are_told_apart() {
    let trial = Trial::new();
    let data = trial.path("data");
    let _other = SqliteLedger::open(&data, StreamId::new([1; 16]), &Opening::default()).unwrap();
    let output = feed(trial.scan().arg("--data").arg(&data), b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("another gate runs on"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_reader_of_the_verdicts_that_goes_away_ends_the_gate_with_everything_kept() {
    let trial = Trial::new();
    let data = trial.path("data");
    let mut command = trial.scan();
    let mut child = command
        .arg("--data")
        .arg(&data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    drop(child.stdout.take());
    let input: String = (0..20).map(|number| trial.code(number) + "\n").collect();
    // The gate may be gone before it has read all.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(
        entries(&data, 20),
        1,
        "the guest whose line could not be written is recorded, and nobody after"
    );
}

#[test]
fn ctrl_c_and_sigterm_end_the_gate_with_everything_kept() {
    for signal in ["INT", "TERM"] {
        let trial = Trial::new();
        let data = trial.path("data");
        let mut command = trial.scan();
        let mut child = command
            .arg("--data")
            .arg(&data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        writeln!(stdin, "{}\nhello", trial.code(0)).unwrap();
        for _ in 0..2 {
            lines.next().unwrap().unwrap();
        }
        // The source stays open: only the signal ends the gate.
        let pid = child.id().to_string();
        assert!(
            Command::new("kill")
                .args([&format!("-{signal}"), &pid])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(child.wait().unwrap().code(), Some(0), "SIG{signal}");
        assert_eq!(entries(&data, 1), 1);
        assert_eq!(ledger(&data).denials(10).unwrap().len(), 1);
    }
}

#[test]
fn a_folder_that_is_enrolled_takes_no_keys_of_its_own() {
    let trial = Trial::new();
    let data = trial.path("data");
    enrol(&data);
    let output = feed(trial.scan().arg("--data").arg(&data), b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("is enrolled for the event spring-26"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn an_enrolled_gate_without_a_list_is_told_to_sync() {
    let trial = Trial::new();
    let data = trial.path("data");
    enrol(&data);
    let output = crate::cli::wicket()
        .args(["scan", "--data"])
        .arg(&data)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("run `wicket sync` first"),
        "{}",
        stderr(&output)
    );
    assert!(scans(&output).is_empty());
}

fn enrol(data: &Path) {
    let enrolment = serde_json::json!({
        "server": "http://127.0.0.1:1", "server_key": "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
        "device": "lane-1", "event": "spring-26", "gate": "north",
    });
    ledger(data)
        .set_setting("enrolment", enrolment.to_string().as_bytes())
        .unwrap();
}
