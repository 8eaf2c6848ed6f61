//! How a sync that failed says so: an exit status, and words that say what to do next.

use std::process::Output;

/// What a person is told to do.
const ADVICE: [&str; 2] = ["run `wicket sync` again", "tell the organiser"];
/// What only a programmer, or a browser, understands.
const GIBBERISH: [&str; 9] = [
    "panicked",
    "RUST_BACKTRACE",
    "Err(",
    "Some(",
    "{ ",
    "html",
    "HTML",
    "<",
    "\u{1b}",
];

/// What is wrong with the way in which a sync ended; none where it went well, or failed well.
pub(super) fn complaint(output: &Output) -> Option<String> {
    let said = String::from_utf8_lossy(&output.stderr);
    let fault = match output.status.code() {
        // It went well: but perhaps the server was not told how the gate is, or refused a segment.
        Some(0) if said.is_empty() => return None,
        Some(0 | 1) => badly_said(&said)?,
        other => format!("exit status {other:?}"),
    };
    Some(format!("{fault}: {said}"))
}

fn badly_said(said: &str) -> Option<String> {
    if let Some(gibberish) = GIBBERISH.iter().find(|gibberish| said.contains(**gibberish)) {
        return Some(format!("it says «{gibberish}»"));
    }
    if !said.starts_with("wicket: ") || !said.contains("nothing is lost") {
        return Some("it does not say that nothing is lost".to_owned());
    }
    let advises = ADVICE.iter().any(|advice| said.contains(advice));
    (!advises).then(|| "it does not say what to do".to_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

    fn ended(status: i32, stderr: &str) -> Option<String> {
        complaint(&Output {
            status: ExitStatus::from_raw(status << 8),
            stdout: Vec::new(),
            stderr: stderr.into(),
        })
    }

    #[test]
    fn what_helps_nobody_is_complained_of() {
        let well = "wicket: the network is gone; nothing is lost: run `wicket sync` again";
        assert_eq!(ended(1, well), None);
        assert_eq!(ended(0, well), None);
        assert_eq!(ended(0, ""), None);
        let badly = [
            (0, "thread main panicked"),
            (2, well),
            (101, "thread main panicked"),
            (1, ""),
            (1, "wicket: it failed"),
            (1, "wicket: nothing is lost"),
            (1, &format!("{well}: Some(\"x\")")),
            (1, &format!("{well}: <HTML>")),
        ];
        for (status, said) in badly {
            assert!(ended(status, said).is_some(), "{status}: {said}");
        }
    }
}
