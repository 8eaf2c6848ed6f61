//! X's own virtual screen.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

pub(super) const WIDTH: u16 = 800;
pub(super) const HEIGHT: u16 = 480;

/// A display that ends with the test.
pub(super) struct Display {
    _server: Ended,
    pub(super) name: String,
}

/// A process that does not outlive the test.
pub(super) struct Ended(pub(super) Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Display {
    pub(super) fn start() -> Self {
        let size = format!("{WIDTH}x{HEIGHT}x24");
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", &size, "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("Xvfb cannot be started ({error}): `make test` installs it"));
        let mut number = String::new();
        let said = server.stdout.take().unwrap();
        BufReader::new(said).read_line(&mut number).unwrap();
        Self {
            _server: Ended(server),
            name: format!(":{}", number.trim()),
        }
    }
}
