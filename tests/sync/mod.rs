//! Gate and server over real sockets and real files. The server is a process of its own; gates run in the test.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod backup;
mod conflict_order;
mod conflicts;
mod control;
mod cut;
mod devices;
mod doctor;
mod enrolment;
mod facts;
mod fleet;
mod homes;
mod keys;
mod labels;
mod lies;
mod limits;
mod live;
mod log;
mod metrics;
mod postgres;
pub(crate) mod raw;
mod relay;
mod revoked;
pub(crate) mod samples;
mod snapshot;
mod tls;
mod venue;

use std::cell::Cell;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use tempfile::TempDir;
use wicket::device::clock::{boot, estimated};
use wicket::domain::ids::StreamId;
use wicket::ledger::{Enrolment, Ledger, Opening, SqliteLedger};
use wicket::server::db::Db;
use wicket::sync::{Givens, Patience, REQUEST_TIMEOUT, Summary, SyncError};
use wicket::wire::enrol::{EnrolmentAnswer, EnrolmentCode};

use crate::cli::wicket;
use crate::postgres::Database;

thread_local! {
    /// Whether the servers of this test keep their data in PostgreSQL.
    static ON_POSTGRES: Cell<bool> = const { Cell::new(false) };
}

/// The event of every test here.
pub(crate) const EVENT: &str = "spring-26";

/// Ids that no two calls share; each test has a server, and mostly a process, of its own.
fn unique() -> [u8; 16] {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    bytes
}

/// A server's process on a folder of its own.
#[derive(Debug)]
pub(crate) struct Server {
    folder: TempDir,
    /// None: its data are in the folder.
    database: Option<Arc<Database>>,
    process: Option<Child>,
    /// Such as `127.0.0.1:40123`.
    pub(crate) address: String,
    /// How it speaks TLS; empty where it does not.
    tls: Vec<String>,
}

impl Server {
    /// With an event and so many tickets of one type, running.
    pub(crate) fn with_tickets(count: u32) -> Self {
        Self::with_tls(count, &[])
    }

    /// Runs a test whose servers keep their data in PostgreSQL.
    pub(crate) fn on_postgres(test: impl FnOnce()) {
        ON_POSTGRES.set(true);
        test();
    }

    /// Another process on the same data.
    pub(crate) fn beside(&self) -> Self {
        let mut other = Self::at_rest(TempDir::new().unwrap(), &[]);
        other.database.clone_from(&self.database);
        other.start();
        other
    }

    /// As [`Self::with_tickets`], with these arguments for TLS.
    pub(crate) fn with_tls(count: u32, tls: &[&str]) -> Self {
        let mut server = Self::at_rest(TempDir::new().unwrap(), tls);
        server.admin(&["event", "add", EVENT]);
        if count > 0 {
            server.add_tickets(count);
        }
        server.start();
        server
    }

    /// On a folder that holds a server's data.
    #[cfg(feature = "sim")]
    pub(crate) fn on(folder: TempDir, tls: &[&str]) -> Self {
        let mut server = Self::at_rest(folder, tls);
        server.start();
        server
    }

    fn at_rest(folder: TempDir, tls: &[&str]) -> Self {
        Self {
            folder,
            database: ON_POSTGRES.get().then(|| Arc::new(Database::new())),
            process: None,
            address: "127.0.0.1:0".to_owned(),
            tls: tls.iter().map(|&arg| arg.to_owned()).collect(),
        }
    }

    pub(crate) fn add_tickets(&self, count: u32) {
        let count = count.to_string();
        self.admin(&[
            "ticket",
            "add",
            "--event",
            EVENT,
            "--type",
            "adult",
            "--until",
            "1900000000",
            "--count",
            &count,
        ]);
    }

    /// Starts it, after the first time at the same address, and waits until it listens.
    pub(crate) fn start(&mut self) {
        let mut process = wicket()
            .args(["serve", "--listen", &self.address, "--data"])
            .arg(self.path())
            .args(self.place())
            .args(&self.tls)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let listening = format!("listening on {}://", self.scheme());
        self.address = line.trim().strip_prefix(&listening).expect(&line).to_owned();
        self.process = Some(process);
    }

    /// SIGKILL, at whatever it is doing.
    pub(crate) fn kill(&mut self) {
        let mut process = self.process.take().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn scheme(&self) -> &'static str {
        if self.tls.is_empty() { "http" } else { "https" }
    }

    fn url(&self) -> String {
        format!("{}://{}", self.scheme(), self.address)
    }

