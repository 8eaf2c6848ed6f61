//! Gates that find each other by mDNS alone: each in a network namespace of its own, on one bridge, where the machine lets
//! the test make them.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use super::gate::{Gate, PATIENCE};
use crate::cli::wicket;

const NAMES: [&str; 3] = ["east", "north", "south"];

/// A network that nothing else is in: a bridge, and a namespace for each gate.
struct Network {
    bridge: String,
    sites: Vec<String>,
}

impl Network {
    /// Lays it; the words say why this machine does not let it.
    fn lay() -> Result<Self, String> {
        let name = |end: &str| format!("wicket-lan-{}-{end}", std::process::id());
        let network = Self {
            bridge: name("bridge"),
            sites: NAMES.map(name).into(),
        };
        let bridge = network.bridge.as_str();
        ip(&["netns", "add", bridge])?;
        ip(&["-n", bridge, "link", "add", "lan", "type", "bridge"])?;
        ip(&["-n", bridge, "link", "set", "lan", "up"])?;
        for (site, number) in network.sites.iter().zip(1_u8..) {
            let (port, address) = (format!("port{number}"), format!("10.212.0.{number}/24"));
            ip(&["netns", "add", site])?;
            let ends = [
                "link", "add", "eth", "netns", site, "type", "veth", "peer", "name",
            ];
            ip(&[&ends[..], &[&port, "netns", bridge]].concat())?;
            ip(&["-n", bridge, "link", "set", &port, "master", "lan", "up"])?;
            ip(&["-n", site, "address", "add", &address, "dev", "eth"])?;
            ip(&["-n", site, "link", "set", "lo", "up"])?;
            ip(&["-n", site, "link", "set", "eth", "up"])?;
        }
        Ok(network)
    }

    /// Pulls a gate's cable out, or plugs it in.
    fn set(&self, number: usize, state: &str) {
        let port = format!("port{}", number + 1);
        ip(&["-n", &self.bridge, "link", "set", &port, state]).unwrap();
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for site in self.sites.iter().chain([&self.bridge]) {
            let _ = ip(&["netns", "delete", site]);
        }
    }
}

fn ip(arguments: &[&str]) -> Result<(), String> {
    let output = Command::new("ip").args(arguments).output();
    let output = output.map_err(|error| format!("ip: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    output
        .status
        .success()
        .then_some(())
        .ok_or_else(|| format!("ip {}: {}", arguments.join(" "), said.trim()))
}

/// A gate's process in its namespace, and what it says.
struct Process {
    child: Child,
    lines: Receiver<String>,
}

impl Process {
    /// `wicket sync --watch`: its server is nowhere, its neighbours are near.
    fn start(site: &str, gate: &Gate) -> Self {
        let mut child = Command::new("ip")
            .args(["netns", "exec", site])
            .arg(wicket().get_program())
            .args(["sync", "--watch", "--data"])
            .arg(gate.folder())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (tell, lines) = channel();
        let stdout = child.stdout.take().unwrap();
        let pass = move || pass(stdout, |line| tell.send(line).is_ok());
        std::thread::Builder::new().spawn(pass).unwrap();
        Self { child, lines }
    }

    /// Waits until it has said all of these, in any order.
    fn wait(&self, wanted: &[String]) {
        let mut wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let mut said = Vec::new();
        while !wanted.is_empty() {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    wanted.retain(|words| !line.contains(words));
                    said.push(line);
                }
                Err(_) => panic!("waited in vain for {wanted:?} in {said:#?}"),
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn pass(stdout: ChildStdout, tell: impl Fn(String) -> bool) {
    let mut lines = BufReader::new(stdout).lines();
    while let Some(Ok(line)) = lines.next() {
        if !tell(line) {
            return;
        }
    }
}

fn connected(name: &str) -> String {
    format!("neighbour {name} is connected")
}

fn brought(name: &str) -> String {
    format!("neighbour {name} brought 1 segments")
}

#[test]
fn gates_that_nobody_introduced_find_each_other_and_come_back_after_a_cut() {
    let network = match Network::lay() {
        Ok(network) => network,
        Err(why) => return eprintln!("skipped: no network namespaces here ({why})"),
    };
    let mut gates = NAMES.map(|name| Gate::new(name, &NAMES));
    let places = [0, 1, 2];
    let processes = places.map(|place| Process::start(&network.sites[place], &gates[place]));
    processes[0].wait(&[connected("north"), connected("south")]);
    processes[1].wait(&[connected("east"), connected("south")]);
    processes[2].wait(&[connected("east"), connected("north")]);

    gates[0].record(1);
    processes[1].wait(&[brought("east")]);
    processes[2].wait(&[brought("east")]);
    assert!(gates[1].holds(1) && gates[2].holds(1));

    network.set(2, "down");
    processes[0].wait(&["neighbour south is not connected any more".to_owned()]);
    processes[1].wait(&["neighbour south is not connected any more".to_owned()]);
    gates[2].record(3);
    network.set(2, "up");
    processes[0].wait(&[connected("south"), brought("south")]);
    processes[1].wait(&[connected("south")]);
    assert!(gates[0].holds(3));
}
