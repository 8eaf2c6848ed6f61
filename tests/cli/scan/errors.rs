//! What a gate that cannot start says.

use std::fs;
use std::path::Path;
use std::process::Output;

use super::{Trial, feed, stderr};
use crate::cli::wicket;

/// It ends with status 2, prints no verdict, and says all of `words`.
fn refused(output: &Output, words: &[&str]) {
    let message = stderr(output);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert_eq!(output.stdout, b"");
    for word in words {
        assert!(message.contains(word), "{word:?} is not in {message:?}");
    }
}

fn scan_frames(trial: &Trial, frames: &Path) -> Output {
    feed(trial.scan().arg("--frames").arg(frames), b"")
}

#[test]
fn a_folder_that_cannot_be_replayed_is_named() {
    let trial = Trial::new();
    let missing = trial.path("missing");
    refused(
        &scan_frames(&trial, &missing),
        &[missing.to_str().unwrap(), "check the path"],
    );
    refused(
        &scan_frames(&trial, &trial.path("keys.jwks")),
        &["keys.jwks is not a folder"],
    );
    let empty = trial.path("empty");
    fs::create_dir(&empty).unwrap();
    refused(
        &scan_frames(&trial, &empty),
        &[empty.to_str().unwrap(), "holds no images", "put PNG"],
    );
}

#[test]
fn a_gate_without_keys_or_enrolment_says_how_to_get_them() {
    let trial = Trial::new();
    let bare = wicket().arg("scan").env_remove("WICKET_DATA").output().unwrap();
    refused(&bare, &["not enrolled", "wicket enrol CODE", "--keys", "--event"]);

    let missing = trial.path("missing");
    let output = wicket().args(["scan", "--data"]).arg(&missing).output().unwrap();
    refused(
        &output,
        &[missing.to_str().unwrap(), "not enrolled", "wicket enrol CODE"],
    );
    assert!(!missing.exists(), "a mistyped folder is not made");

    let plain = trial.path("plain");
    fs::create_dir(&plain).unwrap();
    let output = wicket().arg("scan").env("WICKET_DATA", &plain).output().unwrap();
    refused(
        &output,
        &[plain.to_str().unwrap(), "not enrolled", "wicket enrol CODE"],
    );
}

#[test]
fn keys_that_cannot_be_read_are_named() {
    let trial = Trial::new();
    let with = |content: Option<&str>| {
        let path = trial.path("other.jwks");
        if let Some(content) = content {
            fs::write(&path, content).unwrap();
        }
        wicket()
            .args(["scan", "--event", "spring-26", "--keys"])
            .arg(&path)
            .output()
            .unwrap()
    };
    refused(&with(None), &["other.jwks", "check the path"]);
    refused(
        &with(Some("not json")),
        &["other.jwks", "not JSON", "copy the JWK Set again"],
    );
    refused(&with(Some("{}")), &["other.jwks", "not a JWK Set"]);
}

#[test]
fn rules_that_cannot_be_followed_are_named() {
    let trial = Trial::new();
    let with = |content: &str| {
        let path = trial.path("rules.json");
        fs::write(&path, content).unwrap();
        feed(trial.scan().arg("--rules").arg(&path), b"")
    };
    refused(&with("{"), &["rules.json", "rulebook", "correct it"]);
    refused(
        &with(r#"{"event": "spring-26", "day_starts_min": 9999}"#),
        &["day_starts_min"],
    );
    refused(&with(r#"{"event": "autumn-26"}"#), &["autumn-26", "spring-26"]);
}

#[test]
fn wrong_use_is_refused() {
    let trial = Trial::new();
    refused(
        &feed(trial.scan().args(["--fps", "0"]), b""),
        &["--fps", "0.1 to 1000"],
    );
    refused(&feed(trial.scan().args(["--mode", "sideways"]), b""), &["--mode"]);
    refused(
        &feed(trial.scan().args(["--gate", "North Gate"]), b""),
        &["--gate"],
    );
    let keys_alone = wicket()
        .args(["scan", "--keys"])
        .arg(trial.path("keys.jwks"))
        .output()
        .unwrap();
    refused(&keys_alone, &["--event"]);
}
