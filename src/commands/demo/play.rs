//! The demo's course of events.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::cast::{self, Codes};
use super::stage::{Running, Stage, Stopped, arg};
use super::tell::{number, step, tell, told};
use super::{DEVICE, EVENT, GATE, TICKETS};
use crate::commands::say::say;
use crate::device::clock::{Clock, SystemClock};
use crate::domain::time::{UnixMillis, UnixSeconds};

/// How long the demo's tickets are valid from now, in seconds.
const VALID_S: u64 = 24 * 60 * 60;
/// The ticket that is refunded.
const REFUNDED: &str = "7265667564656421";
/// The counts that are compared, as JSON pointers into the attendance.
const COUNTS: [&str; 5] = [
    "/facts",
    "/tickets",
    "/zones/venue/entries",
    "/zones/venue/persons",
    "/zones/venue/inside",
];
/// The other event of the demo's server.
const OTHER_EVENT: &str = "other-night";

/// The demo: its processes and its folders.
pub(super) struct Play {
    stage: Stage,
    server_data: PathBuf,
    gate_data: PathBuf,
    dir: PathBuf,
    now: UnixSeconds,
}

/// The server while it runs, and where.
struct Server {
    process: Running,
    address: String,
}

impl Play {
    /// A demo in a folder of its own.
    pub(super) fn new(stage: Stage, dir: PathBuf) -> Result<Self, Stopped> {
        fs::create_dir(&dir).map_err(|error| {
            format!(
                "cannot make the folder {}: {error}; choose another with --dir",
                dir.display()
            )
        })?;
        let now = SystemClock::new(None, UnixMillis(0)).now().best.seconds();
        Ok(Self {
            stage,
            server_data: dir.join("server"),
            gate_data: dir.join("gate"),
            dir,
            now,
        })
    }

    /// Adds the event and its tickets, and films the guests; the folder of frames.
    pub(super) fn prepare(&self, frames: Option<&Path>, guests: usize) -> Result<PathBuf, Stopped> {
        step("An organiser adds an event and issues tickets")?;
        frames.map(folders_or_files).transpose()?;
        let codes = self.sell()?;
        say!("  {EVENT}: {TICKETS} tickets sold, and one of them refunded");
        if let Some(frames) = frames {
            return Ok(frames.to_owned());
        }
        let queue = cast::queue(&codes, guests)?;
        let folder = self.dir.join("frames");
        cast::film(&queue, &folder)?;
        say!(
            "  a camera is simulated: {} guests with printed codes, in {}",
            queue.len(),
            folder.display()
        );
        Ok(folder)
    }

    /// Runs the gate while the server comes and goes. Whether both databases agree in the end.
    pub(super) fn perform(&self, frames: &Path) -> Result<bool, Stopped> {
        let server = self.open_gate()?;
        // The gate knows its server by this address, so the next process takes it over.
        let address = server.address.clone();
        step("The gate scans; halfway, the server is killed (SIGKILL), and the gate goes on")?;
        self.scan(frames, server)?;
        step("A sync by hand while the server is away")?;
        self.sync_in_vain()?;
        step("The server is started again, and the gate uploads in bulk")?;
        let server = self.serve(&address)?;
        tell(&self.stage.run(&["sync", "--data", &arg(&self.gate_data)])?)?;
        let equal = self.compare()?;
        server.process.kill()?;
        self.epilogue()?;
        Ok(equal)
    }

    fn sell(&self) -> Result<Codes, Stopped> {
        self.admin(&["event", "add", EVENT])?;
        self.admin(&["event", "add", OTHER_EVENT])?;
        let (until, over) = (self.now.plus(VALID_S), self.now.minus(VALID_S));
        let sold = self.issue(EVENT, "adult", TICKETS - 2, until)?;
        let refunded = self.issue_known(REFUNDED, until)?;
        self.admin(&["ticket", "revoke", "--event", EVENT, "--ticket", REFUNDED])?;
        let one = |mut codes: Vec<String>| codes.pop().ok_or("no code was issued");
        Ok(Codes {
            sold,
            refunded,
            expired: one(self.issue(EVENT, "adult", 1, over)?)?,
            other_event: one(self.issue(OTHER_EVENT, "adult", 1, until)?)?,
        })
    }

    fn issue(&self, event: &str, of: &str, count: u32, until: UnixSeconds) -> Result<Vec<String>, Stopped> {
        let (count, until) = (count.to_string(), until.to_string());
        let args = [
            "ticket", "add", "--event", event, "--type", of, "--count", &count, "--until", &until,
        ];
        Ok(self.admin(&args)?.lines().map(str::to_owned).collect())
    }

    fn issue_known(&self, ticket: &str, until: UnixSeconds) -> Result<String, Stopped> {
        let until = until.to_string();
        let args = [
            "ticket", "add", "--event", EVENT, "--type", "adult", "--ticket", ticket, "--until", &until,
        ];
        Ok(self.admin(&args)?.trim_end_matches('\n').to_owned())
    }

