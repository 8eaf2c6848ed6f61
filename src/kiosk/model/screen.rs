//! The screen's state: what it heard of, and until when that stands.

use super::action::{Action, Command, Page};
use super::control::Control;
use super::event::{CameraSight, Enrolling, Event, Figures, Link, StaffAnswer};
use super::lane::{Choice, Icon, Lane, Tone};
use super::panel::{Desk, Drawing};
use super::span::span;
use super::status::{Contact, Status};
use super::verdict::Telling;
use super::{ScreenModel, desk, enrolling};
use crate::domain::admission::Direction;
use crate::domain::gate::{Announcement, Fault, Outcome};
use crate::domain::ids::{OperatorId, TicketId};
use crate::domain::time::{ClockState, Moment};
use crate::domain::verdict::Reason;
use crate::kiosk::words::{Language, Languages};

/// How long an admission stands: guests are on their way before.
const ADMITTED_MS: u64 = 2_500;
/// How long a refusal stands: time to read why.
const REFUSED_MS: u64 = 6_000;
/// How long a question stands: as long as the gate waits for its answer.
const ASKED_MS: u64 = 60_000;
/// How long a fault stands that no verdict tells of.
const FAULT_MS: u64 = 10_000;
/// A code that was not seen for so long has left.
const IN_VIEW_MS: u64 = 500;
/// How long a refusal can be overridden, as the gate has it: the guest still stands there while a supervisor comes.
const OVERRIDE_MS: u64 = 2 * 60_000;
/// How long staff pages stay open untouched: somebody left, and a guest stands before them.
const IDLE_MS: u64 = 60_000;

/// The screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    languages: Languages,
    pub(super) language: String,
    pub(super) figures: Figures,
    contact: Contact,
    ready: bool,
    shown: Option<Shown>,
    /// The ticket that was refused last, why, and until when that can be overridden.
    refused: Option<(TicketId, Reason, Moment)>,
    fault: Option<(Fault, Moment)>,
    camera: (CameraSight, Moment),
    alarm: bool,
    scanners: bool,
    signals: Option<String>,
    in_view: Option<Moment>,
    ended: Option<String>,
    enrolling: Option<Enrolling>,
    pub(super) desk: Option<Desk>,
    pub(super) control: Control,
    /// Who is at work here, where somebody gave a name.
    pub(super) operator: Option<OperatorId>,
    pub(super) volume: u8,
    pub(super) brightness: u8,
    /// Which way guests went before the test scans began.
    pub(super) before_test: Option<Direction>,
}

/// A verdict on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    announcement: Announcement,
    until: Moment,
    chosen: Option<u8>,
}

/// What a screen starts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// Every language.
    pub languages: Languages,
    /// The one to begin with.
    pub language: String,
    /// How the gate is.
    pub figures: Figures,
    /// Whom it is in touch with.
    pub link: Link,
    /// What its camera gives.
    pub camera: CameraSight,
    /// The sound's volume in percent.
    pub volume: u8,
    /// The screen's brightness in percent.
    pub brightness: u8,
}

impl Screen {
    /// A screen that has just come up.
    #[must_use]
    pub fn new(beginning: Beginning, at: Moment) -> Self {
        Self {
            languages: beginning.languages,
            language: beginning.language,
            figures: beginning.figures,
            contact: Contact {
                link: beginning.link,
                since: at,
            },
            ready: false,
            shown: None,
            refused: None,
            fault: None,
            camera: (beginning.camera, at),
            alarm: false,
            scanners: true,
            signals: None,
            in_view: None,
            ended: None,
            enrolling: None,
            desk: None,
            control: Control::default(),
            operator: None,
            volume: beginning.volume,
            brightness: beginning.brightness,
            before_test: None,
        }
    }

    /// The languages that it can show.
    #[must_use]
    pub fn languages(&self) -> &Languages {
        &self.languages
    }

