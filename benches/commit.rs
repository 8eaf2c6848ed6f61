//! From verified claims to a durable verdict, beside one bare durable commit, in one run and on one disk.
//!
//! What counts is the slowest scan in a hundred, which criterion does not show; and a disk that is busy for a
//! moment must not hit one subject alone. So the subjects take turns, commit by commit, and the whole
//! distribution is kept.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use wicket::domain::admission::{
    Direction, Inputs, Knowledge, Lane, Reach, Request, Shown, Status, TicketRow, admit, draft,
};
use wicket::domain::checkin::History;
use wicket::domain::ids::{EventId, GateId, StreamId, TicketId};
use wicket::domain::rules::Rulebook;
use wicket::domain::ticket::Claims;
use wicket::domain::time::{Now, UnixSeconds};
use wicket::ledger::{Ledger, Opening, SqliteLedger};
use wicket::wire::{Cursor, SnapshotPage};

/// Tickets on the lists.
const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];
/// Commits of each subject: forty stand behind a p99.
const ROUNDS: u64 = 4_000;
/// Commits before the first that counts.
const WARM_UP: u64 = 200;
/// Rows of a page of the snapshot.
const PAGE_ROWS: u64 = 50_000;
/// Coprime to every size: each scan shows another ticket.
const STRIDE: u64 = 7_919;
const AT: UnixSeconds = UnixSeconds(1_795_000_000);

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What is measured: one commit at a time.
trait Subject {
    fn name(&self) -> String;
    fn commit(&mut self, round: u64) -> Outcome<()>;
}

fn main() -> Outcome<()> {
    let disk = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let mut subjects: Vec<Box<dyn Subject>> = vec![Box::new(Bare::open(disk.path())?)];
    for size in SIZES {
        subjects.push(Box::new(Durable::open(disk.path(), size)?));
    }
    let mut times = vec![Vec::new(); subjects.len()];
    for round in 0..WARM_UP + ROUNDS {
        for (subject, times) in subjects.iter_mut().zip(&mut times) {
            let took = timed(|| subject.commit(round))?;
            if round >= WARM_UP {
                times.push(took);
            }
        }
    }
    report(&subjects, times);
    Ok(())
}

/// One row with an integer key, durable, and nothing else.
struct Bare(Connection);

impl Bare {
    fn open(disk: &Path) -> Outcome<Self> {
        let connection = Connection::open(disk.join("bare.db"))?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE bare (id INTEGER PRIMARY KEY)",
        )?;
        Ok(Self(connection))
    }
}

impl Subject for Bare {
    fn name(&self) -> String {
        "bare/full_commit_one_row".to_owned()
    }

    fn commit(&mut self, round: u64) -> Outcome<()> {
        let mut insert = self.0.prepare_cached("INSERT INTO bare (id) VALUES (?1)")?;
        insert.execute([round.cast_signed()])?;
        Ok(())
    }
}

/// Claims looked up, judged and recorded.
struct Durable {
    size: u64,
    ledger: SqliteLedger,
    rules: Rulebook,
    lane: Lane,
    event: EventId,
}

impl Durable {
    fn open(disk: &Path, size: u64) -> Outcome<Self> {
        let folder = disk.join(size.to_string());
        let stream = StreamId::new([1; 16]);
        let mut ledger = SqliteLedger::open(&folder, stream, &Opening::default())?;
        for from in (0..size).step_by(usize::try_from(PAGE_ROWS)?) {
            let rows: Outcome<Vec<_>> = (from..size.min(from + PAGE_ROWS)).map(row).collect();
            ledger.apply_snapshot(&page(from, size)?, &rows?, &[])?;
        }
        drop(ledger);
        let mut reopened = None;
        let took = timed(|| {
            reopened = Some(SqliteLedger::open(&folder, stream, &Opening::default())?);
            Ok(())
        })?;
        println!("opened with {size} tickets in {:.1} ms", took.as_secs_f64() * 1e3);
        let event: EventId = "spring-26".parse()?;
        let rules = Rulebook::defaults(event.clone());
        let gate: GateId = "north".parse()?;
        Ok(Self {
            size,
            ledger: reopened.ok_or("the store was not opened")?,
            lane: Lane {
                site: rules.site(&gate),
                gate,
                earlier_streams: Vec::new(),
            },
            rules,
            event,
        })
    }

