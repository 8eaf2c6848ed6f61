//! Frames of a camera.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde::Deserialize;

use super::{Trial, frames_dir, outcome, outcomes, scan_by_keys, scans, stderr};

/// A line of `expected.jsonl`.
#[derive(Deserialize)]
struct Expected {
    path: String,
    text: String,
    expect: String,
    ticket: String,
}

impl Expected {
    fn outcome(&self) -> &str {
        if self.expect == "ok" {
            "admit"
        } else {
            &self.expect
        }
    }

    /// A ticket is named only where its signature held.
    fn ticket(&self) -> Option<&str> {
        let signed = !matches!(self.expect.as_str(), "BAD_SIGNATURE" | "WRONG_EVENT");
        signed.then_some(self.ticket.as_str())
    }
}

fn expected(frames: &Path) -> Vec<Expected> {
    let lines = fs::read_to_string(frames.join("expected.jsonl")).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn scan(frames: &Path, folder: &str) -> Output {
    let mut command = scan_by_keys(frames);
    command.arg("--frames").arg(frames.join(folder)).output().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Each code that was read got what is expected of it, and nothing else was judged; how many were read.
fn judged_as_expected(frames: &Path) -> (usize, usize) {
    let expected = expected(frames);
    let of = |path: String| expected.iter().find(|line| line.path == path).unwrap();

    let output = scan(frames, "stills");
    assert!(output.status.success(), "{}", stderr(&output));
    let stills = scans(&output);
    let files = names(&frames.join("stills"));
    for scan in &stills {
        let frame = scan["frame"].as_u64().unwrap();
        let file = files.get(usize::try_from(frame).unwrap()).unwrap();
        let expected = of(format!("stills/{file}"));
        assert_eq!(scan["text"], expected.text.as_str(), "{file}");
        assert_eq!(
            (outcome(scan).as_str(), scan["ticket"].as_str()),
            (expected.outcome(), expected.ticket()),
            "{file}"
        );
    }

    let sequences = scans(&scan(frames, "sequences"));
    for scan in &sequences {
        let folder = scan["folder"].as_str().unwrap();
        let expected = of(format!("sequences/{folder}"));
        assert_eq!(
            (outcome(scan).as_str(), scan["ticket"].as_str()),
            (expected.outcome(), expected.ticket()),
            "{folder}"
        );
    }
    let mut persons: Vec<_> = sequences.iter().map(|scan| scan["folder"].to_string()).collect();
    persons.dedup();
    assert_eq!(persons.len(), sequences.len(), "a person is one scan");
    (stills.len(), sequences.len())
}

#[test]
fn each_frame_gets_its_verdict_and_a_person_in_several_frames_is_one_scan() {
    let frames = frames_dir();
    assert_eq!(
        judged_as_expected(&frames),
        (names(&frames.join("stills")).len(), 1)
    );
}

#[test]
fn every_code_that_is_read_in_the_shared_frames_gets_its_verdict() {
    let frames = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/frames");
    if !frames.join("stills").is_dir() {
        eprintln!(
            "skipped: {} is absent; the frames under tests/ are checked all the same",
            frames.display()
        );
        return;
    }
    let (stills, sequences) = judged_as_expected(&frames);
    eprintln!("{stills} of 100 stills and {sequences} of 12 sequences are read");
    // What the reader could do when this was written: a change that reads fewer is a step back.
    assert!(
        stills >= 88 && sequences == 12,
        "{stills} stills, {sequences} sequences"
    );
}

#[test]
fn the_deciding_frame_is_the_first_that_is_read() {
    let output = scan(&frames_dir(), "sequences");
    let scan = scans(&output).remove(0);
    assert_eq!(
        (scan["frame"].as_u64(), scan["folder"].as_str()),
        (Some(1), Some("guest"))
    );
}

#[test]
fn each_person_starts_anew_but_what_was_recorded_stays() {
    let trial = Trial::new();
    let people = trial.path("people");
    for (person, frame) in [("ada", "admit"), ("ben", "admit"), ("cy", "expired")] {
        fs::create_dir_all(people.join(person)).unwrap();
        let still = frames_dir().join(format!("stills/{frame}.jpg"));
        fs::copy(still, people.join(person).join("0.jpg")).unwrap();
    }
    let mut command = scan_by_keys(&frames_dir());
    command.arg("--frames").arg(&people);
    assert_eq!(
        outcomes(&command.output().unwrap()),
        ["admit", "ALREADY_USED", "EXPIRED"]
    );
}

#[test]
fn a_cut_image_is_a_warning_and_the_rest_goes_on() {
    let trial = Trial::new();
    let folder = trial.path("frames");
    fs::create_dir(&folder).unwrap();
    let copy = |name: &str, to: &str| -> PathBuf {
        let to = folder.join(to);
        fs::copy(frames_dir().join("stills").join(name), &to).unwrap();
        to
    };
    let cut = copy("wrong-event.jpg", "0.jpg");
    let bytes = fs::read(&cut).unwrap();
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    copy("expired.jpg", "1.jpg");
    let output = scan_by_keys(&frames_dir())
        .arg("--frames")
        .arg(&folder)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(outcomes(&output), ["EXPIRED"]);
    assert!(
        stderr(&output).contains("0.jpg is damaged or cut off"),
        "{}",
        stderr(&output)
    );
}
