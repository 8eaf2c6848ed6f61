//! How many orders a second are reserved when a sale opens: 20,000 accounts for 20,000 tickets of one type, over HTTP on loopback,
//! each order durable before its answer, with its key and its buyer's token. Beside it, in the same run, the database's driver
//! alone with the same statements.
//!
//! The client is on the same machine, so server and client share its cores.

mod bare;
mod buyers;
mod event;
mod server;

use std::error::Error;
use std::time::Duration;

use buyers::Tally;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Accounts, and tickets.
const BUYERS: u32 = 20_000;
/// Buyers who ask at the same time.
const AT_ONCE: usize = 64;
/// Orders a second that SQLite must come to.
const BAR: f64 = 2_000.0;
/// The share of the bare driver's pace.
const SHARE_BAR: f64 = 0.3;

fn main() -> Outcome<()> {
    let disk = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let folder = disk.path().join("server");
    let tokens = event::open(&folder, BUYERS)?;
    let server = server::Server::start(&folder)?;
    let tally = buyers::rush(server.address(), &tokens, AT_ONCE)?;
    let left = event::left(&folder)?;
    tell("SQLite, over HTTP", tally.reserved, tally.took);
    println!(
        "answers: {} reserved, {} others; p50 {:.1} ms, p99 {:.1} ms; {left} tickets left of {BUYERS}",
        tally.reserved,
        tally.others,
        tally.at(0.5),
        tally.at(0.99),
    );
    println!("server: at most {:.0} MB", server.peak_mb()?);
    sound(&tally, left)?;
    let one = bare::orders(&disk.path().join("one.sqlite"), BUYERS / 10, 1)?;
    tell("rusqlite alone, a transaction each", BUYERS / 10, one);
    let many = bare::orders(&disk.path().join("many.sqlite"), BUYERS, AT_ONCE)?;
    tell("rusqlite alone, 64 in a transaction", BUYERS, many);
    let pace = rate(tally.reserved, tally.took);
    println!(
        "{:.2} of the driver's pace by one, {:.2} by 64 (bar {SHARE_BAR}); {pace:.0} a second (bar {BAR})",
        pace / rate(BUYERS / 10, one),
        pace / rate(BUYERS, many),
    );
    Ok(())
}

/// Nothing was sold twice, and nothing was lost.
fn sound(tally: &Tally, left: u32) -> Outcome<()> {
    match (tally.reserved, left) {
        (BUYERS, 0) => Ok(()),
        (reserved, left) => Err(format!("{reserved} orders, and {left} tickets are left of {BUYERS}").into()),
    }
}

fn rate(count: u32, took: Duration) -> f64 {
    f64::from(count) / took.as_secs_f64()
}

fn tell(what: &str, count: u32, took: Duration) {
    println!(
        "{what}: {count} orders in {:.2} s, {:.0} a second",
        took.as_secs_f64(),
        rate(count, took)
    );
}
