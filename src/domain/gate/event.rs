//! What comes to a gate, and what it wants done.

use std::fmt;

use super::{Announcement, Opening};
use crate::domain::admission::{Direction, Known, Lane, Occupancy, Reach};
use crate::domain::checkin::{Denial, Draft, Fact, FactRef, Grounds};
use crate::domain::ids::{GateId, OperatorId, StreamId, TicketId, ZoneId};
use crate::domain::rules::Rulebook;
use crate::domain::ticket::Trust;
use crate::domain::time::UnixMillis;

/// What a gate goes by. Replaced whole while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The gate.
    pub gate: GateId,
    /// Which way it is used.
    pub direction: Direction,
    /// Whose signatures count.
    pub trust: Trust,
    /// What the event demands.
    pub rules: Rulebook,
    /// The streams of this device's earlier starts, but for the one that runs: they tell an entry that a restart
    /// interrupted.
    pub earlier_streams: Vec<StreamId>,
    /// Whether the hardware sees guests pass.
    pub passage: Passage,
    /// Who works at the gate, where somebody has signed in.
    pub operator: Option<OperatorId>,
    /// Whether the server had the gate forget its event: it knows no tickets any more, and admits nobody.
    pub closed: bool,
}

/// Whether the hardware sees guests pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Passage {
    /// It does not: who was let through counts as passed.
    #[default]
    Unseen,
    /// A sensor tells of each person, as a turnstile does.
    Sensor,
}

/// What comes to a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The texts of the codes in a frame, the largest first; none where none was read.
    Frame {
        /// The texts.
        codes: Vec<String>,
    },
    /// A line of a scanner: each is a scan. Blank ones are not.
    Line {
        /// The text.
        text: String,
    },
    /// Another person stands before the camera: what was in view counts no more.
    NewPerson,
    /// The answer to [`Effect::LookUp`].
    Known {
        /// The ticket that was looked up.
        ticket: TicketId,
        /// What the list and the history say.
        known: Box<Known>,
        /// The persons in the zone, where [`Effect::LookUp`] asked to count them.
        occupancy: Option<Occupancy>,
        /// The change number up to which the list was applied.
        list_version: u64,
    },
    /// The store could not answer [`Effect::LookUp`].
    LookUpFailed {
        /// The ticket that was looked up.
        ticket: TicketId,
        /// Why, for people.
        why: String,
    },
    /// The answer to [`Effect::Record`]: the fact survives a power cut.
    Recorded(Box<Fact>),
    /// The fact may not survive.
    RecordFailed {
        /// What [`Effect::Record`] held.
        draft: Box<Draft>,
        /// Why, for people.
        why: String,
    },
    /// A person was seen to pass on this opening: [`Opening::about`].
    Passed(FactRef),
    /// The gate closed again without (further) persons passing on this opening.
    Released(FactRef),
    /// What staff say to a prompt.
    Answered(Answer),
    /// Something that staff want done without a code.
    Desk(Desk),
    /// The gate goes by something else from now on.
    Configured(Box<Config>),
    /// How the gate stands to the others from now on; [`Reach::Apart`] until it is told.
    Reach(Reach),
    /// Time went by: see [`super::Gate::wakes_at`].
    Tick,
    /// The process ends: what is held back is handed over.
    Closing,
}

/// What staff say to a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is all right.
    Yes,
    /// It is not: nobody enters.
    No,
    /// So many of the group enter.
    Persons(u8),
}

/// What staff do by hand. Whoever sends it has made sure that they may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Desk {
    /// Check a ticket in, or out, that was found by its check code, its order or its name. It must be on the list.
    CheckIn {
        /// The ticket.
        ticket: TicketId,
        /// Who does it.
        operator: OperatorId,
    },
    /// Let the guest in who was refused last, against the refusal.
    Override {
        /// The ticket that was refused: another one's refusal is not meant.
        ticket: TicketId,
        /// The supervisor.
        operator: OperatorId,
        /// For what, where they say so.
        grounds: Option<Grounds>,
    },
    /// Take back the last admission.
    Undo {
        /// Who does it.
        operator: Option<OperatorId>,
    },
}

/// What became of something that staff wanted, where no verdict tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskAnswer {
    /// The last admission is taken back, durably.
    Undone {
        /// Its ticket.
        ticket: TicketId,
        /// Persons who may come again.
        persons: u8,
    },
    /// Nobody was admitted here who could be taken back.
    NothingToUndo,
    /// No refusal of this ticket is to be overridden: there was none, or it was too long ago.
    NothingToOverride,
    /// Guests are passing; ask again when they have.
    Busy,
}

/// What a gate wants done, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Answer with [`Event::Known`] or [`Event::LookUpFailed`].
    LookUp {
        /// The ticket to look up.
        ticket: TicketId,
        /// The zone in which to count persons; none where nothing hangs on it.
        count: Option<Count>,
    },
    /// Answer with [`Event::Recorded`] or [`Event::RecordFailed`].
    Record(Box<Draft>),
    /// Let guests through.
    Open(Opening),
    /// Show, sound and print a verdict.
    Announce(Box<Announcement>),
    /// Tell staff what became of what they wanted.
    AnswerDesk(DeskAnswer),
    /// Keep a refusal; it may be skipped under pressure.
    NoteDenial(Box<Denial>),
    /// Tell staff that something does not work, and what to do.
    Fault(Fault),
}

/// Persons to be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// In this zone,
    pub zone: ZoneId,
    /// by movements at or after this instant.
    pub since: UnixMillis,
}

/// Something at the gate does not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The ticket could not be looked up.
    LookUp {
        /// Why.
        why: String,
    },
    /// The check-in could not be recorded.
    Record {
        /// Why.
        why: String,
    },
    /// A scanner sends faster than the gate can decide; this line was dropped.
    LineDropped,
    /// The server had the gate forget its event.
    Closed,
}

impl Config {
    /// The gate's place.
    #[must_use]
    pub fn lane(&self) -> Lane {
        Lane {
            gate: self.gate.clone(),
            site: self.rules.site(&self.gate),
            earlier_streams: self.earlier_streams.clone(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LookUp { why } => write!(f, "the ticket could not be looked up, so nobody enters: {why}"),
            Self::Record { why } => write!(
                f,
                "the check-in could not be recorded; use another gate and look at this one's disk: {why}"
            ),
            Self::Closed => f.write_str(
                "the server revoked this device and had it forget the event: it admits nobody any more; use another \
                 gate, and hand this one to the organiser with its folder",
            ),
            Self::LineDropped => f.write_str("a scan was dropped: scan it again, more slowly"),
        }
    }
}