    /// Takes in what happened, and says what is to be done.
    pub fn handle(&mut self, event: Event, at: Moment) -> Vec<Command> {
        let mut commands = self.hear(event, at);
        if self.control.is_listening() && self.page(at) != Some(Page::Control) {
            self.control.listen_no_more();
            commands.push(Command::Listen(false));
        }
        commands
    }

    fn hear(&mut self, event: Event, at: Moment) -> Vec<Command> {
        match event {
            Event::Ready => self.ready = true,
            Event::Verdict(announcement) => self.show(*announcement, at),
            Event::Fault(fault) => self.fault = Some((fault, at.plus(FAULT_MS))),
            Event::CodeInView => self.in_view = Some(at.plus(IN_VIEW_MS)),
            Event::Figures(figures) => self.figures = *figures,
            Event::Link(link) => self.linked(link, at),
            Event::Camera(sight) => self.saw(sight, at),
            Event::Unlocked => {
                let mut desk = Desk::opened(at);
                desk.unlocked = true;
                desk.turn(Page::Menu);
                self.desk = Some(desk);
            }
            Event::Control { told, obeyed } => self.control.tell(told, obeyed, at),
            Event::FireAlarm(active) => self.alarm = active,
            Event::Scanners(connected) => self.scanners = connected,
            Event::Enrolling(step) => self.enrolling = Some(step),
            Event::Signals(missing) => self.signals = missing,
            Event::Ended(why) => self.ended = Some(why),
            Event::Touched(action) => return self.touched(action, at),
            Event::Answered(answer) => return desk::answered(self, answer, at),
        }
        Vec::new()
    }

    /// What it shows now.
    #[must_use]
    pub fn model(&self, at: Moment) -> Option<ScreenModel> {
        let words = self.languages.get(&self.language)?;
        let words_too = self.languages.after(words.code())?;
        Some(ScreenModel {
            language: words.code().to_owned(),
            status: Status::of(words, &self.figures, self.contact, at),
            lane: self.lane(words, words_too, at),
            panel: self.panel(words, at),
        })
    }

    fn show(&mut self, announcement: Announcement, at: Moment) {
        let stands_ms = match announcement.verdict {
            Outcome::Admit => ADMITTED_MS,
            Outcome::Deny => REFUSED_MS,
            Outcome::Ask => ASKED_MS,
        };
        self.in_view = None;
        // What staff did by hand comes to a verdict as a scan does.
        self.desk.iter_mut().for_each(|desk| desk.busy = false);
        self.refused = match (announcement.verdict, announcement.ticket, announcement.reason) {
            (Outcome::Deny, Some(ticket), Some(reason)) => Some((ticket, reason, at.plus(OVERRIDE_MS))),
            _ => None,
        };
        self.shown = Some(Shown {
            announcement,
            until: at.plus(stands_ms),
            chosen: None,
        });
    }

    fn linked(&mut self, link: Link, at: Moment) {
        if link != self.contact.link {
            self.contact = Contact { link, since: at };
        }
    }

    fn saw(&mut self, sight: CameraSight, at: Moment) {
        if sight != self.camera.0 {
            self.camera = (sight, at);
        }
    }

    fn touched(&mut self, action: Action, at: Moment) -> Vec<Command> {
        match action {
            Action::NextLanguage => self.next_language(),
            Action::Answer(answer) => {
                self.shown = None;
                vec![Command::Answer(answer)]
            }
            Action::Choose(persons) => {
                self.shown
                    .iter_mut()
                    .for_each(|shown| shown.chosen = Some(persons));
                Vec::new()
            }
            Action::OpenStaff => {
                self.desk = Some(Desk::opened(at));
                vec![Command::AskPin]
            }
            staff => desk::touched(self, staff, at),
        }
    }

    fn next_language(&mut self) -> Vec<Command> {
        let Some(next) = self.languages.after(&self.language) else {
            return Vec::new();
        };
        self.language = next.code().to_owned();
        vec![Command::SetLanguage(self.language.clone())]
    }

    fn verdict(&self, at: Moment) -> Option<&Shown> {
        self.shown.as_ref().filter(|shown| at < shown.until)
    }

