//! `wicket ticket ...` as its user types it.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::wicket;
use crate::ticket::Vector;

const VECTOR_KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/tickets.jwks");

/// A folder with an issuer's and a holder's keys.
struct Bench(TempDir);

impl Bench {
    fn new() -> Self {
        let bench = Self(tempfile::tempdir().unwrap());
        let made = bench.run(&[
            "keygen",
            "--kid",
            "gate-a",
            "--out",
            "issuer.jwk",
            "--public",
            "event.jwks",
        ]);
        assert_eq!(ended(&made), (0, ""));
        assert_eq!(
            bench.run(&["keygen", "--out", "holder.jwk"]).status.code(),
            Some(0)
        );
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = wicket();
        command.current_dir(self.0.path()).arg("ticket").args(args);
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).stdin(Stdio::null()).output().unwrap()
    }

    fn feed(&self, args: &[&str], input: &[u8]) -> Output {
        fed(&mut self.command(args), input)
    }

    fn issue(&self, more: &[&str]) -> String {
        let fixed = [
            "issue",
            "--key",
            "issuer.jwk",
            "--event",
            "spring-26",
            "--type",
            "adult",
            "--until",
            "1795050000",
        ];
        let output = self.run(&[&fixed[..], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        stdout(&output).trim_end().to_owned()
    }

    fn verify(&self, more: &[&str], input: &[u8]) -> Output {
        let fixed = ["verify", "--keys", "event.jwks", "--event", "spring-26"];
        self.feed(&[&fixed[..], more].concat(), input)
    }
}

fn fed(command: &mut Command, input: &[u8]) -> Output {
    let command = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A child that refuses its arguments reads nothing.
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let _ = stdin.write_all(input);
        });
        child.wait_with_output().unwrap()
    })
}

fn stdout(output: &Output) -> &str {
    str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}

fn ended(output: &Output) -> (i32, &str) {
    (output.status.code().unwrap(), stderr(output))
}

