//! The thread that decides: it alone owns gate and ledger. What the gate wants done is done here, and what came of
//! it goes back to the gate, until it wants no more.

use std::collections::VecDeque;
use std::error::Error;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use super::intake::{End, Intake, Place, Seen, Sight};
use super::reach::SharedReach;
use super::stopwatch::Stopwatch;
use super::with_causes;
use crate::device::clock::Clock;
use crate::domain::admission::{Occupancy, Reach};
use crate::domain::checkin::{Denial, Draft};
use crate::domain::gate::{Announcement, Config, Count, Effect, Event, Fault, Gate};
use crate::domain::ids::TicketId;
use crate::domain::time::Moment;
use crate::ledger::{Ledger, LedgerError};

/// Refusals that wait until no scan does. So many are written at once even while scans wait, which costs one commit.
const DENIALS_WAITING_MAX: usize = 256;
/// Stands for a line that is no text: in no ticket's alphabet, and not blank.
const NO_TEXT: &str = "\u{fffd}";

/// What the gate tells whoever watches it, as it happens.
#[derive(Debug)]
pub enum Notice<'a> {
    /// A verdict. Where it lets somebody in, their check-in is durable.
    Verdict(Told<'a>),
    /// Something at the gate does not work.
    Fault(&'a Fault),
    /// Something else that staff should know; the gate goes on.
    Warning(&'a (dyn Error + Send + Sync + 'static)),
}

/// A verdict, and where it came from.
#[derive(Debug)]
pub struct Told<'a> {
    /// The verdict.
    pub announcement: &'a Announcement,
    /// The code's text; none where a line was no text.
    pub text: Option<&'a str>,
    /// The frame or line that decided.
    pub place: &'a Place,
    /// Microseconds from when the decider took the frame or line to now.
    pub latency_us: u64,
}

/// Whoever watches the gate. An error ends the gate: nobody is let in whom nobody sees.
pub type Watcher<'a> = dyn FnMut(Notice<'_>) -> io::Result<()> + 'a;

