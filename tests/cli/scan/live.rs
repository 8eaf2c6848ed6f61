//! `wicket scan --config`: a gate's own hardware, as far as a machine without any has it. A terminal stands in for a serial
//! port, and a replay for a camera.

use std::fs;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};

use serialport::{SerialPort, TTYPort};

use super::{Trial, feed, frames_dir, outcome, outcomes, scan_by_keys, stderr};

/// `wicket scan --json --config` with this file, and this trial's keys.
pub(super) fn scan(trial: &Trial, config: &str) -> Command {
    let file = trial.path("gate.toml");
    fs::write(&file, config).unwrap();
    let mut command = trial.scan();
    command.arg("--config").arg(file);
    command
}

fn refused(output: &Output, words: &[&str]) {
    let message = stderr(output);
    assert_eq!(output.status.code(), Some(2), "{message}");
    for word in words {
        assert!(message.contains(word), "{word:?} is not in {message:?}");
    }
}

#[test]
fn a_configuration_that_cannot_be_used_is_an_error_that_says_where() {
    let trial = Trial::new();
    let run = |config: &str| feed(&mut scan(&trial, config), b"");
    refused(
        &run("[camera]\nenabled = true\nfsp = 30\n"),
        &["gate.toml", "line 3", "`fsp`", "`fps`"],
    );
    refused(&run("[camera]\nenabled = false\n"), &["no camera and no scanner"]);
    refused(
        &run("[camera]\nreplay = \"/missing/frames\"\n"),
        &["/missing/frames", "check the path"],
    );
    let mut missing = trial.scan();
    missing.arg("--config").arg(trial.path("other.toml"));
    refused(&feed(&mut missing, b""), &["other.toml", "check the path"]);
    let mut both = scan(&trial, "");
    both.arg("--frames").arg(trial.path("frames"));
    refused(&feed(&mut both, b""), &["--config", "--frames"]);
}

#[test]
fn a_replay_as_a_camera_admits_its_guest_and_ends_the_gate() {
    let trial = Trial::new();
    let frames = frames_dir();
    let config = format!(
        "[gate]\nname = \"west\"\n[sound]\nenabled = false\n[camera]\nfps = 30\nreplay = \"{}\"\n",
        frames.join("sequences/guest").display()
    );
    fs::write(trial.path("gate.toml"), config).unwrap();
    let mut command = scan_by_keys(&frames);
    command.arg("--config").arg(trial.path("gate.toml"));
    let output = feed(&mut command, b"");
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(outcomes(&output), ["admit"]);
    assert_eq!(super::scans(&output)[0]["gate"], "west");
    assert!(
        stderr(&output).contains("the camera works"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn lines_that_cannot_be_had_are_a_fault_and_the_gate_scans_all_the_same() {
    let trial = Trial::new();
    let config = format!(
        "[sound]\nenabled = false\n[camera]\nreplay = \"{}\"\n[signals]\ngpiochip = \"/dev/gpiochip-missing\"\nrelay = {{ line = 17 }}\n",
        frames_dir().join("sequences/guest").display()
    );
    let output = feed(&mut scan(&trial, &config), b"");
    assert!(output.status.success(), "{}", stderr(&output));
    let message = stderr(&output);
    assert!(
        message.contains("does not open by itself") && message.contains("line"),
        "{message}"
    );
    assert_eq!(
        outcomes(&output).len(),
        1,
        "the guest is of another issuer, and judged"
    );
}

/// A gate that runs; killed when dropped.
pub(super) struct Running(Child, Option<Lines<BufReader<ChildStderr>>>);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A terminal that a serial scanner is plugged into: the scanner's end, and the port's name.
pub(super) fn port() -> (TTYPort, String) {
    let (scanner, port) = TTYPort::pair().unwrap();
    let name = port.name().unwrap();
    (scanner, name)
}

#[test]
fn a_serial_scanners_codes_are_judged_and_the_gate_stops_when_it_is_told_to() {
    let trial = Trial::new();
    let (mut scanner, name) = port();
    let config =
        format!("[camera]\nenabled = false\n[sound]\nenabled = false\n[[scanner]]\nserial = \"{name}\"\n");
    let (mut gate, mut verdicts) = started(&mut scan(&trial, &config), &name);
    for (code, expected) in [
        (trial.code(1), "admit"),
        (trial.code(1), "ALREADY_USED"),
        ("no ticket".to_owned(), "MALFORMED"),
    ] {
        scanner.write_all(format!("{code}\r\n").as_bytes()).unwrap();
        let verdict = serde_json::from_str(&verdicts.next().unwrap().unwrap()).unwrap();
        assert_eq!(outcome(&verdict), expected);
    }
    stop(&gate.0);
    assert!(gate.0.wait().unwrap().success());
}

/// A gate that has found its scanner, and what it says.
pub(super) fn started(command: &mut Command, scanner: &str) -> (Running, Lines<BufReader<ChildStdout>>) {
    let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut gate = Running(piped.spawn().unwrap(), None);
    let mut told = BufReader::new(gate.0.stderr.take().unwrap()).lines();
    let there = format!("{scanner} is there");
    assert!(
        told.any(|line| line.unwrap().contains(&there)),
        "the scanner was found"
    );
    // It may say more: the pipe stays open, and has room.
    gate.1 = Some(told);
    let verdicts = BufReader::new(gate.0.stdout.take().unwrap()).lines();
    (gate, verdicts)
}

/// Asks a gate to stop, as a service manager does.
fn stop(gate: &Child) {
    let id = rustix::process::Pid::from_child(gate);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
}

#[test]
fn a_gate_keeps_its_check_ins_where_it_is_told_to() {
    let trial = Trial::new();
    let data = trial.path("data");
    let config = format!(
        "[sound]\nenabled = false\n[camera]\nreplay = \"{}\"\n",
        frames_dir().join("sequences/guest").display()
    );
    let run = |data: &Path| feed(scan(&trial, &config).arg("--data").arg(data), b"");
    assert!(run(&data).status.success());
    assert!(data.join("gate.db").exists());
}

#[test]
fn a_camera_and_a_scanner_work_side_by_side() {
    let trial = Trial::new();
    let (mut scanner, name) = port();
    let config = format!(
        "[sound]\nenabled = false\n[camera]\nrepeat = true\nreplay = \"{}\"\n[[scanner]]\nserial = \"{name}\"\n",
        frames_dir().join("sequences/guest").display()
    );
    let (_gate, verdicts) = started(&mut scan(&trial, &config), &name);
    scanner
        .write_all(format!("{}\r", trial.code(1)).as_bytes())
        .unwrap();
    let both = verdicts.map(|line| outcome(&serde_json::from_str(&line.unwrap()).unwrap()));
    // The guest before the camera has a ticket of another issuer; who comes first is chance.
    let mut both: Vec<_> = both.take(2).collect();
    both.sort();
    assert_eq!(both, ["UNKNOWN_KEY", "admit"]);
}