    /// `wicket admin`, which must succeed; its standard output.
    pub(crate) fn admin(&self, args: &[&str]) -> String {
        let output = self.try_admin(args);
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn try_admin(&self, args: &[&str]) -> Output {
        wicket()
            .arg("admin")
            .args(args)
            .arg("--data")
            .arg(self.path())
            .args(self.place())
            .output()
            .unwrap()
    }

    fn place(&self) -> Vec<String> {
        let url = self.database.as_ref().map(|database| database.url());
        url.map_or(Vec::new(), |url| vec!["--database".to_owned(), url])
    }

    /// A connection to its PostgreSQL.
    pub(crate) fn postgres(&self) -> ::postgres::Client {
        self.database.as_ref().unwrap().client()
    }

    /// A fresh enrolment code for a device.
    pub(crate) fn code(&self, device: &str) -> EnrolmentCode {
        let text = self.admin(&[
            "device",
            "add",
            device,
            "--event",
            EVENT,
            "--gate",
            "gate-a",
            "--url",
            &self.url(),
        ]);
        EnrolmentCode::from_text(&text).unwrap()
    }

    /// A gate that is enrolled.
    pub(crate) fn gate(&self, device: &str) -> Gate {
        let mut gate = Gate::new();
        enrol(&mut gate.ledger, &self.code(device), &seed(device)).unwrap();
        gate
    }

    pub(crate) fn attendance(&self) -> Value {
        serde_json::from_str(&self.admin(&["attendance", EVENT, "--json"])).unwrap()
    }

    /// Its data, as another process opens them.
    pub(crate) fn db(&self) -> Db {
        let url = self.database.as_ref().map(|database| database.url());
        url.map_or_else(|| Db::open(self.path()), |url| Db::connect(&url))
            .unwrap()
    }

    /// The database itself, for what no command shows.
    pub(crate) fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.file()).unwrap()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.path().join("server.sqlite")
    }

    /// The ticket ids on the server's list.
    pub(crate) fn tickets(&self) -> Vec<Vec<u8>> {
        if self.database.is_some() {
            let rows = self
                .postgres()
                .query("SELECT ticket FROM tickets ORDER BY ticket", &[]);
            return rows.unwrap().iter().map(|row| row.get(0)).collect();
        }
        let database = self.database();
        let mut statement = database
            .prepare("SELECT ticket FROM tickets ORDER BY ticket")
            .unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.process.is_some() {
            self.kill();
        }
    }
}

/// A device's secret key in these tests.
pub(crate) fn seed(device: &str) -> [u8; 32] {
    let mut seed = [0; 32];
    seed[..device.len()].copy_from_slice(device.as_bytes());
    seed
}

/// A gate's store, and the process that scans.
pub(crate) struct Gate {
    folder: TempDir,
    pub(crate) ledger: SqliteLedger,
}

impl Gate {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let ledger = SqliteLedger::open(folder.path(), StreamId::new(unique()), &Opening::default()).unwrap();
        Self { folder, ledger }
    }

    pub(crate) fn sync(&mut self) -> Result<Summary, SyncError> {
        sync(&mut self.ledger)
    }

    /// Records an entry of a ticket with this id.
    pub(crate) fn enter(&mut self, ticket: &[u8]) {
        self.ledger.record(&samples::entry(ticket)).unwrap();
    }

    fn unsent(&mut self) -> u64 {
        self.ledger.status().unwrap().unacknowledged
    }

    /// `wicket` on this gate's folder.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        let mut command: Command = wicket();
        command
            .args(args)
            .arg("--data")
            .arg(self.folder.path())
            .output()
            .unwrap()
    }
}

/// Enrols a gate with a device's secret key.
pub(crate) fn enrol(
    ledger: &mut dyn Ledger,
    code: &EnrolmentCode,
    secret: &[u8; 32],
) -> Result<(Enrolment, EnrolmentAnswer), SyncError> {
    wicket::sync::enrol(ledger, code, secret, estimated)
}

pub(crate) fn sync(ledger: &mut dyn Ledger) -> Result<Summary, SyncError> {
    sync_attempts(ledger, 1)
}

fn sync_attempts(ledger: &mut dyn Ledger, attempts: u32) -> Result<Summary, SyncError> {
    let givens = Givens {
        boot: &boot,
        clock: estimated,
        epoch: unique(),
        nonce: unique(),
        // No wait but the one that the server asks for.
        jitter: 0,
        tell: wicket::sync::silent,
    };
    wicket::sync::sync(ledger, &givens, &patience(attempts))
}

/// With the product's own limit on each request.
fn patience(attempts: u32) -> Patience {
    Patience {
        attempts,
        timeout: REQUEST_TIMEOUT,
    }
}