    fn shown(&self, round: u64) -> Outcome<Shown> {
        let row = row(round * STRIDE % self.size)?;
        Ok(Shown {
            claims: Claims {
                event: self.event.clone(),
                ticket_type: row.ticket_type,
                ticket: row.ticket,
                valid_from: None,
                valid_until: row.valid_until,
                admits: 1,
                issued_at: None,
                holder: None,
            },
            list_only: false,
            presented_at: None,
            defect: None,
        })
    }
}

impl Subject for Durable {
    fn name(&self) -> String {
        format!("durable/look_up_admit_record/{}", self.size)
    }

    fn commit(&mut self, round: u64) -> Outcome<()> {
        let shown = self.shown(round)?;
        let known = self.ledger.look_up(&shown.claims.ticket)?;
        let inputs = Inputs {
            shown: &shown,
            listing: &known.listing,
            history: &History::fold(known.facts),
            lane: &self.lane,
            rules: &self.rules,
            occupancy: None,
            reach: Reach::Apart,
            conflict: false,
            now: &Now::exactly(AT.plus(round)),
            request: &Request {
                direction: Direction::Entry,
                ..Request::default()
            },
        };
        let draft = draft(&inputs, &admit(&inputs), &Knowledge::default()).ok_or("not admitted")?;
        self.ledger.record(&draft)?;
        Ok(())
    }
}

/// The frame of a page: its rows come beside it.
fn page(from: u64, size: u64) -> Outcome<SnapshotPage> {
    Ok(SnapshotPage {
        event: "spring-26".parse()?,
        to: Cursor {
            log: [7; 16].into(),
            sequence: size,
            chain: [0; 32].into(),
        },
        as_of: AT,
        page: u32::try_from(from / PAGE_ROWS)?,
        pages: u32::try_from(size.div_ceil(PAGE_ROWS))?,
        tickets: Vec::new().into(),
        changes: Vec::new(),
    })
}

/// Ids are as random as real ones, and always the same (SplitMix64).
fn row(number: u64) -> Outcome<TicketRow> {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    Ok(TicketRow {
        ticket: TicketId::new(&(mixed ^ (mixed >> 31)).to_be_bytes())?,
        ticket_type: "adult".parse()?,
        status: Status::Valid,
        admits: 1,
        valid_from: None,
        valid_until: AT.plus(1_000_000),
        replaces: None,
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "a bench reads the clock; nothing else does"
)]
fn timed(work: impl FnOnce() -> Outcome<()>) -> Outcome<Duration> {
    let begun = Instant::now();
    work()?;
    Ok(begun.elapsed())
}

fn report(subjects: &[Box<dyn Subject>], times: Vec<Vec<Duration>>) {
    println!(
        "{:<38} {:>9} {:>9} {:>9}",
        "microseconds", "p50", "p99", "p99/bare"
    );
    let mut bare = None;
    for (subject, mut times) in subjects.iter().zip(times) {
        times.sort_unstable();
        let (p50, p99) = (percentile(&times, 50), percentile(&times, 99));
        let ratio = p99 / *bare.get_or_insert(p99);
        println!("{:<38} {p50:>9.1} {p99:>9.1} {ratio:>9.2}", subject.name());
    }
}

/// In microseconds, of sorted times.
fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let at = sorted.get(sorted.len().saturating_sub(1) * percent / 100);
    at.map_or(f64::NAN, |time| time.as_secs_f64() * 1e6)
}
