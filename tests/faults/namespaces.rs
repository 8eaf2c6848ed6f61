//! Server and gates with a network of their own between them: a pair of network namespaces, where the machine lets the
//! test make them.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use super::gate::{Gate, Site};
use super::judge;
use super::seen::Seen;
use super::venue::{PATIENCE_S, Template};
use super::words::complaint;
use crate::sync::Server;

/// The server's address, in a network that nothing else is in.
const SERVER: &str = "10.211.0.1";
const GATES: &str = "10.211.0.2";
/// Tickets that no gate has heard of: 8 bytes each at the least.
const NEW: u32 = 8_000;
/// Bytes of them that a gate has when its link goes down.
const ON_THE_WAY: u64 = 20_000;
/// Half a second for those tickets, so that a sync can be met on its way.
const SLOW: [&str; 7] = ["tbf", "rate", "1mbit", "burst", "4kb", "latency", "400ms"];
/// A tent's mobile router.
const POOR: [&str; 10] = [
    "netem",
    "delay",
    "20ms",
    "10ms",
    "loss",
    "5%",
    "duplicate",
    "5%",
    "reorder",
    "25%",
];
/// How long a gate waits for a link that stays down.
const GIVES_UP_S: f64 = 1.0;

/// Two namespaces and the cable between them.
struct Cable {
    server: Site,
    gates: Site,
}

impl Cable {
    /// Lays it; the words say why this machine does not let it.
    fn lay() -> Result<Self, String> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = |end: &str| format!("wicket-{}-{number}-{end}", std::process::id());
        let (server, gates) = (name("server"), name("gates"));
        ip(&["netns", "add", &server])?;
        let cable = Self {
            server: Site(Some(server.clone())),
            gates: Site(Some(gates.clone())),
        };
        ip(&["netns", "add", &gates])?;
        let (cable_end, other_end) = (
            ["link", "add", "eth", "netns"],
            ["type", "veth", "peer", "name", "eth", "netns"],
        );
        ip(&[&cable_end[..], &[&server], &other_end[..], &[&gates]].concat())?;
        for (namespace, address) in [(&server, SERVER), (&gates, GATES)] {
            ip(&[
                "-n",
                namespace,
                "address",
                "add",
                &format!("{address}/30"),
                "dev",
                "eth",
            ])?;
            ip(&["-n", namespace, "link", "set", "lo", "up"])?;
            ip(&["-n", namespace, "link", "set", "eth", "up"])?;
        }
        Ok(cable)
    }

    fn name(site: &Site) -> &str {
        site.0.as_deref().unwrap_or_default()
    }

    /// Pulls the cable out at the gates, or plugs it in.
    fn set(&self, state: &str) {
        ip(&["-n", Self::name(&self.gates), "link", "set", "eth", state]).unwrap();
    }

    /// Shapes what the server sends.
    fn shape(&self, how: &[&str]) -> Result<(), String> {
        let replace = [
            "-n",
            Self::name(&self.server),
            "qdisc",
            "replace",
            "dev",
            "eth",
            "root",
        ];
        run("tc", &[&replace[..], how].concat()).map(drop)
    }

    /// Bytes that came to the gates so far.
    fn arrived(&self) -> u64 {
        let shown = ip(&["-n", Self::name(&self.gates), "-j", "-s", "link", "show", "eth"]).unwrap();
        let shown: Value = serde_json::from_str(&shown).unwrap();
        shown[0]["stats64"]["rx"]["bytes"].as_u64().unwrap()
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        for site in [&self.server, &self.gates] {
            let _ = ip(&["netns", "delete", Self::name(site)]);
        }
    }
}

fn ip(arguments: &[&str]) -> Result<String, String> {
    run("ip", arguments)
}

fn run(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{program} {}: {}", arguments.join(" "), said.trim()))
}

/// A server at one end of a cable, gates at the other.
struct Apart {
    process: Child,
    server: Server,
    gates: Vec<Gate>,
    codes: Vec<String>,
    // Last: what runs in it ends before.
    cable: Cable,
}

impl Apart {
    /// None where the machine does not let it, which is said.
    fn venue() -> Option<Self> {
        let cable = Cable::lay().map_err(|why| eprintln!("skipped: no network namespaces here ({why})"));
        let cable = cable.ok()?;
        let template = Template::new();
        let mut server = Server::on(template.server(), &[]);
        server.add_tickets(NEW);
        server.kill();
        let mut process = cable
            .server
            .wicket()
            .args(["serve", "--listen", &format!("{SERVER}:0"), "--data"])
            .arg(server.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap();
        Some(Self {
            gates: template.gates(|_| (format!("http://{address}"), cable.gates.clone())),
            codes: template.codes,
            process,
            server,
            cable,
        })
    }

    fn guest(&mut self, gate: usize) {
        let code = self.codes.remove(0);
        self.gates[gate].show(&code);
    }

    fn sync(&self, gate: usize) -> Output {
        self.gates[gate]
            .begin_sync(PATIENCE_S)
            .wait_with_output()
            .unwrap()
    }

    /// Begins a sync, and returns when part of the list has come.
    fn met_on_its_way(&self, gate: usize, timeout_s: f64) -> Child {
        let before = self.cable.arrived();
        let mut sync = self.gates[gate].begin_sync(timeout_s);
        while self.cable.arrived() < before + ON_THE_WAY {
            assert_eq!(
                sync.try_wait().unwrap(),
                None,
                "the sync was done before it was met"
            );
        }
        sync
    }

    fn heals(&mut self) {
        for gate in [0, 1, 0] {
            let output = self.sync(gate);
            assert_eq!(output.status.code(), Some(0), "{output:?}");
        }
        assert_eq!(judge::at_the_end(&Seen::of(&self.server, &self.gates)), []);
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_link_that_goes_down_and_comes_up_again_in_a_sync_only_delays_it() {
    let Some(mut apart) = Apart::venue() else { return };
    apart.guest(0);
    apart.cable.shape(&SLOW).unwrap();
    let sync = apart.met_on_its_way(0, PATIENCE_S);
    apart.cable.set("down");
    apart.guest(0);
    apart.cable.set("up");
    let output = sync.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    apart.heals();
}

#[test]
fn a_link_that_stays_down_in_a_sync_loses_nothing() {
    let Some(mut apart) = Apart::venue() else { return };
    apart.guest(0);
    apart.cable.shape(&SLOW).unwrap();
    let sync = apart.met_on_its_way(0, GIVES_UP_S);
    apart.cable.set("down");
    apart.guest(0);
    let output = sync.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), complaint(&output)),
        (Some(1), None),
        "{output:?}"
    );
    // Nor is there a way at all.
    let output = apart.sync(0);
    assert_eq!(
        (output.status.code(), complaint(&output)),
        (Some(1), None),
        "{output:?}"
    );
    apart.cable.set("up");
    apart.heals();
}

#[test]
fn a_network_that_loses_delays_doubles_and_reorders_packets_only_delays_syncs() {
    let Some(mut apart) = Apart::venue() else { return };
    if let Err(why) = apart.cable.shape(&POOR) {
        eprintln!("skipped: this machine shapes no network as it is in a poor place ({why})");
        return;
    }
    for gate in [0, 1, 0, 1] {
        apart.guest(gate);
        let output = apart.sync(gate);
        assert_eq!(complaint(&output), None);
    }
    apart.heals();
}
