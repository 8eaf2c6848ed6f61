//! A gate's folder, and its syncs as processes of their own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use super::server::Server;
use super::watch::{peak_until_it_ends, run, wicket};
use super::{Outcome, timed};

/// An enrolled gate.
pub(super) struct Gate {
    pub(super) folder: PathBuf,
}

/// One sync.
pub(super) struct Run {
    /// From the start of its process to its end: behind the last page's commit.
    pub(super) took: Duration,
    pub(super) peak_mb: f64,
}

impl Gate {
    /// Enrols a gate that reaches the server at this address.
    pub(super) fn enrol(folder: &Path, server: &Server, device: &str, at: SocketAddr) -> Outcome<Self> {
        let code = server.code(device, at)?;
        run(&["enrol", &code], folder)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// Syncs, and waits for the end of it.
    pub(super) fn sync(&self) -> Outcome<Run> {
        let (peak_mb, took) = timed(|| peak_until_it_ends(&mut self.begin_sync()?))?;
        Ok(Run { took, peak_mb })
    }

    /// Begins a sync.
    pub(super) fn begin_sync(&self) -> Outcome<Child> {
        let mut command = wicket();
        command.arg("sync").arg("--data").arg(&self.folder);
        Ok(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?)
    }
}
