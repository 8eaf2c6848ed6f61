//! A server's process with an event and its list.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Child;

use wicket::domain::admission::Status;
use wicket::domain::ids::EventId;
use wicket::server::db::Db;
use wicket::server::now;

use super::Outcome;
use super::list::List;
use super::watch::{first_line, peak_mb, piped, run, wicket};

/// The event of every bench here.
pub(super) const EVENT: &str = "spring-26";
/// Tickets added in one transaction.
const CHUNK: usize = 50_000;

/// The process; killed when it is dropped.
pub(super) struct Server {
    folder: PathBuf,
    process: Child,
    address: SocketAddr,
}

impl Server {
    pub(super) fn start(folder: &Path, list: &List) -> Outcome<Self> {
        run(&["admin", "event", "add", EVENT], folder)?;
        let event: EventId = EVENT.parse()?;
        let mut db = Db::open(folder)?;
        for rows in list.rows.chunks(CHUNK) {
            db.add_tickets(&event, rows, now())?;
        }
        drop(db);
        let mut command = wicket();
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder);
        let mut process = piped(&mut command).spawn()?;
        let line = first_line(&mut process)?;
        let address = line.strip_prefix("listening on http://").ok_or(line.clone())?;
        Ok(Self {
            folder: folder.to_owned(),
            process,
            address: address.parse()?,
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// A code that enrols a device which reaches the server at another address.
    pub(super) fn code(&self, device: &str, at: SocketAddr) -> Outcome<String> {
        let url = format!("http://{at}");
        let args = [
            "admin", "device", "add", device, "--event", EVENT, "--gate", "north", "--url", &url,
        ];
        Ok(run(&args, &self.folder)?.trim().to_owned())
    }

    /// Blocks so many valid tickets, spread over the list.
    pub(super) fn change(&self, list: &List, count: u64) -> Outcome<()> {
        let event: EventId = EVENT.parse()?;
        let mut db = Db::open(&self.folder)?;
        let count = usize::try_from(count)?;
        let valid = list.rows.iter().filter(|row| row.status == Status::Valid);
        let apart = (list.rows.len() / count / 2).max(1);
        for row in valid.step_by(apart).take(count) {
            db.set_ticket_status(&event, &row.ticket, Status::Blocked, now())?;
        }
        Ok(())
    }

    /// The most megabytes that the process took so far.
    pub(super) fn peak_mb(&self) -> Outcome<f64> {
        peak_mb(self.process.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
