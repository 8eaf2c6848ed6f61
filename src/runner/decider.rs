//! The thread that decides: it alone owns gate and ledger. What the gate wants done is done here, and what came of
//! it goes back to the gate, until it wants no more.

use std::collections::VecDeque;
use std::error::Error;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use super::control::{ControlNews, ControlReader};
use super::desk::{Command, LaneSetting};
use super::heart::Heart;
use super::intake::{DeviceNews, End, Intake, Place, Seen, Sight};
use super::reach::SharedReach;
use super::stopwatch::Stopwatch;
use super::timing::Timing;
use super::turnstile::Turnstile;
use super::with_causes;
use crate::device::clock::Clock;
use crate::device::signals::Lamp;
use crate::domain::admission::{Occupancy, Reach};
use crate::domain::checkin::{Denial, Draft, FactRef, Kind};
use crate::domain::control::{Action, is_control};
use crate::domain::gate::{
    Announcement, Config, Count, DeskAnswer, Effect, Event, Fault, Gate, Outcome, Passage,
};
use crate::domain::ids::{OperatorId, TicketId};
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
    /// What became of something that staff wanted.
    Desk(&'a DeskAnswer),
    /// A device came, went or changed.
    Device(&'a DeviceNews),
    /// Where the gate stands from now on, as staff set it.
    Lane(&'a LaneSetting),
    /// What became of a control code.
    Control(&'a ControlNews),
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
    /// When the steps of the scan were done, counted from the frame's or line's arrival.
    pub timing: Timing,
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
    commands: Option<Receiver<Command>>,
    turnstile: Option<Turnstile>,
    passage: Passage,
    /// What staff set beside the orders.
    lane: LaneSetting,
    operator: Option<OperatorId>,
    orders: Config,
    /// The opening on which guests may be on their way, and how many of them are still to pass.
    opened: Option<(FactRef, u8)>,
    control: ControlReader,
    heart: Option<Heart>,
}

/// A frame or a line that is being decided.
struct Taken {
    place: Place,
    is_text: bool,
    since: Stopwatch,
    arrived: Stopwatch,
    timing: Timing,
}

impl Decider {
    /// A gate over a store that it owns from now on. With `reread`, it follows what others write there.
    #[must_use]
    pub fn new(orders: Orders, ledger: Box<dyn Ledger>, reread: Option<Reread>) -> Self {
        Self {
            gate: Gate::new(orders.config.clone()),
            orders: orders.config,
            ledger,
            clock: orders.clock,
            list_version: orders.list_version,
            reread,
            behind: false,
            reach: SharedReach::default(),
            denials: Vec::new(),
            since_start: Stopwatch::start(),
            replayed: None,
            commands: None,
            turnstile: None,
            passage: Passage::default(),
            lane: LaneSetting::default(),
            operator: None,
            opened: None,
            control: ControlReader::default(),
            heart: None,
        }
    }

    /// The same gate, which has no screen to show a challenge on: it reads control codes shortly after its power came on.
    #[must_use]
    pub fn without_screen(self) -> Self {
        let control = ControlReader::without_screen();
        Self { control, ..self }
    }

    /// The same gate, which does what staff say.
    #[must_use]
    pub fn commanded(self, commands: Receiver<Command>) -> Self {
        let commands = Some(commands);
        Self { commands, ..self }
    }

    /// The same gate, which opens what is wired to it. `passage`: whether a sensor there sees guests pass.
    #[must_use]
    pub fn opening(self, turnstile: Turnstile, passage: Passage) -> Self {
        let turnstile = Some(turnstile);
        Self {
            turnstile,
            passage,
            ..self
        }
        .restated()
    }

    /// The same gate, which shows that it is alive.
    #[must_use]
    pub fn watched(self, heart: Option<Heart>) -> Self {
        Self { heart, ..self }
    }

    /// The same gate, where staff last set it to stand.
    #[must_use]
    pub fn standing(self, lane: LaneSetting) -> Self {
        Self { lane, ..self }.restated()
    }

    fn restated(mut self) -> Self {
        self.gate = Gate::new(self.config());
        self
    }

    /// The orders, with what staff and hardware have to say beside them.
    fn config(&self) -> Config {
        let orders = self.orders.clone();
        Config {
            gate: self.lane.gate.clone().unwrap_or(orders.gate),
            direction: self.lane.direction.unwrap_or(orders.direction),
            passage: self.passage,
            operator: self.operator.clone().or(orders.operator),
            ..orders
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
            if let Some(heart) = &mut self.heart {
                heart.pulse();
            }
            let next = self.next(intake, watcher)?;
            self.obey(watcher)?;
            match next {
                None => self.happen(Event::Tick, watcher)?,
                Some(Intake::NewPerson) => self.happen(Event::NewPerson, watcher)?,
                Some(Intake::Seen(seen)) => self.see(seen, watcher)?,
                Some(Intake::Passed) => self.passed(watcher)?,
                Some(Intake::Released) => self.released(watcher)?,
                Some(Intake::Device(news)) => watcher(Notice::Device(&news))?,
                Some(Intake::Woken) => {}
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

    /// How long the decider can wait; none: for ever.
    fn wait(&self) -> Option<Duration> {
        let beat = self.heart.as_ref().map(Heart::left);
        self.gate_wakes_in().into_iter().chain(beat).min()
    }

    /// When the gate wants to hear that time went by. In a replay no time passes between frames.
    fn gate_wakes_in(&self) -> Option<Duration> {
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
                self.orders = orders.config;
                self.happen(Event::Configured(Box::new(self.config())), watcher)
            }
            Err(error) => watcher(Notice::Warning(error.as_ref())),
        }
    }

    fn see(&mut self, seen: Seen, watcher: &mut Watcher<'_>) -> io::Result<()> {
        let since = Stopwatch::start();
        self.follow(watcher)?;
        if self.reach.get() != self.gate.reach() {
            self.happen(Event::Reach(self.reach.get()), watcher)?;
        }
        self.replayed = seen.replayed_at;
        let is_text = seen.sight != Sight::Line(None);
        let event = match seen.sight {
            Sight::Codes(mut codes) => {
                self.look_for_control(&codes, watcher)?;
                codes.retain(|text| !is_control(text));
                Event::Frame { codes }
            }
            Sight::Line(Some(text)) if is_control(&text) => {
                return self.look_for_control(&[text], watcher);
            }
            Sight::Line(text) => Event::Line {
                text: text.unwrap_or_else(|| NO_TEXT.to_owned()),
            },
        };
        let arrived = seen.arrival.since;
        let mut taken = Taken {
            place: seen.place,
            is_text,
            since,
            arrived,
            timing: Timing {
                read_us: seen.arrival.read_us,
                taken_us: arrived.micros().saturating_sub(since.micros()),
                ..Timing::default()
            },
        };
        self.settle(event, &mut taken, watcher)
    }

    /// Obeys a control code among these texts, or says why not.
    fn look_for_control(&mut self, texts: &[String], watcher: &mut Watcher<'_>) -> io::Result<()> {
        let at = self.moment();
        let Some(text) = self.control.newly_seen(texts, at) else {
            return Ok(());
        };
        let judged = self
            .control
            .judge(&text, self.ledger.as_mut(), at, &self.clock.now());
        let news = match judged {
            Ok(action) => ControlNews::Obeyed(action),
            Err(error) => ControlNews::Refused(error),
        };
        if let ControlNews::Obeyed(action) = &news {
            self.act(action, watcher)?;
        }
        watcher(Notice::Control(&news))
    }

    fn act(&mut self, action: &Action, watcher: &mut Watcher<'_>) -> io::Result<()> {
        let lane = match action {
            Action::SetMode(mode) => LaneSetting {
                direction: Some((*mode).into()),
                gate: None,
            },
            Action::SetGate(gate) => LaneSetting {
                gate: Some(gate.clone()),
                direction: None,
            },
            // The new time is in the store, from which the clock is made anew.
            Action::SetClock => {
                self.behind = true;
                return self.follow(watcher);
            }
            Action::SyncNow | Action::OpenAdmin => return Ok(()),
        };
        self.stand(lane, watcher)
    }

    /// Does what staff said meanwhile.
    fn obey(&mut self, watcher: &mut Watcher<'_>) -> io::Result<()> {
        while let Some(command) = self
            .commands
            .as_ref()
            .and_then(|commands| commands.try_recv().ok())
        {
            // What staff are told follows from what a sync brought last, as a scan does.
            self.follow(watcher)?;
            match command {
                Command::Answer(answer) => self.happen(Event::Answered(answer), watcher)?,
                Command::Desk(desk) => self.happen(Event::Desk(desk), watcher)?,
                Command::Use(lane) => self.stand(lane, watcher)?,
                Command::Listen(challenge) => self.control.listen(challenge, self.moment()),
                Command::SignIn(operator) => {
                    self.operator = operator;
                    self.happen(Event::Configured(Box::new(self.config())), watcher)?;
                }
            }
        }
        Ok(())
    }

    /// Stands elsewhere, or the other way round, from now on. What cannot be kept counts until the next start.
    fn stand(&mut self, lane: LaneSetting, watcher: &mut Watcher<'_>) -> io::Result<()> {
        self.lane = LaneSetting {
            gate: lane.gate.or(self.lane.gate.take()),
            direction: lane.direction.or(self.lane.direction),
        };
        if let Err(error) = self.lane.keep(self.ledger.as_mut()) {
            watcher(Notice::Warning(&error))?;
        }
        self.happen(Event::Configured(Box::new(self.config())), watcher)?;
        watcher(Notice::Lane(&self.lane))
    }

    fn passed(&mut self, watcher: &mut Watcher<'_>) -> io::Result<()> {
        let Some((about, rest)) = self.opened.take() else {
            return Ok(());
        };
        self.happen(Event::Passed(about), watcher)?;
        let rest = rest.saturating_sub(1);
        if rest > 0 && self.opened.is_none() {
            // A turnstile turns once a pulse.
            self.opened = Some((about, rest));
            self.turn(watcher)?;
        }
        Ok(())
    }

    fn released(&mut self, watcher: &mut Watcher<'_>) -> io::Result<()> {
        match self.opened.take() {
            Some((about, _)) => self.happen(Event::Released(about), watcher),
            None => Ok(()),
        }
    }

    /// Guests who were given back are on their way no more.
    fn forget_opening(&mut self, draft: &Draft) {
        if let Kind::Released(given_back) = draft.kind {
            self.opened = self.opened.filter(|(about, _)| *about != given_back);
        }
    }

    /// Opens what is wired to the gate. Where it may not have opened, staff are told.
    fn turn(&self, watcher: &mut Watcher<'_>) -> io::Result<()> {
        let opened = self.turnstile.as_ref().map_or(Ok(()), Turnstile::open);
        opened.or_else(|error| watcher(Notice::Warning(&error)))
    }

    /// Lights the verdict's lamp.
    fn light(&self, announcement: &Announcement, watcher: &mut Watcher<'_>) -> io::Result<()> {
        let lamp = match announcement.verdict {
            Outcome::Admit => Lamp::Admit,
            Outcome::Deny => Lamp::Deny,
            Outcome::Ask => Lamp::Ask,
        };
        let lit = self
            .turnstile
            .as_ref()
            .map_or(Ok(()), |turnstile| turnstile.light(lamp));
        lit.or_else(|error| watcher(Notice::Warning(&error)))
    }

    /// As [`Self::settle`], for what no frame or line brought.
    fn happen(&mut self, event: Event, watcher: &mut Watcher<'_>) -> io::Result<()> {
        self.settle(event, &mut Taken::nothing(), watcher)
    }

    /// Tells the gate of an event and does what it wants, until it wants no more. A watcher's failure does not keep
    /// the rest from being done: what was decided is recorded.
    fn settle(&mut self, event: Event, taken: &mut Taken, watcher: &mut Watcher<'_>) -> io::Result<()> {
        let mut told = Ok(());
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            let now = self.clock.now();
            for effect in self.gate.handle(event, self.moment(), &now) {
                match effect {
                    Effect::LookUp { ticket, count } => events.push_back(self.look_up(ticket, count)),
                    Effect::Record(draft) => {
                        self.forget_opening(&draft);
                        taken.timing.handed_us = Some(taken.arrived.micros());
                        events.push_back(self.record(draft));
                        taken.timing.recorded_us = Some(taken.arrived.micros());
                    }
                    Effect::Open(opening) => {
                        self.opened = opening.about().zip(Some(opening.persons()));
                        told = told.and(self.turn(watcher));
                        taken.timing.opened_us = Some(taken.arrived.micros());
                    }
                    Effect::AnswerDesk(answer) => told = told.and_then(|()| watcher(Notice::Desk(&answer))),
                    Effect::NoteDenial(denial) => told = told.and(self.note(*denial, watcher)),
                    Effect::Fault(fault) => told = told.and_then(|()| watcher(Notice::Fault(&fault))),
                    Effect::Announce(announcement) => {
                        told = told.and(self.light(&announcement, watcher));
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
        let _ = self.happen(Event::Closing, watcher);
        if let Some(turnstile) = &self.turnstile {
            turnstile.close();
        }
        self.keep_denials().map_err(RunError::Denials)
    }
}

impl Taken {
    /// Where time or a person's coming decides, and no frame.
    fn nothing() -> Self {
        let since = Stopwatch::start();
        Self {
            place: Place::default(),
            is_text: true,
            since,
            arrived: since,
            timing: Timing::default(),
        }
    }

    fn told<'a>(&'a self, announcement: &'a Announcement) -> Told<'a> {
        Told {
            announcement,
            text: self.is_text.then_some(announcement.text.as_str()),
            place: &self.place,
            latency_us: self.since.micros(),
            timing: Timing {
                told_us: self.arrived.micros(),
                ..self.timing
            },
        }
    }
}