    /// What guests see: what keeps the gate from working first, then a verdict, then that it is ready.
    fn lane(&self, words: &Language, words_too: &Language, at: Moment) -> Lane {
        if self.alarm {
            return Lane {
                guest_too: words_too.get("fault.alarm_guest").to_owned(),
                staff: vec![words.get("fault.alarm_staff").to_owned()],
                ..Lane::words(
                    Tone::Deny,
                    Icon::Warning,
                    words.get("fault.alarm"),
                    words.get("fault.alarm_guest"),
                )
            };
        }
        let fault = |staff: String| Lane {
            guest_too: words_too.get("reason.OUT_OF_ORDER.guest").to_owned(),
            staff: vec![staff],
            ..Lane::words(
                Tone::Fault,
                Icon::Warning,
                words.get("fault.ended"),
                words.get("reason.OUT_OF_ORDER.guest"),
            )
        };
        if let Some(why) = &self.ended {
            return fault(words.fill("fault.ended_staff", &[("why", why)]));
        }
        if let Some(step) = &self.enrolling {
            let choices = self.language_choice(words).into_iter().collect();
            return Lane {
                choices,
                ..enrolling::lane(words, words_too, step)
            };
        }
        if let Some((Fault::Closed, _)) = &self.fault {
            return fault(words.get("fault.closed_staff").to_owned());
        }
        if let Some(shown) = self.verdict(at) {
            let telling = Telling {
                words,
                words_too,
                zone: &self.figures.time_zone,
                chosen: shown.chosen,
            };
            let lane = telling.lane(&shown.announcement);
            return self.with_cause(lane, words, at);
        }
        if !self.ready {
            let (title, guest) = ("lane.starting", "lane.starting_guest");
            return Lane {
                guest_too: words_too.get(guest).to_owned(),
                ..Lane::words(Tone::Neutral, Icon::Wait, words.get(title), words.get(guest))
            };
        }
        match self.camera {
            (CameraSight::Lost, since) => self.blind(words, words_too, at.since(since)),
            _ => self.waiting(words, words_too, at),
        }
    }

    /// A verdict that the gate's own fault brought about names its cause.
    fn with_cause(&self, lane: Lane, words: &Language, at: Moment) -> Lane {
        let cause = self.fault.as_ref().filter(|(_, until)| at < *until);
        let staff = match (lane.tone, cause) {
            (Tone::Fault, Some((fault, _))) => vec![cause_of(fault, words)],
            _ => lane.staff,
        };
        Lane { staff, ..lane }
    }

    fn blind(&self, words: &Language, words_too: &Language, since_ms: u64) -> Lane {
        let duration = span(words, since_ms / 1000);
        Lane {
            guest_too: words_too.get("fault.camera_guest").to_owned(),
            staff: vec![words.fill("fault.camera_staff", &[("duration", &duration)])],
            choices: self.ready_choices(words),
            ..Lane::words(
                Tone::Fault,
                Icon::Camera,
                words.get("fault.camera"),
                words.get("fault.camera_guest"),
            )
        }
    }

    fn waiting(&self, words: &Language, words_too: &Language, at: Moment) -> Lane {
        let reading = self.in_view.is_some_and(|until| at < until);
        let camera = self.camera.0 != CameraSight::None;
        let title = match (reading, self.figures.direction) {
            (true, _) => "lane.reading",
            (false, Direction::Entry) => "lane.ready",
            (false, Direction::Exit) => "lane.ready_exit",
            (false, Direction::Check) => "lane.ready_check",
        };
        let guest = match (reading, camera) {
            (true, _) => "lane.reading_guest",
            (false, true) => "lane.ready_guest",
            (false, false) => "lane.scanner_guest",
        };
        Lane {
            ready: true,
            reading,
            camera,
            guest_too: words_too.get(title).to_owned(),
            choices: self.ready_choices(words),
            notice: self.notice(words, at),
            ..Lane::words(Tone::Neutral, Icon::None, words.get(title), words.get(guest))
        }
    }

