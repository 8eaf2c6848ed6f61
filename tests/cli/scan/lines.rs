//! Lines of a hardware scanner.

use std::fs;

use serde_json::Value;

use super::{AT, Trial, feed, id, outcomes, scans, stderr};

const KEYS: [&str; 14] = [
    "entry",
    "fact",
    "flags",
    "folder",
    "frame",
    "gate",
    "kind",
    "latency_us",
    "persons",
    "prompt",
    "reason",
    "text",
    "ticket",
    "verdict",
];

#[test]
fn each_line_is_a_scan_with_exactly_the_promised_keys() {
    let trial = Trial::new();
    let input = format!("{0}\r\n{0}\nhello\n", trial.code(1));
    let output = feed(&mut trial.scan(), input.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(outcomes(&output), ["admit", "ALREADY_USED", "MALFORMED"]);
    for (scan, index) in scans(&output).iter().zip(0_u64..) {
        let mut keys: Vec<_> = scan.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, KEYS);
        assert_eq!(
            (scan["frame"].as_u64(), &scan["folder"]),
            (Some(index), &Value::Null)
        );
        assert!(scan["flags"].is_array() && scan["latency_us"].is_u64(), "{scan}");
    }
}

#[test]
fn what_each_verdict_says() {
    let trial = Trial::new();
    let code = trial.code(1);
    let output = feed(
        trial.scan().args(["--gate", "north"]),
        format!("{code}\n{code}\nhello\n").as_bytes(),
    );
    let [admitted, again, hello] = <[Value; 3]>::try_from(scans(&output)).unwrap();

    assert_eq!(admitted["text"], code.as_str());
    assert_eq!(admitted["ticket"], id(1).to_string());
    assert_eq!((&admitted["entry"], &admitted["persons"]), (&1.into(), &1.into()));
    assert_eq!(
        (&admitted["kind"], &admitted["gate"]),
        (&"entry".into(), &"north".into())
    );
    assert_eq!(
        (&admitted["reason"], &admitted["prompt"]),
        (&Value::Null, &Value::Null)
    );

    assert_eq!(again["ticket"], id(1).to_string());
    assert_eq!(again["fact"]["ticket"], id(1).to_string());
    assert_eq!(again["fact"]["gate"], "north");
    assert_eq!((&again["entry"], &again["persons"]), (&Value::Null, &Value::Null));

    assert_eq!((&hello["ticket"], &hello["fact"]), (&Value::Null, &Value::Null));
    assert_eq!(hello["text"], "hello");
}

#[test]
fn a_line_that_is_no_text_or_too_long_is_malformed_and_a_blank_one_is_no_scan() {
    let trial = Trial::new();
    let mut input = b"\xff\xfe\n".to_vec();
    input.extend("x".repeat(1 << 20).bytes());
    input.extend(format!("\n\n{}", trial.code(1)).bytes());
    let output = feed(&mut trial.scan(), &input);
    assert_eq!(outcomes(&output), ["MALFORMED", "MALFORMED", "admit"]);
    let scans = scans(&output);
    let texts: Vec<_> = scans.iter().map(|scan| scan["text"].clone()).collect();
    assert_eq!(texts, [Value::Null, Value::Null, trial.code(1).into()]);
    let lines: Vec<_> = scans.iter().map(|scan| scan["frame"].as_u64()).collect();
    assert_eq!(lines, [Some(0), Some(1), Some(3)]);
}

#[test]
fn a_wrong_signature_names_no_ticket() {
    let (trial, mut other) = (Trial::new(), Trial::new());
    other.issuer = ed25519_dalek::SigningKey::from_bytes(&[8; 32]);
    let output = feed(&mut trial.scan(), other.code(1).as_bytes());
    assert_eq!(outcomes(&output), ["BAD_SIGNATURE"]);
    assert_eq!(scans(&output)[0]["ticket"], Value::Null);
}

#[test]
fn each_mode_moves_guests_its_own_way() {
    let trial = Trial::new();
    let code = trial.code(1);
    let data = trial.path("data");
    // Far enough apart that a restart explains nothing.
    let outcome = |mode: &str, at: u64| {
        let mut command = trial.scan_at(at);
        let output = feed(
            command.args(["--mode", mode, "--data"]).arg(&data),
            code.as_bytes(),
        );
        let scan = scans(&output).remove(0);
        (outcomes(&output).remove(0), scan["kind"].clone())
    };
    assert_eq!(outcome("check", AT), ("admit".to_owned(), "check".into()));
    assert_eq!(outcome("entry", AT + 1000), ("admit".to_owned(), "entry".into()));
    assert_eq!(outcome("check", AT + 2000).0, "ALREADY_USED");
    assert_eq!(outcome("exit", AT + 3000), ("admit".to_owned(), "exit".into()));
}

#[test]
fn people_get_a_verdict_with_its_reason_and_what_to_do() {
    let trial = Trial::new();
    let mut command = crate::cli::wicket();
    command
        .args(["scan", "--event", "spring-26", "--at", &AT.to_string(), "--keys"])
        .arg(trial.path("keys.jwks"));
    let code = trial.code(1);
    let output = feed(&mut command, format!("{code}\n{code}\n").as_bytes());
    let text = std::str::from_utf8(&output.stdout).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(
        lines[0].contains("ADMIT") && lines[0].contains(&id(1).to_string()),
        "{text}"
    );
    assert!(
        lines[1].contains("DENY") && lines[1].contains("ALREADY_USED"),
        "{text}"
    );
}

#[test]
fn a_rulebook_is_followed() {
    let trial = Trial::new();
    let rules = serde_json::json!({"event": "spring-26", "types": {"adult": {"reentry": "free", "prompt": "check-id"}}});
    std::fs::write(trial.path("rules.json"), rules.to_string()).unwrap();
    let output = feed(
        trial.scan().arg("--rules").arg(trial.path("rules.json")),
        trial.code(1).as_bytes(),
    );
    let scan = scans(&output).remove(0);
    assert_eq!(
        (&scan["verdict"], &scan["prompt"]),
        (&"ask".into(), &"CHECK_ID".into())
    );
}

#[test]
fn a_guest_whose_ticket_is_at_home_elsewhere_is_sent_there() {
    let trial = Trial::new();
    let rules = trial.path("rules.json");
    fs::write(
        &rules,
        r#"{"event":"spring-26","homes":[{"types":["adult"],"gates":["north","east"]}]}"#,
    )
    .unwrap();
    let at = |gate: &str| {
        let mut command = trial.scan();
        command.arg("--rules").arg(&rules).args(["--gate", gate]);
        feed(&mut command, trial.code(1).as_bytes())
    };
    assert_eq!(outcomes(&at("north")), ["admit"]);
    let refused = at("south");
    assert_eq!(outcomes(&refused), ["NOT_HOME_GATE"]);
    assert_eq!(scans(&refused)[0]["homes"], serde_json::json!(["north", "east"]));
}
