//! The thread that decides: it alone owns gate and ledger. What the gate wants done is done here, and what came of
//! it goes back to the gate, until it wants no more.

mod by_hand;
mod effects;
mod notice;
mod taken;

use std::error::Error;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

pub use notice::{Notice, RunError, Told, Watcher};

use self::taken::Taken;
use super::control::ControlReader;
use super::desk::{Command, LaneSetting};
use super::heart::Heart;
use super::intake::{DeviceNews, End, Intake, Seen, Sight};
use super::reach::SharedReach;
use super::shared_camera::SharedCamera;
use super::stopwatch::Stopwatch;
use super::turnstile::Turnstile;
use crate::device::clock::Clock;
use crate::device::sounds::Sound;
use crate::domain::checkin::{Denial, FactRef};
use crate::domain::control::is_control;
use crate::domain::gate::{Config, Event, Gate, Passage};
use crate::domain::ids::OperatorId;
use crate::domain::time::Moment;
use crate::ledger::{Ledger, LedgerError};

/// Refusals that wait until no scan does. So many are written at once even while scans wait, which costs one commit.
const DENIALS_WAITING_MAX: usize = 256;
/// Stands for a line that is no text: in no ticket's alphabet, and not blank.
const NO_TEXT: &str = "\u{fffd}";

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
pub type Reread = Box<dyn FnMut(&mut dyn Ledger) -> Result<Orders, Box<dyn Error + Send + Sync>> + Send>;

/// Plays a sound, and returns at once.
pub type PlaySound = Box<dyn Fn(Sound) + Send>;

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
    sound: Option<PlaySound>,
    camera: SharedCamera,
    /// What is amiss with the hardware from the start.
    news: Vec<DeviceNews>,
    /// What staff set beside the orders.
    lane: LaneSetting,
    operator: Option<OperatorId>,
    orders: Config,
    /// The opening on which guests may be on their way, and how many of them are still to pass.
    opened: Option<(FactRef, u8)>,
    control: ControlReader,
    heart: Option<Heart>,
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
            sound: None,
            camera: SharedCamera::default(),
            news: Vec::new(),
            lane: LaneSetting::default(),
            operator: None,
            opened: None,
            control: ControlReader::default(),
            heart: None,
        }
    }

    /// The same gate, which asks `reach` at each scan how it stands to the others. Without, it is apart from them.
    #[must_use]
    pub fn reaching(self, reach: SharedReach) -> Self {
        Self { reach, ..self }
    }

    /// The same gate, which has no screen to show a challenge on: it reads control codes shortly after its power came on.
    #[must_use]
    pub fn without_screen(self) -> Self {
        let control = ControlReader::without_screen();
        Self { control, ..self }
    }

    /// The same gate, which shows that it is alive.
    #[must_use]
    pub fn watched(self, heart: Option<Heart>) -> Self {
        Self { heart, ..self }
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

    /// The same gate, with the hardware that runs.
    #[cfg(feature = "gate")]
    #[must_use]
    pub fn wired(self, hardware: crate::runner::Hardware) -> Self {
        let told = self.telling(hardware.news().into_iter().collect());
        match hardware.wiring {
            Some(wiring) => told.opening(wiring.turnstile, wiring.passage),
            None => told,
        }
    }

    /// The same gate, which is heard.
    #[must_use]
    pub fn sounding(self, sound: PlaySound) -> Self {
        let sound = Some(sound);
        Self { sound, ..self }
    }

    /// The same gate, which says here how its camera does.
    #[must_use]
    pub fn watching(self, camera: SharedCamera) -> Self {
        Self { camera, ..self }
    }

    /// The same gate, which tells this of its hardware before anything else.
    #[must_use]
    pub fn telling(self, news: Vec<DeviceNews>) -> Self {
        Self { news, ..self }
    }

    /// The same gate, where staff last set it to stand.
    #[must_use]
    pub fn standing(self, lane: LaneSetting) -> Self {
        Self { lane, ..self }.restated()
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
        for news in std::mem::take(&mut self.news) {
            self.hear(&news, watcher)?;
        }
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
                Some(Intake::Device(news)) => self.hear(&news, watcher)?,
                Some(Intake::Wired(wiring)) => self.wire(wiring, watcher)?,
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

    pub(super) fn moment(&self) -> Moment {
        self.replayed.unwrap_or_else(|| Moment(self.since_start.millis()))
    }

    /// New keys, rules and times count from the next scan on. What cannot be read leaves the old ones in force.
    pub(super) fn follow(&mut self, watcher: &mut Watcher<'_>) -> io::Result<()> {
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
        let mut taken = Taken::now(&seen);
        self.follow(watcher)?;
        if self.reach.get() != self.gate.reach() {
            self.happen(Event::Reach(self.reach.get()), watcher)?;
        }
        self.replayed = seen.replayed_at;
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
        self.settle(event, &mut taken, watcher)
    }

    /// Writes the refusals that wait. Those that cannot be written are given up: they change nothing.
    pub(super) fn keep_denials(&mut self) -> Result<(), LedgerError> {
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

    fn restated(mut self) -> Self {
        self.gate = Gate::new(self.config());
        self
    }

    /// The orders, with what staff and hardware have to say beside them.
    pub(super) fn config(&self) -> Config {
        let orders = self.orders.clone();
        Config {
            gate: self.lane.gate.clone().unwrap_or(orders.gate),
            direction: self.lane.direction.unwrap_or(orders.direction),
            passage: self.passage,
            operator: self.operator.clone().or(orders.operator),
            ..orders
        }
    }
}
