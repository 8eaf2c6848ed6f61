//! The server's process.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::Outcome;

/// The process; killed when it is dropped.
pub(super) struct Server {
    process: Child,
    address: String,
}

impl Server {
    pub(super) fn start(folder: &Path) -> Outcome<Self> {
        let mut process = Command::new(env!("CARGO_BIN_EXE_wicket"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = process.stdout.take().ok_or("no standard output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line
            .trim()
            .strip_prefix("listening on ")
            .ok_or(line.clone())?
            .to_owned();
        Ok(Self { process, address })
    }

    /// Such as `http://127.0.0.1:40123`.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// The most megabytes that it took so far.
    pub(super) fn peak_mb(&self) -> Outcome<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line
            .and_then(|line| line.trim().strip_suffix(" kB"))
            .ok_or("no VmHWM")?;
        Ok(kilobytes.trim().parse::<f64>()? / 1_000.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
