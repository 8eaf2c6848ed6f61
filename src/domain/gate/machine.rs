//! The machine itself: one scan at a time, from a text to an opening.

use std::collections::VecDeque;

use super::announcement::{Announcement, Outcome};
use super::denials::Denials;
use super::desk::Remembered;
use super::event::{Answer, Config, Desk, DeskAnswer, Effect, Event, Fault};
use super::opening::{Awaited, Unrecorded};
use super::passing::Passing;
use super::scan::{Hand, Judged, Knowing, Scan};
use super::view::{Key, Reading, View};
use crate::domain::admission::{Direction, Known, Occupancy, Reach};
use crate::domain::checkin::{Denial, Draft, Fact, History};
use crate::domain::ids::{OperatorId, TicketId};
use crate::domain::time::{Moment, Now};
use crate::domain::verdict::{Prompt, Reason};

/// How long a verdict stands before a second ticket in view has its turn: long enough to be seen.
const DISPLAY_MS: u64 = 1500;
/// How long staff may take over a prompt: a person looks for an identity card.
const ANSWER_MS: u64 = 60_000;
/// Lines that may wait for their turn: a scanner's own memory holds about as many.
const LINES_MAX: usize = 32;

/// A gate. Owns no clock, no store, no lock: [`Gate::handle`] is told of events and says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    config: Box<Config>,
    state: State,
    asked: Option<Asked>,
    view: View,
    lines: VecDeque<String>,
    denials: Denials,
    remembered: Remembered,
    reach: Reach,
}

/// What the gate is at.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// Ready for the next scan.
    Free,
    /// Waiting for what the ledger knows.
    LookingUp(Box<Scan>),
    /// Waiting for the ledger's word. Nothing opens before it.
    Recording(Box<Awaited>),
    /// A verdict is on the screen.
    Showing {
        /// Until then, a second ticket in view waits.
        until: Moment,
    },
    /// Waiting for the guests to pass.
    Passing(Box<Passing>),
}

/// A prompt that staff have not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    scan: Scan,
    prompt: Prompt,
    until: Moment,
}

/// When something happens: on the monotonic clock, and by the gate's idea of the time.
#[derive(Debug, Clone, Copy)]
struct When<'a> {
    at: Moment,
    now: &'a Now,
}