    fn ready_choices(&self, words: &Language) -> Vec<Choice> {
        let staff = Choice::new(words.get("lane.staff"), Tone::Neutral, Action::OpenStaff);
        self.language_choice(words).into_iter().chain([staff]).collect()
    }

    fn language_choice(&self, words: &Language) -> Option<Choice> {
        let next = self.languages.after(words.code())?;
        Some(Choice::new(
            next.get("language.name"),
            Tone::Neutral,
            Action::NextLanguage,
        ))
    }

    /// What staff should see to while the gate goes on.
    fn notice(&self, words: &Language, at: Moment) -> String {
        if let Some((fault, _)) = self.fault.as_ref().filter(|(_, until)| at < *until) {
            return cause_of(fault, words);
        }
        if let Some((told, _)) = self.control.told(at) {
            return told.words(words);
        }
        if let Some(why) = &self.signals {
            return words.fill("fault.signals", &[("why", why)]);
        }
        let key = match (self.camera.0, self.figures.direction, self.figures.clock) {
            (CameraSight::Dark, ..) => "fault.camera_dark",
            _ if !self.scanners => "fault.scanner",
            (_, Direction::Check, _) => "lane.test",
            (_, _, ClockState::Unsure) => "fault.clock_staff",
            _ => return String::new(),
        };
        words.get(key).to_owned()
    }

    /// The staff page. A verdict covers it for as long as it stands: guests go first.
    fn panel(&self, words: &Language, at: Moment) -> Option<super::Panel> {
        if let Some(step) = &self.enrolling {
            return self.drawing(words, at).enrolled(step);
        }
        let desk = self.desk.as_ref().filter(|desk| !self.is_left(desk, at))?;
        if self.verdict(at).is_some() {
            return None;
        }
        Some(self.drawing(words, at).panel(desk))
    }

    fn drawing<'a>(&'a self, words: &'a Language, at: Moment) -> Drawing<'a> {
        Drawing {
            words,
            figures: &self.figures,
            volume: self.volume,
            brightness: self.brightness,
            operator: self.operator.as_ref(),
            control: &self.control,
            refused: self
                .refused
                .filter(|(.., until)| at < *until)
                .map(|(ticket, reason, _)| (ticket, reason)),
            at,
        }
    }

    /// The staff pages, unless they were left alone for too long.
    pub(super) fn open_desk(&mut self, at: Moment) -> Option<&mut Desk> {
        if self.page(at).is_none() {
            self.desk = None;
        }
        let desk = self.desk.as_mut()?;
        desk.touched = at;
        Some(desk)
    }

    /// Whether the pages are open to staff.
    pub(super) fn is_unlocked(&self) -> bool {
        self.desk.as_ref().is_some_and(|desk| desk.unlocked)
    }

    /// The page that is open.
    fn page(&self, at: Moment) -> Option<Page> {
        let desk = self.desk.as_ref().filter(|desk| !self.is_left(desk, at))?;
        Some(desk.page)
    }

    /// Whether nobody has touched a page for too long. Who makes a control code looks at its digits, and touches nothing.
    fn is_left(&self, desk: &Desk, at: Moment) -> bool {
        match self.control.is_listening() {
            true => self.control.is_over(at),
            false => at.since(desk.touched) >= IDLE_MS,
        }
    }

    /// What the desk's last command came to, for its page.
    pub(super) fn keep_answer(&mut self, answer: StaffAnswer) {
        self.desk.iter_mut().for_each(|desk| {
            desk.busy = false;
            desk.answer = Some(answer.clone());
        });
    }
}

fn cause_of(fault: &Fault, words: &Language) -> String {
    match fault {
        Fault::LookUp { why } => words.fill("fault.lookup_staff", &[("why", why)]),
        Fault::Record { why } => words.fill("fault.store_staff", &[("why", why)]),
        Fault::LineDropped => words.get("fault.line_dropped").to_owned(),
        Fault::Closed => words.get("fault.closed_staff").to_owned(),
    }
}
