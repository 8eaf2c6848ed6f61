//! What the demo prints.

use std::io;

use serde_json::Value;

use crate::commands::say::say;

/// A heading.
pub(super) fn step(text: &str) -> io::Result<()> {
    say!("\n== {text}");
    Ok(())
}

/// What a process printed, set off from the demo's own.
pub(super) fn tell(output: &str) -> io::Result<()> {
    say!("{}", indented(output).trim_end_matches('\n'));
    Ok(())
}

/// The lines of a process's output, set off from the demo's own.
fn indented(output: &str) -> String {
    output.lines().map(|line| format!("  {line}\n")).collect()
}

/// A scan's JSON line, for people.
pub(super) fn told(scan: &Value) -> String {
    let text = |key: &str| scan.get(key).and_then(Value::as_str).unwrap_or_default();
    let guest = match text("folder") {
        "" => format!("frame {}", number(scan, "/frame")),
        folder => folder.to_owned(),
    };
    let why = [text("reason"), prompt(scan)]
        .into_iter()
        .find(|why| !why.is_empty())
        .unwrap_or_default();
    let verdict = text("verdict").to_uppercase();
    format!(
        "{guest:<28} {verdict:<6} {why:<16} {:>6} us",
        number(scan, "/latency_us")
    )
}

/// The count that stands at a JSON pointer (RFC 6901); 0 where there is none.
pub(super) fn number(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or(0)
}

fn prompt(scan: &Value) -> &str {
    match scan.get("prompt") {
        Some(Value::String(prompt)) => prompt,
        Some(Value::Object(prompt)) => prompt.keys().next().map_or("", String::as_str),
        _ => "",
    }
}