impl Gate {
    /// A gate that is ready.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            config: Box::new(config),
            state: State::Free,
            asked: None,
            view: View::default(),
            lines: VecDeque::new(),
            denials: Denials::default(),
            remembered: Remembered::default(),
            reach: Reach::default(),
        }
    }

    /// What the gate goes by.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// How it stands to the other gates, as it was told.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Takes an event in and says what to do, in order.
    pub fn handle(&mut self, event: Event, at: Moment, now: &Now) -> Vec<Effect> {
        let when = When { at, now };
        let mut effects = self.time_passed(when);
        effects.extend(self.take(event, when));
        effects.extend(self.take_lines(when));
        effects
    }

    /// When to send [`Event::Tick`] at the latest, where nothing else comes before.
    #[must_use]
    pub fn wakes_at(&self) -> Option<Moment> {
        let passing = match &self.state {
            State::Passing(passing) => Some(passing.until()),
            _ => None,
        };
        [passing, self.denials.next_due()].into_iter().flatten().min()
    }

    fn take(&mut self, event: Event, when: When<'_>) -> Vec<Effect> {
        match event {
            Event::Frame { codes } => self.frame(&codes, when),
            Event::Line { text } => self.line(text),
            Event::NewPerson => self.new_person(),
            Event::Known {
                ticket,
                known,
                occupancy,
                list_version,
            } => self.known(ticket, *known, occupancy, list_version, when),
            Event::LookUpFailed { ticket, why } => self.look_up_failed(ticket, why, when),
            Event::Recorded(fact) => self.recorded(&fact, when),
            Event::RecordFailed { draft, why } => self.record_failed(&draft, why, when),
            Event::Passed(about) => self.pass(when, |passing, now| passing.passed(about, now)),
            Event::Released(about) => self.pass(when, |passing, now| passing.released(about, now)),
            Event::Answered(answer) => self.answered(answer, when),
            Event::Desk(desk) => self.desk(desk, when),
            Event::Configured(config) => self.configured(config),
            Event::Reach(reach) => self.reached(reach),
            Event::Tick => Vec::new(),
            Event::Closing => self.closing(),
        }
    }

    /// Lines that wait are judged no more: what came of them could be kept by nobody.
    fn closing(&mut self) -> Vec<Effect> {
        self.lines.clear();
        noted(self.denials.all())
    }

    fn time_passed(&mut self, when: When<'_>) -> Vec<Effect> {
        if self.asked.as_ref().is_some_and(|asked| when.at >= asked.until) {
            self.asked = None;
        }
        let mut effects = noted(self.denials.due(when.at));
        effects.extend(self.pass(when, |passing, now| passing.timed_out(when.at, now)));
        effects
    }

    fn frame(&mut self, codes: &[String], when: When<'_>) -> Vec<Effect> {
        let (tickets, strangers) = self.view.look(codes, when.at, &self.config.trust);
        if self.is_busy() {
            self.view.line_up(&tickets);
            return Vec::new();
        }
        let showing = matches!(self.state, State::Showing { until } if when.at < until);
        if let Some(next) = self.view.next(&tickets, when.at, showing) {
            return self.start(next, when);
        }
        if showing || self.view.holds_ticket() {
            return Vec::new();
        }
        match self.view.complain(&strangers, when.at) {
            Some(stranger) => self.start(stranger, when),
            None => Vec::new(),
        }
    }

    fn line(&mut self, text: String) -> Vec<Effect> {
        if text.trim().is_empty() {
            return Vec::new();
        }
        if self.lines.len() >= LINES_MAX {
            return vec![Effect::Fault(Fault::LineDropped)];
        }
        self.lines.push_back(text);
        Vec::new()
    }

    fn take_lines(&mut self, when: When<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        while !self.is_busy()
            && let Some(text) = self.lines.pop_front()
        {
            let reading = Reading::of(&text, &self.config.trust);
            if reading.code.is_ok() {
                self.view.judged(&reading.key, when.at);
            }
            effects.extend(self.start(reading, when));
        }
        effects
    }

    fn new_person(&mut self) -> Vec<Effect> {
        self.view = View::default();
        self.asked = None;
        if let State::LookingUp(_) | State::Showing { .. } = self.state {
            self.state = State::Free;
        }
        Vec::new()
    }

    fn configured(&mut self, config: Box<Config>) -> Vec<Effect> {
        let closes = config.closed && !self.config.closed;
        self.config = config;
        self.view.forget_meanings();
        if !closes {
            return Vec::new();
        }
        // What was asked or looked up rests on what is forgotten now.
        self.asked = None;
        if let State::LookingUp(_) = self.state {
            self.state = State::Free;
        }
        vec![Effect::Fault(Fault::Closed)]
    }

    fn reached(&mut self, reach: Reach) -> Vec<Effect> {
        self.reach = reach;
        Vec::new()
    }

    /// Whether a scan is on its way, or guests are to pass: the next one waits.
    fn is_busy(&self) -> bool {
        match self.state {
            State::LookingUp(_) | State::Recording(_) | State::Passing(_) => true,
            State::Free | State::Showing { .. } => false,
        }
    }

    fn start(&mut self, reading: Reading, when: When<'_>) -> Vec<Effect> {
        let code = match self.config.closed {
            true => Err(Reason::OutOfOrder),
            false => reading.code,
        };
        match code {
            Ok(shown) => {
                // Only another ticket takes the place of one that staff are asked about, and no poster in view.
                self.asked = None;
                self.look_up(Scan::new(reading.text, shown, self.config.direction), when)
            }
            Err(reason) => {
                let (kind, gate) = (self.config.direction, self.config.gate.clone());
                let announcement = Announcement::refused(reading.text, kind, gate, reason);
                self.refuse(announcement, reading.key, when)
            }
        }
    }

    fn look_up(&mut self, scan: Scan, when: When<'_>) -> Vec<Effect> {
        let effect = Effect::LookUp {
            ticket: scan.ticket(),
            count: scan.count(&self.config, when.now),
        };
        self.state = State::LookingUp(Box::new(scan));
        vec![effect]
    }

    fn known(
        &mut self,
        ticket: TicketId,
        known: Known,
        occupancy: Option<Occupancy>,
        list_version: u64,
        when: When<'_>,
    ) -> Vec<Effect> {
        let Some(scan) = self.looked_up(ticket) else {
            return Vec::new();
        };
        let knowing = Knowing {
            listing: &known.listing,
            history: &History::fold(known.facts),
            occupancy,
            reach: self.reach,
            conflict: known.conflict,
            list_version,
        };
        let judged = scan.judge(&self.config, &knowing, when.now);
        self.act(scan, judged, when)
    }

    fn look_up_failed(&mut self, ticket: TicketId, why: String, when: When<'_>) -> Vec<Effect> {
        let Some(scan) = self.looked_up(ticket) else {
            return Vec::new();
        };
        let mut effects = vec![Effect::Fault(Fault::LookUp { why })];
        if scan.request.direction == Direction::Exit {
            let judged = scan.judge_exit_blind(&self.config, when.now);
            effects.extend(self.act(scan, judged, when));
        } else {
            effects.push(self.show(Announcement::of_failure(&scan, self.config.gate.clone()), when));
        }
        effects
    }

    /// The scan that waits for this ticket.
    fn looked_up(&mut self, ticket: TicketId) -> Option<Scan> {
        match std::mem::replace(&mut self.state, State::Free) {
            State::LookingUp(scan) if scan.ticket() == ticket => Some(*scan),
            other => {
                self.state = other;
                None
            }
        }
    }

    fn act(&mut self, scan: Scan, judged: Judged, when: When<'_>) -> Vec<Effect> {
        if let Some((draft, awaited)) = judged.awaited() {
            self.state = State::Recording(Box::new(awaited));
            return vec![Effect::Record(Box::new(draft))];
        }
        if judged.announcement.verdict == Outcome::Deny {
            if scan.request.direction == Direction::Entry {
                self.remembered.refused(&scan, when.at);
            }
            return self.refuse(judged.announcement, Key::Ticket(scan.ticket()), when);
        }
        if let Some(prompt) = judged.announcement.prompt {
            let until = when.at.plus(ANSWER_MS);
            self.asked = Some(Asked { scan, prompt, until });
        }
        vec![self.show(judged.announcement, when)]
    }

    fn answered(&mut self, answer: Answer, when: When<'_>) -> Vec<Effect> {
        let Some(Asked { mut scan, prompt, .. }) = self.asked.take() else {
            return Vec::new();
        };
        match answer {
            Answer::No => return Vec::new(),
            Answer::Yes => scan.request.confirmed.push(prompt),
            Answer::Persons(persons) => scan.request.persons = Some(persons),
        }
        // What is known may have changed while a person thought about it.
        self.look_up(scan, when)
    }

    /// Staff are never kept waiting in silence: each wish ends in a verdict, an answer or a fault.
    fn desk(&mut self, desk: Desk, when: When<'_>) -> Vec<Effect> {
        match desk {
            Desk::Undo { operator } => self.undo(operator, when),
            Desk::CheckIn { .. } | Desk::Override { .. } if self.is_busy() => {
                vec![Effect::AnswerDesk(DeskAnswer::Busy)]
            }
            Desk::CheckIn { ticket, operator } => {
                let scan = Scan::by_hand(ticket, &self.config, operator);
                self.view.judged(&Key::Ticket(ticket), when.at);
                self.start_by_hand(scan, when)
            }
            Desk::Override {
                ticket,
                operator,
                grounds,
            } => {
                let hand = Hand::Override(operator, grounds);
                match self.remembered.overridden(ticket, hand, when.at) {
                    Some(scan) => self.start_by_hand(scan, when),
                    None => vec![Effect::AnswerDesk(DeskAnswer::NothingToOverride)],
                }
            }
        }
    }

    fn start_by_hand(&mut self, scan: Scan, when: When<'_>) -> Vec<Effect> {
        self.asked = None;
        if !self.config.closed {
            return self.look_up(scan, when);
        }
        let (kind, gate) = (self.config.direction, self.config.gate.clone());
        let announcement = Announcement::refused(scan.text.clone(), kind, gate, Reason::OutOfOrder);
        self.refuse(announcement, Key::Ticket(scan.ticket()), when)
    }

    fn undo(&mut self, operator: Option<OperatorId>, when: When<'_>) -> Vec<Effect> {
        match self.remembered.undo(operator, when.now) {
            Some(draft) => {
                // Whoever is on their way through is taken back too.
                if let State::Passing(_) = self.state {
                    self.state = State::Free;
                }
                vec![Effect::Record(Box::new(draft))]
            }
            None => vec![Effect::AnswerDesk(DeskAnswer::NothingToUndo)],
        }
    }

    fn recorded(&mut self, fact: &Fact, when: When<'_>) -> Vec<Effect> {
        if let Some((ticket, persons)) = self.remembered.recorded(fact) {
            return vec![Effect::AnswerDesk(DeskAnswer::Undone { ticket, persons })];
        }
        let State::Recording(awaited) = &self.state else {
            return Vec::new();
        };
        let Some((opening, announcement)) = awaited.recorded(fact) else {
            return Vec::new();
        };
        let show = self.show(announcement, when);
        if let Some(passing) = Passing::of(fact, self.config.passage, when.at) {
            self.state = State::Passing(Box::new(passing));
        }
        vec![Effect::Open(opening), show]
    }

    fn record_failed(&mut self, draft: &Draft, why: String, when: When<'_>) -> Vec<Effect> {
        self.remembered.not_recorded(draft);
        let fault = Effect::Fault(Fault::Record { why });
        match self.awaited(draft).map(|awaited| awaited.failed()) {
            Some(Unrecorded::Leave(opening, announcement)) => {
                vec![Effect::Open(opening), self.show(announcement, when), fault]
            }
            Some(Unrecorded::StayOut(announcement)) => vec![self.show(announcement, when), fault],
            None => vec![fault],
        }
    }

    /// What waits for the ledger's word on this draft.
    fn awaited(&mut self, draft: &Draft) -> Option<Awaited> {
        match std::mem::replace(&mut self.state, State::Free) {
            State::Recording(awaited) if awaited.is(draft) => Some(*awaited),
            other => {
                self.state = other;
                None
            }
        }
    }

    /// Tells what is passed through to the guests' passage, where one is awaited; what it says ends it.
    fn pass(
        &mut self,
        when: When<'_>,
        tell: impl FnOnce(&mut Passing, &Now) -> Option<Draft>,
    ) -> Vec<Effect> {
        let State::Passing(passing) = &mut self.state else {
            return Vec::new();
        };
        match tell(passing, when.now) {
            Some(draft) => {
                self.state = State::Free;
                vec![Effect::Record(Box::new(draft))]
            }
            None => Vec::new(),
        }
    }

    /// Shows a refusal, and counts it unless nobody wanted to move.
    fn refuse(&mut self, announcement: Announcement, key: Key, when: When<'_>) -> Vec<Effect> {
        let reason = announcement.reason.unwrap_or(Reason::OutOfOrder);
        let denial = Denial {
            now: *when.now,
            gate: announcement.gate.clone(),
            ticket: announcement.ticket,
            reason,
            times: 1,
        };
        let counts = announcement.kind != Direction::Check;
        let mut effects = vec![self.show(announcement, when)];
        if counts {
            effects.extend(noted(self.denials.note(key, denial, when.at)));
        }
        effects
    }

    fn show(&mut self, announcement: Announcement, when: When<'_>) -> Effect {
        self.state = State::Showing {
            until: when.at.plus(DISPLAY_MS),
        };
        Effect::Announce(Box::new(announcement))
    }
}

fn noted(denials: Vec<Denial>) -> Vec<Effect> {
    let effects = denials
        .into_iter()
        .map(|denial| Effect::NoteDenial(Box::new(denial)));
    effects.collect()
}