fn answers(output: &Output) -> Vec<Value> {
    stdout(output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn reasons(output: &Output) -> Vec<String> {
    let reason = |answer: &Value| answer["reason"].as_str().unwrap_or("ok").to_owned();
    answers(output).iter().map(reason).collect()
}

fn assert_wrong_use(output: &Output, says: &str) {
    let (status, error) = ended(output);
    assert_eq!(status, 2, "{error}");
    assert!(error.contains(says), "{error}");
}

#[test]
fn every_published_vector_is_answered_by_the_binary() {
    let vectors = Vector::all();
    let lines = vectors
        .iter()
        .map(|vector| format!("{}\n", json!({ "text": vector.text, "at": vector.now })));
    let lines: String = lines.collect();
    let args = [
        "ticket",
        "verify",
        "--keys",
        VECTOR_KEYS,
        "--event",
        "spring-26",
        "--at",
        "1",
        "--jsonl",
    ];
    let output = fed(wicket().args(args), lines.as_bytes());
    assert_eq!(ended(&output), (1, ""));
    let answers = answers(&output);
    assert_eq!(answers.len(), vectors.len());
    for (vector, answer) in vectors.iter().zip(&answers) {
        vector.assert_answered(answer);
    }
}

#[test]
fn the_private_key_is_its_owners_alone_and_never_overwritten() {
    let bench = Bench::new();
    let mode = fs::metadata(bench.path("issuer.jwk"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o7777, 0o600);
    let before = fs::read(bench.path("issuer.jwk")).unwrap();
    let again = bench.run(&[
        "keygen",
        "--kid",
        "b",
        "--out",
        "issuer.jwk",
        "--public",
        "event.jwks",
    ]);
    assert_wrong_use(&again, "issuer.jwk exists, and a key that is overwritten is lost");
    assert_eq!(fs::read(bench.path("issuer.jwk")).unwrap(), before);
    assert_eq!(kids(&bench.path("event.jwks")), ["gate-a"]);
}

#[test]
fn a_private_key_is_printed_where_no_file_is_named() {
    let bench = Bench::new();
    let printed = bench.run(&["keygen", "--kid", "主-1"]);
    let key: Value = serde_json::from_str(stdout(&printed)).unwrap();
    assert_eq!(
        (&key["kty"], &key["crv"], &key["kid"]),
        (&json!("OKP"), &json!("Ed25519"), &json!("主-1"))
    );
    assert_eq!(key["d"].as_str().unwrap().len(), 43);
    assert_wrong_use(
        &bench.run(&["keygen", "--kid", "seventeen-bytes-1"]),
        "1 to 16 bytes",
    );
}

fn kids(path: &Path) -> Vec<String> {
    let set: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let keys = set["keys"].as_array().unwrap().iter();
    keys.map(|key| {
        assert!(key.get("d").is_none());
        key["kid"].as_str().unwrap().to_owned()
    })
    .collect()
}

#[test]
fn keys_are_added_to_a_set_without_touching_the_others() {
    let bench = Bench::new();
    let set = bench.path("event.jwks");
    let mut first: Value = serde_json::from_slice(&fs::read(&set).unwrap()).unwrap();
    first["keys"][0]["status"] = "retired".into();
    fs::write(&set, first.to_string()).unwrap();
    let added = bench.run(&["keygen", "--kid", "b", "--out", "b.jwk", "--public", "event.jwks"]);
    assert_eq!(ended(&added), (0, ""));
    assert_eq!(kids(&set), ["gate-a", "b"]);
    let after: Value = serde_json::from_slice(&fs::read(&set).unwrap()).unwrap();
    assert_eq!(after["keys"][0], first["keys"][0]);

    let twice = bench.run(&["keygen", "--kid", "b", "--out", "c.jwk", "--public", "event.jwks"]);
    assert_wrong_use(&twice, "two keys of the keyring have the kid \"b\"");
    assert!(!bench.path("c.jwk").exists(), "no half-made pair");

    assert_eq!(
        ended(&bench.run(&["public", "b.jwk", "--into", "new.jwks"])),
        (0, "")
    );
    let printed = bench.run(&["public", "b.jwk"]);
    assert_eq!(printed.stdout, fs::read(bench.path("new.jwks")).unwrap());
}

#[test]
fn an_issued_ticket_verifies_with_the_claims_that_were_typed() {
    let bench = Bench::new();
    let text = bench.issue(&[
        "--from",
        "2026-11-15T18:00:00+08:00",
        "--ticket",
        "00112233445566778899aabbccddeeff",
        "--admits",
        "4",
    ]);
    let output = bench.verify(&[], text.as_bytes());
    assert_eq!(ended(&output), (0, ""));
    let claims = json!({
        "event": "spring-26", "type": "adult", "ticket": "00112233445566778899aabbccddeeff",
        "valid_from": 1_794_736_800, "valid_until": 1_795_050_000, "admits": 4,
        "holder_bound": false, "presented_at": null,
    });
    assert_eq!(answers(&output), [json!({ "ok": true, "claims": claims })]);
    let members = [
        "event",
        "type",
        "ticket",
        "valid_from",
        "valid_until",
        "admits",
        "holder_bound",
        "presented_at",
    ];
    let places: Vec<_> = members
        .map(|name| stdout(&output).find(&format!("\"{name}\":")).unwrap())
        .into();
    assert!(places.is_sorted(), "in the documented order");
}

#[test]
fn tickets_without_an_id_get_a_random_one_and_its_check_code() {
    let bench = Bench::new();
    let args = [
        "issue",
        "--key",
        "issuer.jwk",
        "--event",
        "e",
        "--type",
        "t",
        "--until",
        "9",
    ];
    let [one, other] = [bench.run(&args), bench.run(&args)];
    assert_ne!(one.stdout, other.stdout);
    let words: Vec<_> = stderr(&one).split_whitespace().collect();
    let ["ticket", id, "check", "code", code] = words[..] else {
        panic!("{words:?}")
    };
    assert_eq!(id.len(), 17, "16 digits and a comma");
    let shown = bench.feed(&["show"], &one.stdout);
    assert!(
        stdout(&shown).contains(&format!("check code    {code}")),
        "{}",
        stdout(&shown)
    );
}

#[test]
fn live_codes_are_fresh_from_90_s_back_to_60_s_ahead() {
    let bench = Bench::new();
    let credential = bench.issue(&["--holder", "holder.jwk"]);
    assert_eq!(
        reasons(&bench.verify(&[], credential.as_bytes())),
        ["NEEDS_LIVE_CODE"]
    );
    let fixed = [
        "present",
        "--holder-key",
        "holder.jwk",
        "--at",
        "1795000000",
        "--credential",
    ];
    let live = bench.run(&[&fixed[..], &[&credential]].concat());
    let piped = bench.feed(&[&fixed[..], &["-"]].concat(), credential.as_bytes());
    assert_eq!(stdout(&live), stdout(&piped));
    for (at, expected, status) in [
        ("1794999939", "FUTURE_CODE", 1),
        ("1794999940", "ok", 0),
        ("1795000090", "ok", 0),
        ("1795000091", "STALE_CODE", 1),
    ] {
        let output = bench.verify(&["--at", at], &live.stdout);
        assert_eq!(
            (reasons(&output), output.status.code()),
            (vec![expected.to_owned()], Some(status)),
            "{at}"
        );
    }
    // Without --at the clock judges, and this code is of another year.
    assert_eq!(bench.verify(&[], &live.stdout).status.code(), Some(1));
    let now = bench.run(&[
        "present",
        "--holder-key",
        "holder.jwk",
        "--credential",
        &credential,
    ]);
    assert_eq!(reasons(&bench.verify(&[], &now.stdout)), ["ok"]);
}

#[test]
fn a_holder_is_named_by_any_file_with_one_key() {
    let bench = Bench::new();
    assert_eq!(
        bench
            .run(&["public", "holder.jwk", "--into", "holder.jwks"])
            .status
            .code(),
        Some(0)
    );
    assert_eq!(
        bench.issue(&[
            "--ticket",
            "0011223344556677",
            "--issued-at",
            "1",
            "--holder",
            "holder.jwks"
        ]),
        bench.issue(&[
            "--ticket",
            "0011223344556677",
            "--issued-at",
            "1",
            "--holder",
            "holder.jwk"
        ]),
    );
    assert_eq!(
        bench
            .run(&["public", "issuer.jwk", "--into", "holder.jwks"])
            .status
            .code(),
        Some(0)
    );
    let fixed = [
        "issue",
        "--key",
        "issuer.jwk",
        "--event",
        "e",
        "--type",
        "t",
        "--until",
        "9",
        "--holder",
    ];
    let two = bench.run(&[&fixed[..], &["holder.jwks"]].concat());
    assert_wrong_use(&two, "it holds 2 keys; a ticket is bound to one");
}

#[test]
fn codes_come_as_arguments_as_lines_or_both() {
    let bench = Bench::new();
    let code = bench.issue(&[]);
    let lines = format!(" {code}\t\r\n\nnonsense\n\\000026{code}");
    let expected = ["ok", "MALFORMED", "MALFORMED", "ok"];
    assert_eq!(reasons(&bench.verify(&[], lines.as_bytes())), expected);
    assert_eq!(reasons(&bench.verify(&["-"], lines.as_bytes())), expected);
    assert_eq!(reasons(&bench.verify(&[&code, "x"], b"")), ["ok", "MALFORMED"]);
    assert_eq!(
        reasons(&bench.verify(&[&code, "-", "x"], b"y\n")),
        ["ok", "MALFORMED", "MALFORMED"]
    );
    assert_eq!(bench.verify(&[&code], b"").status.code(), Some(0));
    assert_eq!(bench.verify(&[], b"").status.code(), Some(0));
}

#[test]
fn bytes_that_are_no_text_and_endless_lines_are_malformed_like_any_other() {
    let bench = Bench::new();
    let code = bench.issue(&[]);
    let endless = vec![b'A'; 3 << 20];
    let input = [
        b"\xff\xfeTKT1:\n",
        &endless[..],
        b"\n\0\n",
        code.as_bytes(),
        b"\n",
    ]
    .concat();
    assert_eq!(
        reasons(&bench.verify(&[], &input)),
        ["MALFORMED", "MALFORMED", "MALFORMED", "ok"]
    );
    let input = [
        b"{\"text\":\"\xff\"}\n{\"text\":\"\\ud800\"}\n{\"text\":\"",
        &endless[..],
        b"\"}\n",
        json!({ "text": code }).to_string().as_bytes(),
    ]
    .concat();
    assert_eq!(
        reasons(&bench.verify(&["--jsonl"], &input)),
        ["MALFORMED", "MALFORMED", "MALFORMED", "ok"]
    );
}

#[test]
fn a_line_that_is_no_object_is_named_after_those_before_it_were_answered() {
    let bench = Bench::new();
    let code = bench.issue(&[]);
    for bad in [
        "",
        "nonsense",
        "[\"x\",1]",
        "\"x\"",
        "{}",
        "{\"text\":1}",
        "{\"text\":\"x\",\"at\":-1}",
        "{\"text\":\"x\"} x",
    ] {
        let input = format!(
            "{}\n{{\"text\":\"x\",\"more\":1}}\n{bad}\n",
            json!({ "text": code, "at": null })
        );
        let output = bench.verify(&["--jsonl"], input.as_bytes());
        assert_eq!(reasons(&output), ["ok", "MALFORMED"], "{bad}");
        assert_wrong_use(&output, "line 3 of standard input is not a JSON object");
    }
    assert_wrong_use(&bench.verify(&["--jsonl", &code], b""), "leave out one of them");
}

#[test]
fn the_time_of_a_line_stands_over_the_commands() {
    let bench = Bench::new();
    let credential = bench.issue(&["--holder", "holder.jwk"]);
    let live = bench.run(&[
        "present",
        "--holder-key",
        "holder.jwk",
        "--at",
        "1795000000",
        "--credential",
        &credential,
    ]);
    let live = stdout(&live).trim_end();
    let input = format!(
        "{}\n{}\n",
        json!({ "text": live }),
        json!({ "text": live, "at": 1_795_000_000 })
    );
    let output = bench.verify(&["--jsonl", "--at", "1795001000"], input.as_bytes());
    assert_eq!(reasons(&output), ["STALE_CODE", "ok"]);
}

#[test]
fn another_event_is_told() {
    let bench = Bench::new();
    let code = bench.issue(&[]);
    let output = bench.feed(
        &["verify", "--keys", "event.jwks", "--event", "autumn-26", &code],
        b"",
    );
    assert_eq!(
        (reasons(&output), output.status.code()),
        (vec!["WRONG_EVENT".to_owned()], Some(1))
    );
}

#[test]
fn key_files_that_cannot_be_used_say_what_to_do() {
    let bench = Bench::new();
    fs::write(bench.path("empty"), "\n").unwrap();
    fs::write(bench.path("text"), "hello").unwrap();
    fs::write(bench.path("none.jwks"), "{\"keys\":[]}").unwrap();
    let private = fs::read_to_string(bench.path("issuer.jwk")).unwrap();
    fs::write(bench.path("private.jwks"), format!("{{\"keys\":[{private}]}}")).unwrap();
    for (keys, says) in [
        (
            "absent.jwks",
            "there is no file absent.jwks; check the path, or make keys",
        ),
        ("empty", "empty is empty; copy the keys again"),
        (
            "text",
            "cannot use text: the keyring is not JSON; copy the JWK Set again",
        ),
        ("issuer.jwk", "put the single key into such a list"),
        (
            "none.jwks",
            "holds no Ed25519 key, so no ticket could be verified; add one with",
        ),
        ("private.jwks", "which no gate may have"),
        (".", "cannot read .; check its permissions"),
    ] {
        let output = bench.feed(&["verify", "--keys", keys, "--event", "e"], b"x\n");
        assert_wrong_use(&output, says);
        assert_eq!(stdout(&output), "");
    }
    for (key, says) in [
        ("absent.jwk", "there is no file absent.jwk"),
        ("event.jwks", "not an Ed25519 key"),
        ("empty", "empty is empty"),
    ] {
        let output = bench.run(&[
            "issue", "--key", key, "--event", "e", "--type", "t", "--until", "9",
        ]);
        assert_wrong_use(&output, says);
    }
    assert_wrong_use(
        &bench.run(&["keygen", "--out", "absent/key.jwk"]),
        "check that its folder exists",
    );
}

#[test]
fn tickets_that_no_gate_would_take_are_not_issued() {
    let bench = Bench::new();
    let issue = |more: &[&str]| {
        let fixed = ["issue", "--key", "issuer.jwk", "--type", "adult"];
        bench.run(&[&fixed[..], more].concat())
    };
    for (more, says) in [
        (
            &["--event", "Spring", "--until", "9"][..],
            "use 1 to 32 characters of a-z, 0-9 and -",
        ),
        (
            &["--event", "e", "--until", "tomorrow"],
            "write Unix seconds, or a time like",
        ),
        (
            &["--event", "e", "--until", "1969-12-31T00:00:00Z"],
            "write Unix seconds",
        ),
        (
            &["--event", "e", "--until", "9", "--from", "9"],
            "which is not after 9; choose a later end",
        ),
        (
            &["--event", "e", "--until", "9", "--admits", "100"],
            "100 is not in 1..=99",
        ),
        (
            &["--event", "e", "--until", "9", "--ticket", "0011"],
            "use 16 to 32 hexadecimal digits",
        ),
        (
            &["--event", "e", "--until", "9", "--qr", "ticket.gif"],
            "ends in neither .png nor .svg",
        ),
    ] {
        let output = issue(more);
        assert_wrong_use(&output, says);
        assert_eq!(stdout(&output), "");
    }
}

#[test]
fn the_qr_file_holds_the_text() {
    let bench = Bench::new();
    let code = bench.issue(&["--qr", "ticket.PNG", "--qr-level", "l", "--qr-module-px", "3"]);
    let read = wicket()
        .arg("read")
        .arg(bench.path("ticket.PNG"))
        .output()
        .unwrap();
    assert!(stdout(&read).contains(&code), "{}", stdout(&read));
    let again = bench.run(&["show", &code, "--qr", "ticket.svg"]);
    assert_eq!(again.status.code(), Some(0));
    assert!(
        fs::read_to_string(bench.path("ticket.svg"))
            .unwrap()
            .starts_with("<svg ")
    );
}

#[test]
fn show_says_first_whether_the_code_was_verified() {
    let bench = Bench::new();
    let code = bench.issue(&["--ticket", "0011223344556677"]);
    let first = |args: &[&str]| {
        let output = bench.run(&[&["show"], args].concat());
        let line = stdout(&output).lines().next().unwrap_or_default().to_owned();
        (line, output.status.code().unwrap())
    };
    let said = |line: &str, status| (line.to_owned(), status);
    assert_eq!(
        first(&[&code]),
        said(
            "not verified: anyone can write such a code; give --keys to verify it",
            0
        )
    );
    assert_eq!(first(&[&code, "--keys", "event.jwks"]), said("verified", 0));
    assert_eq!(
        first(&[&code, "--keys", "event.jwks", "--event", "other"]),
        said("refused: WRONG_EVENT; believe nothing below", 1)
    );
    assert_eq!(
        first(&[&code, "--keys", VECTOR_KEYS]),
        said("refused: BAD_SIGNATURE; believe nothing below", 1)
    );
    assert_eq!(
        first(&["TKT1:V5"]),
        said("MALFORMED: a base45 group exceeds its byte", 1)
    );
    assert_eq!(first(&[]), said("MALFORMED: the prefix is not of a ticket", 1));
    let output = bench.run(&["show", &code]);
    for line in [
        "event         spring-26",
        "ticket        0011223344556677",
        "valid until   2026-11-19T",
        "key           \"gate-a\"",
    ] {
        assert!(stdout(&output).contains(line), "{line} in {}", stdout(&output));
    }
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let bench = Bench::new();
    let code = bench.issue(&[]) + "\n";
    let args = ["verify", "--keys", "event.jwks", "--event", "spring-26"];
    let mut command = bench.command(&args);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    // It stops reading as well, which is no failure of this test.
    let _ = stdin.write_all(code.repeat(10).as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(ended(&output), (0, ""));
}

#[test]
fn help_teaches_with_an_example() {
    for command in ["keygen", "public", "issue", "present", "verify", "show"] {
        let output = wicket().args(["ticket", command, "--help"]).output().unwrap();
        assert!(
            stdout(&output).contains(&format!(
                "Example:\n  wicket ticket {}",
                if command == "present" { "keygen" } else { command }
            )),
            "{command}: {}",
            stdout(&output)
        );
    }
}
