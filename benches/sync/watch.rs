//! A process that is watched: its output, and the most memory that it took.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::Outcome;

/// Between two looks at a process: its peak is kept by the system, so only its last moment can be missed.
const LOOK: Duration = Duration::from_millis(5);

/// `wicket` as it is built beside the bench.
pub(super) fn wicket() -> Command {
    Command::new(env!("CARGO_BIN_EXE_wicket"))
}

/// Runs `wicket` to its end, which must be a good one; its standard output.
pub(super) fn run(args: &[&str], data: &Path) -> Outcome<String> {
    let output = wicket().args(args).arg("--data").arg(data).output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!("{args:?}: {said}").into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Waits for a process; the most megabytes that it took.
#[expect(
    clippy::disallowed_methods,
    reason = "the system tells no one when a process's memory grows"
)]
pub(super) fn peak_until_it_ends(process: &mut Child) -> Outcome<f64> {
    let mut peak_mb = 0.0_f64;
    loop {
        if let Ok(now_mb) = self::peak_mb(process.id()) {
            peak_mb = peak_mb.max(now_mb);
        }
        if let Some(status) = process.try_wait()? {
            return if status.success() {
                Ok(peak_mb)
            } else {
                Err(format!("the process ended with {status}").into())
            };
        }
        std::thread::sleep(LOOK);
    }
}

/// The most memory that a process took so far, in megabytes (10^6 bytes).
pub(super) fn peak_mb(process: u32) -> Outcome<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    let kib: f64 = kib.ok_or("the system does not tell memory")?.parse()?;
    Ok(kib * 1024.0 / 1e6)
}

/// The first line that a process prints.
pub(super) fn first_line(process: &mut Child) -> Outcome<String> {
    let mut line = String::new();
    let out = process.stdout.take().ok_or("no pipe")?;
    BufReader::new(out).read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// Standard output into a pipe, to read a line of.
pub(super) fn piped(command: &mut Command) -> &mut Command {
    command.stdout(Stdio::piped())
}
