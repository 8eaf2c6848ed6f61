//! What the screen hears of.

use super::action::Action;
use crate::domain::admission::Direction;
use crate::domain::control::Challenge;
use crate::domain::gate::{Announcement, Fault};
use crate::domain::health::Finding;
use crate::domain::ids::{DeviceId, EventId, GateId, TicketId, TicketType};
use crate::domain::label::Label;
use crate::domain::rules::EventTimeZone;
use crate::domain::time::{ClockState, UnixMillis};
use crate::domain::verdict::Reason;
use crate::kiosk::words::Language;

/// What the screen hears of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The gate is there and takes codes.
    Ready,
    /// The gate's verdict. Where it admits, the check-in is durable.
    Verdict(Box<Announcement>),
    /// Something at the gate does not work.
    Fault(Fault),
    /// A code is in view that could not be read yet.
    CodeInView,
    /// How the gate is.
    Figures(Box<Figures>),
    /// Whom it is in touch with.
    Link(Link),
    /// What its camera gives.
    Camera(CameraSight),
    /// The building's fire alarm began, or ended.
    FireAlarm(bool),
    /// Whether every scanner is connected.
    Scanners(bool),
    /// What is wired to the gate cannot be had, so that it opens for nobody by itself, and why. None: it can.
    Signals(Option<String>),
    /// The gate has no event yet, and how far that is.
    Enrolling(Enrolling),
    /// Staff are known by other means than the PIN, such as a control code.
    Unlocked,
    /// What became of a control code that the gate was shown.
    Control {
        /// In a sentence.
        told: Told,
        /// Whether it was obeyed.
        obeyed: bool,
    },
    /// What a finger did.
    Touched(Action),
    /// What came of a command.
    Answered(StaffAnswer),
    /// The gate has stopped, and why.
    Ended(String),
}

/// How far a gate without an event is on its way to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enrolling {
    /// It waits to be shown an enrolment code.
    Wanted,
    /// The server of the code is asked.
    Asking,
    /// The code came to nothing, and why. Another one, or the same, may be shown.
    Refused(String),
    /// It is enrolled. It works once it has the event's list.
    Enrolled {
        /// Its device.
        device: DeviceId,
        /// The six digits by which two people compare its key.
        digits: String,
        /// Why the first sync has not come through yet; none while it is tried.
        waits_for: Option<String>,
    },
}

/// How the gate is, as the store and the machine say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// The event that it serves.
    pub event: Option<EventId>,
    /// Its device, which control codes name; none where it has no server.
    pub device: Option<DeviceId>,
    /// Its name.
    pub gate: GateId,
    /// The gates that the event's rules name, for the choice of another.
    pub gates: Vec<GateId>,
    /// Which way it is used.
    pub direction: Direction,
    /// Its own check-ins that the server is not known to hold.
    pub unsent: u64,
    /// How old its list is, in seconds; none where it has none.
    pub list_age_s: Option<u64>,
    /// It works by keys alone, and needs no list.
    pub signatures_only: bool,
    /// What it knows of the time.
    pub clock: ClockState,
    /// The event's time zone, in which times are shown.
    pub time_zone: EventTimeZone,
}

/// Whom the gate is in touch with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Link {
    /// The server, or a relay.
    Server,
    /// Other gates, but no server.
    Neighbours,
    /// Nobody, for now.
    None,
    /// Nobody, by choice: it does not sync by itself.
    Never,
}

/// What the camera gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CameraSight {
    /// The gate has none: codes come from a scanner.
    None,
    /// Frames.
    Working,
    /// Frames that are black.
    Dark,
    /// No frames.
    Lost,
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaffAnswer {
    /// Whether there is a PIN yet, and whether the one typed is right.
    Pin(PinAnswer),
    /// Control codes are read while these digits are shown.
    Challenge(Challenge),
    /// Something was done, in a sentence of the language file.
    Done(Told),
    /// Something was not done, and why.
    Failed(String),
    /// The last scans, the newest first.
    Scans(Vec<ScanEntry>),
    /// The tickets that were found, the best first.
    Tickets(Vec<FoundTicket>),
    /// How the gate is.
    Diagnostics {
        /// Part after part.
        findings: Vec<Finding>,
        /// Figures by the keys of their labels.
        figures: Vec<(&'static str, String)>,
    },
}

/// A sentence of the language file, and what fills its braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The sentence's key.
    pub key: &'static str,
    /// What fills its braces.
    pub fillings: Vec<(&'static str, String)>,
}

impl Told {
    /// The sentence in a language.
    pub(super) fn words(&self, words: &Language) -> String {
        let fillings: Vec<_> = self
            .fillings
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        words.fill(self.key, &fillings)
    }
}

/// What is known of the staff's PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PinAnswer {
    /// There is none yet: whoever comes first chooses it.
    Missing,
    /// There is one.
    Wanted,
    /// The one typed is right.
    Right,
    /// It is wrong; the next try is heard after so many milliseconds.
    Wrong {
        /// The wait.
        wait_ms: u64,
    },
}

/// One scan of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanEntry {
    /// When, by the gate's clock.
    pub at: UnixMillis,
    /// The ticket, where its signature held.
    pub ticket: Option<TicketId>,
    /// What came of it.
    pub what: ScanKind,
    /// Where.
    pub gate: GateId,
}

/// A ticket that staff looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundTicket {
    /// The ticket.
    pub ticket: TicketId,
    /// Its type, where it is on the list.
    pub ticket_type: Option<TicketType>,
    /// Its order's number and its guest's name, as far as the gate has them.
    pub label: Option<Label>,
    /// What became of it.
    pub state: TicketState,
}

/// What became of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TicketState {
    /// Nothing yet.
    Unused,
    /// It counts no more, whatever happened.
    Refused(Reason),
    /// What happened last.
    Last {
        /// The key of its sentence in the language file.
        key: &'static str,
        /// When, by that gate's clock.
        at: UnixMillis,
        /// Where.
        gate: GateId,
    },
}

/// What came of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScanKind {
    /// A fact, by the key of its sentence in the language file.
    Fact(&'static str),
    /// A refusal.
    Refused(Reason),
}
