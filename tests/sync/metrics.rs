//! Figures for Prometheus, read back by the letter of the text format 0.0.4.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::Stdio;

use super::raw::{Device, send};
use super::samples::{sealed, segment};
use super::venue::Venue;
use super::{Server, seed, unique};
use crate::cli::wicket;

/// Each figure by its name with its labels, as written but in the order of the labels' names.
type Figures = BTreeMap<String, f64>;

/// Reads a page, and panics at the first letter that the format does not allow.
fn read(page: &str) -> Figures {
    assert!(page.ends_with('\n'), "a page ends with a line's end");
    let (mut figures, mut types) = (Figures::new(), BTreeMap::new());
    let mut family = String::new();
    let mut done = BTreeSet::new();
    for line in page.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, text) = help.split_once(' ').unwrap();
            assert!(is_name(name) && !text.is_empty(), "{line}");
            assert!(done.insert(name.to_owned()), "{name} comes twice");
            unescaped(text, "\\n");
            name.clone_into(&mut family);
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert_eq!(name, family, "the type follows its help");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            types.insert(name.to_owned(), kind.to_owned());
        } else {
            let (name, labels, value) = sample(line);
            let base = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|ending| name.strip_suffix(ending));
            let histogram = types.get(&family).is_some_and(|kind| kind == "histogram");
            let of = if histogram { base.unwrap_or(name) } else { name };
            assert_eq!(of, family, "a figure stands below its own family");
            let labels: Vec<String> = labels
                .iter()
                .map(|(label, value)| format!("{label}={value}"))
                .collect();
            let key = format!("{name}{{{}}}", labels.join(","));
            assert!(figures.insert(key, value).is_none(), "twice: {line}");
        }
    }
    figures
}

fn is_name(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c == '_';
    name.starts_with(letter) && name.chars().all(|c| letter(c) || c.is_ascii_digit())
}

/// Reads `name{label="value",…} number`.
fn sample(line: &str) -> (&str, BTreeMap<String, String>, f64) {
    let end = line.find(['{', ' ']).expect(line);
    let (name, mut rest) = line.split_at(end);
    assert!(is_name(name), "{line}");
    let mut labels = BTreeMap::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            let (label, after) = rest.split_once("=\"").expect(line);
            assert!(is_name(label), "{line}");
            let close = closing_quote(after).expect(line);
            let value = unescaped(&after[..close], "\\n\"");
            assert!(labels.insert(label.to_owned(), value).is_none(), "{line}");
            rest = &after[close + 1..];
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => break,
            }
        }
        rest = rest.strip_prefix('}').expect(line);
    }
    let number = rest.strip_prefix(' ').expect(line);
    let value = match number {
        "+Inf" => f64::INFINITY,
        number => number.parse().expect(line),
    };
    (name, labels, value)
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(place, letter)| {
        let closes = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        closes.then_some(place)
    })
}

/// The text behind its escapes, of which only these are known: `\\`, and those named.
fn unescaped(text: &str, known: &str) -> String {
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            plain.push(letter);
            continue;
        }
        let escaped = letters.next().expect(text);
        assert!(known.contains(escaped), "{text}");
        plain.push(if escaped == 'n' { '\n' } else { escaped });
    }
    plain
}

/// The server's page.
fn scrape(address: &str) -> Figures {
    let answer = send(address, "GET", "/metrics", &[], b"");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(
        answer.head.contains("content-type: text/plain; version=0.0.4"),
        "{}",
        answer.head
    );
    read(&String::from_utf8(answer.body).unwrap())
}

/// A server that also listens for scrapes, and where.
fn with_metrics() -> (Server, String) {
    let mut server = Server::with_tickets(0);
    server.kill();
    let mut process = wicket()
        .args([
            "serve",
            "--listen",
            &server.address,
            "--metrics",
            "127.0.0.1:0",
            "--data",
        ])
        .arg(server.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().starts_with("listening on"));
    let line = lines.next().unwrap().unwrap();
    let address = line
        .strip_prefix("metrics on http://")
        .and_then(|rest| rest.strip_suffix("/metrics"));
    let address = address.expect(&line).to_owned();
    server.process = Some(process);
    (server, address)
}

