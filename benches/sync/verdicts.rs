//! Verdicts of a gate that scans: alone, and while a sync writes to its folder.

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use wicket::domain::admission::{Direction, Inputs, Knowledge, Lane, Reach, Request, Shown, admit, draft};
use wicket::domain::checkin::History;
use wicket::domain::ids::{EventId, GateId, StreamId, TicketId};
use wicket::domain::rules::Rulebook;
use wicket::domain::ticket::Claims;
use wicket::domain::time::{Now, UnixSeconds};
use wicket::ledger::{Ledger, Opening, SqliteLedger};

use super::gate::Gate;
use super::list::random;
use super::server::{EVENT, Server};
use super::{Outcome, timed};

/// Verdicts of an idle gate: ten stand behind its p99.
const ROUNDS: u64 = 1_000;
/// Between two verdicts: far more than guests come, and little enough that many fall into a short sync.
const PAUSE: Duration = Duration::from_millis(3);
const AT: UnixSeconds = UnixSeconds(1_795_000_000);

/// What scans felt, in milliseconds.
pub(super) struct Beside {
    idle: Spread,
    busy: Spread,
}

pub(super) struct Spread {
    count: usize,
    p50_ms: f64,
    p99_ms: f64,
    most_ms: f64,
}

/// Scans an idle gate, then one whose folder a first sync fills.
pub(super) fn beside_a_first_sync(folder: &Path, server: &Server, at: SocketAddr) -> Outcome<Beside> {
    let gate = Gate::enrol(folder, server, "pi-scanning", at)?;
    Beside::a_sync(&gate, &mut Scans::open(folder)?)
}

impl Beside {
    /// Scans alone, then beside one sync of the gate.
    pub(super) fn a_sync(gate: &Gate, scans: &mut Scans) -> Outcome<Self> {
        let mut idle = Vec::new();
        for _ in 0..ROUNDS {
            idle.push(scans.next()?);
        }
        let mut sync = gate.begin_sync()?;
        let mut busy = Vec::new();
        let status = loop {
            if let Some(status) = sync.try_wait()? {
                break status;
            }
            busy.push(scans.next()?);
        };
        if !status.success() {
            return Err(format!("the sync beside the scans ended with {status}").into());
        }
        Ok(Self {
            idle: Spread::of(idle),
            busy: Spread::of(busy),
        })
    }

    /// Both in words.
    pub(super) fn told(&self, what: &str) -> String {
        format!(
            "verdicts alone {}, beside {what} {}: p99 {:.2} times",
            self.idle,
            self.busy,
            self.busy.p99_ms / self.idle.p99_ms
        )
    }
}

/// A gate that admits every ticket shown, each a new one, on its signature alone: so that it admits before it has a list.
pub(super) struct Scans {
    ledger: SqliteLedger,
    rules: Rulebook,
    lane: Lane,
    shown: u64,
}

impl Scans {
    pub(super) fn open(folder: &Path) -> Outcome<Self> {
        let opening = Opening {
            signature_only: true,
            ..Opening::default()
        };
        let event: EventId = EVENT.parse()?;
        let rules = Rulebook::defaults(event);
        let gate: GateId = "north".parse()?;
        Ok(Self {
            ledger: SqliteLedger::open(folder, stream(), &opening)?,
            lane: Lane {
                site: rules.site(&gate),
                gate,
                earlier_streams: Vec::new(),
            },
            rules,
            shown: 0,
        })
    }

    /// The same gate, to which other guests come.
    pub(super) fn showing_from(self, shown: u64) -> Self {
        Self { shown, ..self }
    }

    /// So many guests come, without a pause.
    pub(super) fn admit(&mut self, guests: u64) -> Outcome<()> {
        (0..guests).try_for_each(|_| {
            let shown = self.guest()?;
            self.judge(&shown)
        })
    }

    /// Check-ins that the server is not known to hold.
    pub(super) fn unsent(&mut self) -> Outcome<u64> {
        Ok(self.ledger.status()?.unacknowledged)
    }

    /// A guest comes: how long until the entry is durable.
    #[expect(clippy::disallowed_methods, reason = "guests come one after the other")]
    fn next(&mut self) -> Outcome<Duration> {
        std::thread::sleep(PAUSE);
        let shown = self.guest()?;
        let ((), took) = timed(|| self.judge(&shown))?;
        Ok(took)
    }

    fn guest(&mut self) -> Outcome<Shown> {
        self.shown += 1;
        Ok(Shown {
            claims: Claims {
                event: EVENT.parse()?,
                ticket_type: "adult".parse()?,
                ticket: TicketId::new(&random(self.shown + (1 << 40)).to_be_bytes())?,
                valid_from: None,
                valid_until: AT.plus(1_000_000_000),
                admits: 1,
                issued_at: None,
                holder: None,
            },
            list_only: false,
            presented_at: None,
            defect: None,
        })
    }

    fn judge(&mut self, shown: &Shown) -> Outcome<()> {
        let known = self.ledger.look_up(&shown.claims.ticket)?;
        let inputs = Inputs {
            shown,
            listing: &known.listing,
            reach: Reach::Apart,
            conflict: false,
            history: &History::fold(known.facts),
            lane: &self.lane,
            rules: &self.rules,
            occupancy: None,
            now: &Now::exactly(AT.plus(self.shown)),
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

/// A stream that no other gate of this run records under.
fn stream() -> StreamId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    StreamId::new(u128::from(NEXT.fetch_add(1, Ordering::Relaxed)).to_be_bytes())
}

impl Spread {
    pub(super) fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |percent: usize| {
            let time = times.get(times.len().saturating_sub(1) * percent / 100);
            time.map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
        };
        Self {
            count: times.len(),
            p50_ms: at(50),
            p99_ms: at(99),
            most_ms: at(100),
        }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "p50 {:.2} p99 {:.2} most {:.2} ms ({})",
            self.p50_ms, self.p99_ms, self.most_ms, self.count
        )
    }
}