/// Why a gate ended before its source did.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The source failed.
    #[error("the source of codes failed; check it and start again")]
    Source(#[source] io::Error),
    /// The verdicts could not be told.
    #[error("the verdicts could not be written, so the gate stopped; everything before is recorded")]
    Watcher(#[source] io::Error),
    /// The refusals that waited could not be written.
    #[error("the last refusals could not be recorded; nobody was admitted by them")]
    Denials(#[source] LedgerError),
}

/// What a gate goes by that may change while it runs.
pub struct Orders {
    /// The keys, rules and place.
    pub config: Config,
    /// Where the time comes from.
    pub clock: Box<dyn Clock>,
    /// The change number of the list in the store.
    pub list_version: u64,
}

/// Reads the orders anew from a store that a sync has written to.
pub type Reread = Box<dyn FnMut(&mut dyn Ledger) -> Result<Orders, Box<dyn Error + Send + Sync>>>;

/// A gate and its store.
pub struct Decider {
    gate: Gate,
    ledger: Box<dyn Ledger>,
    clock: Box<dyn Clock>,
    list_version: u64,
    reread: Option<Reread>,
    /// Whether others wrote what could not be read yet.
    behind: bool,
    /// How the gate stands to the others, as somebody else says.
    reach: SharedReach,
    denials: Vec<Denial>,
    since_start: Stopwatch,
    /// The lane's time as a replay has it; none where the lane's time is real.
    replayed: Option<Moment>,
}

/// A frame or a line that is being decided.
struct Taken {
    place: Place,
    is_text: bool,
    since: Stopwatch,
}

impl Decider {
    /// A gate over a store that it owns from now on. With `reread`, it follows what others write there.
    #[must_use]
    pub fn new(orders: Orders, ledger: Box<dyn Ledger>, reread: Option<Reread>) -> Self {
        Self {
            gate: Gate::new(orders.config),
            ledger,
            clock: orders.clock,
            list_version: orders.list_version,
            reread,
            behind: false,
            reach: SharedReach::default(),
            denials: Vec::new(),
            since_start: Stopwatch::start(),
            replayed: None,
        }
    }

    /// The same gate, which asks `reach` at each scan how it stands to the others. Without, it is apart from them.
    #[must_use]
    pub fn reaching(self, reach: SharedReach) -> Self {
        Self { reach, ..self }
    }

    /// Decides on what comes until nothing more does, or the watcher is gone. Everything is durable when it returns.
    ///
    /// # Errors
    /// [`RunError`] where it ended before its time. A watcher that has closed its end is no error.
    pub fn run(mut self, intake: &Receiver<Intake>, watcher: &mut Watcher<'_>) -> Result<(), RunError> {
        let ended = self.decide_all(intake, watcher);
        let closed = self.close(watcher);
        match ended {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => closed,
            Err(error) => Err(RunError::Watcher(error)),
            Ok(End::Failed(error)) => Err(RunError::Source(error)),
            Ok(End::Source | End::Asked) => closed,
        }
    }

    fn decide_all(&mut self, intake: &Receiver<Intake>, watcher: &mut Watcher<'_>) -> io::Result<End> {
        loop {
            match self.next(intake, watcher)? {
                None => self.settle(Event::Tick, &Taken::nothing(), watcher)?,
                Some(Intake::NewPerson) => self.settle(Event::NewPerson, &Taken::nothing(), watcher)?,
                Some(Intake::Seen(seen)) => self.see(seen, watcher)?,
                Some(Intake::Warning(warning)) => watcher(Notice::Warning(warning.as_ref()))?,
                Some(Intake::End(end)) => return Ok(end),
            }
        }
    }

    /// What comes next; none where the gate wants to hear that time went by. While nothing waits, there is time for
    /// the refusals.
    fn next(&mut self, intake: &Receiver<Intake>, watcher: &mut Watcher<'_>) -> io::Result<Option<Intake>> {
        match intake.try_recv() {
            Ok(waiting) => return Ok(Some(waiting)),
            Err(TryRecvError::Disconnected) => return Ok(Some(Intake::End(End::Source))),
            Err(TryRecvError::Empty) => {}
        }
        if let Err(error) = self.keep_denials() {
            watcher(Notice::Warning(&error))?;
        }
        let Some(wait) = self.wait() else {
            return Ok(Some(intake.recv().unwrap_or(Intake::End(End::Source))));
        };
        match intake.recv_timeout(wait) {
            Ok(came) => Ok(Some(came)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Ok(Some(Intake::End(End::Source))),
        }
    }

    /// How long the gate can wait; none: for ever. In a replay no time passes between frames.
    fn wait(&self) -> Option<Duration> {
        let until = self.gate.wakes_at().filter(|_| self.replayed.is_none())?;
        Some(Duration::from_millis(until.since(self.moment())))
    }

    fn moment(&self) -> Moment {
        self.replayed.unwrap_or_else(|| Moment(self.since_start.millis()))
    }

    /// New keys, rules and times count from the next scan on. What cannot be read leaves the old ones in force.
    fn follow(&mut self, watcher: &mut Watcher<'_>) -> io::Result<()> {
        let Some(reread) = self.reread.as_mut() else {
            return Ok(());
        };
        let orders = match self.ledger.written_by_others() {
            Ok(false) if !self.behind => return Ok(()),
            Ok(_) => reread(self.ledger.as_mut()),
            Err(error) => Err(error.into()),
        };
        self.behind = orders.is_err();
        match orders {
            Ok(orders) => {
                self.clock = orders.clock;
                self.list_version = orders.list_version;
                self.settle(
                    Event::Configured(Box::new(orders.config)),
                    &Taken::nothing(),
                    watcher,
                )
            }
            Err(error) => watcher(Notice::Warning(error.as_ref())),
        }
    }

    fn see(&mut self, seen: Seen, watcher: &mut Watcher<'_>) -> io::Result<()> {
        let since = Stopwatch::start();
        self.follow(watcher)?;
        if self.reach.get() != self.gate.reach() {
            self.settle(Event::Reach(self.reach.get()), &Taken::nothing(), watcher)?;
        }
        self.replayed = seen.replayed_at;
        let is_text = seen.sight != Sight::Line(None);
        let event = match seen.sight {
            Sight::Codes(codes) => Event::Frame { codes },
            Sight::Line(text) => Event::Line {
                text: text.unwrap_or_else(|| NO_TEXT.to_owned()),
            },
        };
        let taken = Taken {
            place: seen.place,
            is_text,
            since,
        };
        self.settle(event, &taken, watcher)
    }

    /// Tells the gate of an event and does what it wants, until it wants no more. A watcher's failure does not keep
    /// the rest from being done: what was decided is recorded.
    fn settle(&mut self, event: Event, taken: &Taken, watcher: &mut Watcher<'_>) -> io::Result<()> {
        let mut told = Ok(());
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            let now = self.clock.now();
            for effect in self.gate.handle(event, self.moment(), &now) {
                match effect {
                    Effect::LookUp { ticket, count } => events.push_back(self.look_up(ticket, count)),
                    Effect::Record(draft) => events.push_back(self.record(draft)),
                    // A gate without a screen has no lock either: the verdict is all there is to see.
                    Effect::Open(_) => {}
                    Effect::NoteDenial(denial) => told = told.and(self.note(*denial, watcher)),
                    Effect::Fault(fault) => told = told.and_then(|()| watcher(Notice::Fault(&fault))),
                    Effect::Announce(announcement) => {
                        told = told.and_then(|()| watcher(Notice::Verdict(taken.told(&announcement))));
                    }
                }
            }
        }
        told
    }

    fn look_up(&mut self, ticket: TicketId, count: Option<Count>) -> Event {
        let occupancy = count
            .map(|Count { zone, since }| self.ledger.occupancy(&zone, since))
            .transpose();
        let answer = occupancy.and_then(|inside| Ok((inside, self.ledger.look_up(&ticket)?)));
        match answer {
            Ok((inside, known)) => Event::Known {
                ticket,
                known: Box::new(known),
                // Where other gates' facts come with the next sync only, the count is a hint.
                occupancy: inside.map(|inside| Occupancy {
                    inside,
                    live: self.reach.get() == Reach::Together,
                }),
                list_version: self.list_version,
            },
            Err(error) => Event::LookUpFailed {
                ticket,
                why: with_causes(&error),
            },
        }
    }

    fn record(&mut self, draft: Box<Draft>) -> Event {
        match self.ledger.record(&draft) {
            Ok(fact) => Event::Recorded(Box::new(fact)),
            Err(error) => Event::RecordFailed {
                draft,
                why: with_causes(&error),
            },
        }
    }

    fn note(&mut self, denial: Denial, watcher: &mut Watcher<'_>) -> io::Result<()> {
        self.denials.push(denial);
        if self.denials.len() < DENIALS_WAITING_MAX {
            return Ok(());
        }
        self.keep_denials()
            .or_else(|error| watcher(Notice::Warning(&error)))
    }

    /// Writes the refusals that wait. Those that cannot be written are given up: they change nothing.
    fn keep_denials(&mut self) -> Result<(), LedgerError> {
        if self.denials.is_empty() {
            return Ok(());
        }
        let denials = std::mem::take(&mut self.denials);
        self.ledger.note_denials(&denials)
    }

    fn close(&mut self, watcher: &mut Watcher<'_>) -> Result<(), RunError> {
        // What the watcher is told here is of no verdict, and it may be gone.
        let _ = self.settle(Event::Closing, &Taken::nothing(), watcher);
        self.keep_denials().map_err(RunError::Denials)
    }
}

impl Taken {
    /// Where time or a person's coming decides, and no frame.
    fn nothing() -> Self {
        Self {
            place: Place::default(),
            is_text: true,
            since: Stopwatch::start(),
        }
    }

    fn told<'a>(&'a self, announcement: &'a Announcement) -> Told<'a> {
        Told {
            announcement,
            text: self.is_text.then_some(announcement.text.as_str()),
            place: &self.place,
            latency_us: self.since.micros(),
        }
    }
}
