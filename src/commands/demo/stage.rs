//! The demo's processes: this same binary, run as its user would.

use std::error::Error;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

/// What can stop the demo.
pub(super) type Stopped = Box<dyn Error + Send + Sync>;

/// Runs `wicket` in separate processes.
pub(super) struct Stage {
    binary: PathBuf,
}

/// A `wicket` that goes on in the background; killed when dropped, so that a demo that stops leaves none behind.
pub(super) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Stage {
    /// Processes of this same binary.
    pub(super) fn of_this_binary() -> Result<Self, Stopped> {
        let binary =
            std::env::current_exe().map_err(|error| format!("cannot find this program's file: {error}"))?;
        Ok(Self { binary })
    }

    /// What to type to run it by hand.
    pub(super) fn typed(&self) -> String {
        self.binary.display().to_string()
    }

    /// Runs one to its end, whatever its exit status.
    pub(super) fn try_run<A: AsRef<OsStr>>(&self, args: &[A]) -> Result<Output, Stopped> {
        Ok(Command::new(&self.binary)
            .args(args)
            .stdin(Stdio::null())
            .output()?)
    }

    /// Runs one that must succeed; what it printed.
    pub(super) fn run<A: AsRef<OsStr>>(&self, args: &[A]) -> Result<String, Stopped> {
        let output = self.try_run(args)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let words: Vec<_> = args.iter().map(|arg| arg.as_ref().to_string_lossy()).collect();
        let errors = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(format!(
            "`wicket {}` ended with {}: {errors}",
            words.join(" "),
            output.status
        )
        .into())
    }

    /// Starts one in the background.
    pub(super) fn start<A: AsRef<OsStr>>(&self, args: &[A]) -> Result<Running, Stopped> {
        let mut child = Command::new(&self.binary)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().ok_or("a started process has no output")?;
        Ok(Running {
            child,
            lines: BufReader::new(stdout).lines(),
        })
    }
}

impl Running {
    /// The next line that it prints; none once it has ended.
    pub(super) fn next_line(&mut self) -> Result<Option<String>, Stopped> {
        Ok(self.lines.next().transpose()?)
    }

    /// Kills it on the spot (SIGKILL), as a power cut would.
    pub(super) fn kill(mut self) -> Result<(), Stopped> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Waits for its own end.
    pub(super) fn finish(mut self) -> Result<bool, Stopped> {
        Ok(self.child.wait()?.success())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself: then there is nothing left to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A path as an argument.
pub(super) fn arg(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