#[test]
fn the_server_counts_requests_facts_and_what_was_set_aside() {
    let (server, metrics) = with_metrics();
    let _gate = server.gate("pi-1");
    let mut device = Device::new("pi-1");
    let good = sealed(&segment("pi-1", unique(), 1, None, &[1, 2]), &seed("pi-1"));
    device.uploaded(&server, &[good.clone(), b"garbage".to_vec()]);
    device.uploaded(&server, &[good]);
    send(&server.address, "GET", "/sync/v1/log", &[], b"");
    send(&server.address, "GET", "/of/no/use", &[], b"");

    let figures = scrape(&metrics);
    let requests = |route: &str, method: &str, status: u16| {
        figures[&format!("wicket_requests_total{{method={method},route={route},status={status}}}")]
    };
    assert_eq!(requests("/sync/v1/check-ins", "POST", 200), 2.0);
    assert_eq!(requests("/sync/v1/log", "GET", 401), 1.0);
    assert_eq!(requests("other", "GET", 404), 1.0);
    let duration = |ending: &str| figures[&format!("wicket_request_duration_seconds_{ending}")];
    assert_eq!(duration("count{route=/sync/v1/check-ins}"), 2.0);
    assert_eq!(duration("bucket{le=+Inf,route=/sync/v1/check-ins}"), 2.0);
    assert!(duration("sum{route=/sync/v1/check-ins}") > 0.0);
    assert_eq!(figures["wicket_facts_taken_total{}"], 2.0);
    assert_eq!(figures["wicket_segments_set_aside_total{code=malformed}"], 1.0);
    assert_eq!(
        figures["wicket_segments_parked{code=malformed,event=spring-26}"],
        1.0
    );
    assert!(figures["wicket_database_queue_jobs{}"] <= figures["wicket_database_queue_jobs_max{}"]);
    assert_eq!(figures["wicket_live_streams{}"], 0.0);
    assert_eq!(figures["wicket_conflicts_open{event=spring-26}"], 0.0);
    assert_eq!(
        send(&server.address, "GET", "/metrics", &[], b"").status,
        404,
        "not where gates are"
    );
}

#[test]
fn an_open_stream_of_news_is_counted() {
    let (server, metrics) = with_metrics();
    let _gate = server.gate("pi-1");
    let authorization = Device::new("pi-1").sign("GET", "/sync/v1/live", b"");
    let mut stream = TcpStream::connect(&server.address).unwrap();
    write!(
        stream,
        "GET /sync/v1/live HTTP/1.1\r\nhost: gate\r\n{authorization}\r\n\r\n"
    )
    .unwrap();
    let mut head = String::new();
    BufReader::new(&stream).read_line(&mut head).unwrap();
    assert!(head.contains("200"), "{head}");
    assert_eq!(scrape(&metrics)["wicket_live_streams{}"], 1.0);
}

#[test]
fn the_server_shows_what_each_gate_said_of_itself() {
    let (server, metrics) = with_metrics();
    let gate = Venue::new(&server, "pi-1");
    server.code("pi-2");
    let figures = scrape(&metrics);
    let of_gate =
        |name: &str| figures[&format!("wicket_gate_{name}{{device=pi-1,event=spring-26,gate=gate-a}}")];
    assert_eq!(of_gate("list_version") as u64, gate.status()["list_version"]);
    assert_eq!((of_gate("unsent_facts"), of_gate("disk_writable")), (0.0, 1.0));
    assert!(of_gate("last_contact_timestamp_seconds") > 1.7e9);
    let contacts = |age: &str| figures[&format!("wicket_gates{{event=spring-26,last_contact={age}}}")];
    assert_eq!(
        (contacts("1m"), contacts("never"), contacts("older")),
        (1.0, 1.0, 0.0)
    );
    let version = env!("CARGO_PKG_VERSION");
    let info = format!("wicket_gate_info{{device=pi-1,event=spring-26,gate=gate-a,version={version}}}");
    assert_eq!(figures[&info], 1.0);
}

#[test]
fn a_gate_shows_the_same_figures_of_itself() {
    let server = Server::with_tickets(2);
    let gate = Venue::enrolled(&server, "pi-1");
    let page = |gate: &Venue| {
        let output = gate.run(&["status", "--prometheus"]);
        assert!(output.status.success(), "{output:?}");
        read(&String::from_utf8(output.stdout).unwrap())
    };
    let name = |figure: &str| format!("wicket_gate_{figure}{{device=pi-1,event=spring-26,gate=gate-a}}");
    let before = page(&gate);
    assert!(
        !before.contains_key(&name("list_tickets")),
        "a list that is not there has no figures"
    );
    gate.synced();
    let figures = page(&gate);
    assert_eq!(figures[&name("list_tickets")], 2.0);
    assert_eq!(
        (figures[&name("unsent_facts")], figures[&name("wiped")]),
        (0.0, 0.0)
    );
    assert!(figures[&name("disk_free_bytes")] > 0.0 && figures[&name("uptime_seconds")] >= 0.0);
    let unnamed = tempfile::tempdir().unwrap();
    let output = wicket()
        .args(["status", "--prometheus", "--data"])
        .arg(unnamed.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}
