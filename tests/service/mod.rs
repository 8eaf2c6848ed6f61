//! What a service manager hears (sd_notify(3)), by a socket as it has one.

use std::io::Write;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::cli::wicket;

/// A sign of life that does not come within this is none.
const PATIENCE: Duration = Duration::from_secs(60);

struct Manager {
    folder: TempDir,
    socket: UnixDatagram,
}

impl Manager {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = UnixDatagram::bind(folder.path().join("notify")).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { folder, socket }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn start(&self, command: &mut Command) -> Child {
        command
            .env("NOTIFY_SOCKET", self.path("notify"))
            .env("WATCHDOG_USEC", "200000")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// What is heard next.
    fn heard(&self) -> String {
        let mut bytes = [0; 1024];
        let length = self.socket.recv(&mut bytes).unwrap();
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    }

    /// Hears until this comes.
    fn hears(&self, wanted: &str) {
        while !self.heard().lines().any(|line| line == wanted) {}
    }
}

fn keyring(manager: &Manager) -> PathBuf {
    let public = manager.path("keys.jwks");
    let made = wicket()
        .args(["ticket", "keygen", "--kid", "k1", "--out"])
        .arg(manager.path("k1.jwk"))
        .arg("--public")
        .arg(&public)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    public
}

#[test]
fn a_gate_says_that_it_is_ready_and_goes_on_to_say_that_it_lives() {
    let manager = Manager::new();
    let keys = keyring(&manager);
    let mut scan = manager.start(wicket().args(["scan", "--event", "e", "--keys"]).arg(keys));
    assert_eq!(manager.heard(), "READY=1\nSTATUS=scanning\n");
    // Nobody comes, and the loop that decides goes round all the same.
    for _ in 0..3 {
        assert_eq!(manager.heard(), "WATCHDOG=1\n");
    }
    scan.stdin.as_ref().unwrap().write_all(b"no ticket\n").unwrap();
    manager.hears("WATCHDOG=1");
    drop(scan.stdin.take());
    assert!(scan.wait().unwrap().success());
}

#[cfg(feature = "server")]
#[test]
fn a_server_says_that_it_listens_that_it_lives_and_that_it_ends() {
    let manager = Manager::new();
    let mut command = wicket();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]);
    let mut server = manager.start(command.arg(manager.path("data")));
    let ready = manager.heard();
    assert!(
        ready.starts_with("READY=1\nSTATUS=listening on http://127.0.0.1:"),
        "{ready}"
    );
    for _ in 0..3 {
        manager.hears("WATCHDOG=1");
    }
    let ended = Command::new("kill")
        .arg(server.id().to_string())
        .status()
        .unwrap();
    assert!(ended.success());
    manager.hears("STOPPING=1");
    assert!(server.wait().unwrap().success());
}

/// The options that a unit's command line gives, and the subcommand that takes them.
fn command_line(unit: &str) -> (String, Vec<String>) {
    let line = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart=/usr/bin/wicket "))
        .unwrap();
    let (subcommand, rest) = line.split_once(' ').unwrap();
    let options = rest.split(' ').filter(|word| word.starts_with("--"));
    (subcommand.to_owned(), options.map(str::to_owned).collect())
}

#[test]
fn the_units_command_lines_are_those_of_the_program() {
    for (unit, here) in [
        (
            include_str!("../../systemd/wicket-server.service"),
            cfg!(feature = "server"),
        ),
        (
            include_str!("../../systemd/wicket-gate.service"),
            cfg!(feature = "kiosk"),
        ),
        (
            include_str!("../../systemd/wicket-sync.service"),
            cfg!(feature = "gate"),
        ),
    ] {
        let (subcommand, options) = command_line(unit);
        let help = wicket().args([&subcommand, "--help"]).output().unwrap();
        let help = String::from_utf8(help.stdout).unwrap();
        for option in options {
            assert_eq!(
                help.contains(&format!("{option} <")),
                here,
                "{subcommand} {option}: {help}"
            );
        }
    }
}
