//! A PostgreSQL of the tests' own: one server for all tests of a run, with a database for each, and no set-up by anyone.
//!
//! The first test of a run makes it in a folder of its own, where only a socket leads to it. It ends with the process that
//! runs the tests, whatever becomes of that. Where it cannot be started, the tests fail.

#![expect(clippy::expect_used, reason = "a test that panics is a test that fails")]

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::os::unix::process::{CommandExt, parent_id};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use postgres::{Client, NoTls};

/// Where Debian keeps the programs of each release, which are in nobody's path.
const DEBIAN: &str = "/usr/lib/postgresql";
/// The programs refuse to be run by root; the package brings this user.
const USER: &str = "postgres";
/// Faster for what no test needs: nobody cuts this machine's power. Room for every test's connections at once.
const SETTINGS: &str = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=300";

/// A database, gone with the test.
#[derive(Debug)]
pub(crate) struct Database {
    folder: PathBuf,
    name: String,
}

impl Database {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let database = Self {
            folder: server(),
            name: format!("test_{}_{number}", std::process::id()),
        };
        database
            .run(&format!("CREATE DATABASE {}", database.name))
            .unwrap();
        database
    }

    /// As `--database` takes it.
    pub(crate) fn url(&self) -> String {
        url(&self.folder, &self.name)
    }

    /// A connection beside those of the program.
    pub(crate) fn client(&self) -> Client {
        Client::connect(&self.url(), NoTls).unwrap()
    }

    fn run(&self, sql: &str) -> Result<(), postgres::Error> {
        Client::connect(&url(&self.folder, "postgres"), NoTls)?.batch_execute(sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = self.run(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

fn url(folder: &Path, name: &str) -> String {
    format!("host={} user=wicket dbname={name}", folder.display())
}

/// The run's server, which is there when this returns.
fn server() -> PathBuf {
    // A short path: the name of a socket has 107 bytes at the most.
    let run = parent_id();
    let folder = Path::new("/tmp").join(format!("wicket-postgres-{run}"));
    let lock = File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if Client::connect(&url(&folder, "postgres"), NoTls).is_err() {
        start(&folder, run);
    }
    folder
}

fn start(folder: &Path, run: u32) {
    // What a run of long ago left, whose number came again.
    let _ = fs::remove_dir_all(folder);
    DirBuilder::new().mode(0o700).create(folder).unwrap();
    let programs = programs();
    let owner = owner();
    if let Some((user, group)) = owner {
        // The lock too, so that whoever ends the server can take it away.
        for path in [folder, &folder.with_extension("lock")] {
            chown(path, Some(user), Some(group)).unwrap();
        }
    }
    let data = folder.join("data");
    let mut make = command(&programs.join("initdb"), owner);
    make.args([
        "--auth=trust",
        "--username=wicket",
        "--no-sync",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "-D",
    ]);
    succeed(make.arg(&data));
    let mut start = command(&programs.join("pg_ctl"), owner);
    start.arg("-D").arg(&data).arg("-l").arg(folder.join("log"));
    start.args(["-w", "-t", "60", "-o"]);
    start.arg(format!(
        "{SETTINGS} -c unix_socket_directories={}",
        folder.display()
    ));
    succeed(start.arg("start"));
    // Ends it once the run's process is gone, whose end `tail` sees.
    let script = format!(
        "(tail --pid={run} -f /dev/null; {} -D {data} -m immediate stop; rm -rf {folder} {folder}.lock) &",
        programs.join("pg_ctl").display(),
        data = data.display(),
        folder = folder.display(),
    );
    let mut end = command(Path::new("/bin/sh"), owner);
    succeed(end.arg("-c").arg(script).process_group(0));
}

/// The newest release's programs.
fn programs() -> PathBuf {
    let releases = fs::read_dir(DEBIAN).expect("PostgreSQL: `make packages-test` installs it");
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = releases.map(|release| release.unwrap().path()).max_by_key(number);
    newest.expect("a release of PostgreSQL").join("bin")
}

/// Whose the server is, where it cannot be ours.
fn owner() -> Option<(u32, u32)> {
    let we_are_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    we_are_root.then(|| {
        let users = fs::read_to_string("/etc/passwd").unwrap();
        let line = users.lines().find(|line| line.starts_with(&format!("{USER}:")));
        let fields: Vec<&str> = line.expect("the user of Debian's package").split(':').collect();
        (fields[2].parse().unwrap(), fields[3].parse().unwrap())
    })
}

fn command(program: &Path, owner: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = owner {
        command.uid(user).gid(group);
    }
    command.current_dir("/");
    command
}

fn quiet(command: &mut Command) -> &mut Command {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
}

/// Its output goes nowhere: the server would keep a pipe open, and who reads it waiting. What it has to say is in its log.
fn succeed(command: &mut Command) {
    let status = quiet(command).status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
}