    fn admin(&self, args: &[&str]) -> Result<String, Stopped> {
        let data = arg(&self.server_data);
        self.stage.run(&[&["admin", "--data", &data], args].concat())
    }

    /// Starts the server and enrols the gate; the list is on the gate afterwards.
    fn open_gate(&self) -> Result<Server, Stopped> {
        step("The server starts, the gate enrols and syncs its list")?;
        let server = self.serve("127.0.0.1:0")?;
        say!("  server on {}", server.address);
        let url = format!("https://{}", server.address);
        let code = self.admin(&[
            "device", "add", DEVICE, "--event", EVENT, "--gate", GATE, "--url", &url,
        ])?;
        let gate = arg(&self.gate_data);
        tell(&self.stage.run(&["enrol", code.trim(), "--data", &gate])?)?;
        tell(&self.stage.run(&["sync", "--data", &gate])?)?;
        Ok(server)
    }

    fn serve(&self, address: &str) -> Result<Server, Stopped> {
        let data = arg(&self.server_data);
        let mut process = self
            .stage
            .start(&["serve", "--data", &data, "--listen", address, "--tls"])?;
        let line = process
            .next_line()?
            .ok_or("the server ended before it listened")?;
        let address = line.rsplit("https://").next().unwrap_or_default().to_owned();
        Ok(Server { process, address })
    }

    /// Prints each verdict as it happens, and kills the server halfway through.
    fn scan(&self, frames: &Path, server: Server) -> Result<(), Stopped> {
        let halfway = folders_or_files(frames)? as u64 / 2;
        let mut server = Some(server);
        let args = [
            "scan",
            // The demo shows what a sync by hand does.
            "--no-sync",
            "--json",
            "--frames",
            &arg(frames),
            "--data",
            &arg(&self.gate_data),
        ]
        .map(str::to_owned);
        let mut scan = self.stage.start(&args)?;
        let (mut scans, mut admitted) = (0_u64, 0);
        while let Some(line) = scan.next_line()? {
            let scanned: Value = serde_json::from_str(&line)?;
            say!("  {}", told(&scanned));
            scans += 1;
            admitted += usize::from(scanned.get("verdict").and_then(Value::as_str) == Some("admit"));
            // Many of the images in a folder of the user's own may hold no code, so their places count.
            let place = if scanned.get("folder").is_some_and(Value::is_string) {
                scans
            } else {
                number(&scanned, "/frame")
            };
            if place >= halfway
                && let Some(server) = server.take()
            {
                server.process.kill()?;
                say!("  -- the server is gone; the gate goes on --");
            }
        }
        if !scan.finish()? {
            return Err("the gate ended with an error; its words are above".into());
        }
        say!("  {scans} scans, {admitted} admitted");
        server.map_or(Ok(()), |server| server.process.kill())
    }

    fn sync_in_vain(&self) -> Result<(), Stopped> {
        let output = self.stage.try_run(&["sync", "--data", &arg(&self.gate_data)])?;
        tell(&String::from_utf8_lossy(&output.stderr))?;
        match output.status.code() {
            Some(1) => Ok(()),
            _ => Err(format!(
                "a sync without a server ended with {}, and not with 1",
                output.status
            )
            .into()),
        }
    }

    /// The attendance side by side, each read from its own database.
    fn compare(&self) -> Result<bool, Stopped> {
        step("Attendance, read from both databases")?;
        let gate: Value =
            serde_json::from_str(
                &self
                    .stage
                    .run(&["status", "--json", "--data", &arg(&self.gate_data)])?,
            )?;
        let server: Value = serde_json::from_str(&self.admin(&["attendance", EVENT, "--json"])?)?;
        say!("  {:<24}{:>8}{:>8}", "", "gate", "server");
        let mut equal = true;
        for count in COUNTS {
            let (gate, server) = (
                number(&gate, &format!("/attendance{count}")),
                number(&server, count),
            );
            equal &= gate == server;
            say!(
                "  {:<24}{gate:>8}{server:>8}",
                count.trim_start_matches('/').replace('/', " ")
            );
        }
        say!("  {}", if equal { "equal" } else { "NOT EQUAL" });
        Ok(equal)
    }

    fn epilogue(&self) -> Result<(), Stopped> {
        step("Try next")?;
        let wicket = self.stage.typed();
        let (gate, server) = (self.gate_data.display(), self.server_data.display());
        say!("  {wicket} status --data {gate}");
        say!("  {wicket} admin --data {server} attendance {EVENT}");
        say!("  {wicket} serve --data {server}");
        say!("  {wicket} scan --data {gate}    (type or scan a code a line)");
        say!("  make demo FRAMES=folder-of-your-own-images");
        say!(
            "  everything is in {}; delete it when you are done",
            self.dir.display()
        );
        Ok(())
    }
}

/// How many scans to expect: a person a folder, or a ticket a picture.
fn folders_or_files(frames: &Path) -> Result<usize, Stopped> {
    let unreadable = |error| {
        format!(
            "cannot read the folder {}: {error}; check FRAMES",
            frames.display()
        )
    };
    Ok(fs::read_dir(frames).map_err(unreadable)?.count())
}
