//! What a finger can do, and what the screen then wants done.

use crate::domain::admission::Direction;
use crate::domain::checkin::Grounds;
use crate::domain::gate::Answer;
use crate::domain::ids::{GateId, OperatorId, TicketId};

/// What a finger did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The next language.
    NextLanguage,
    /// The staff pages, behind their PIN.
    OpenStaff,
    /// Staff answer what they are asked.
    Answer(Answer),
    /// So many of a group, not yet let in.
    Choose(u8),
    /// Another staff page.
    Go(Page),
    /// The page before.
    Back,
    /// Away from the staff pages.
    Close,
    /// A key of the page's keyboard.
    Key(char),
    /// The last sign typed goes.
    Erase,
    /// What was typed counts.
    Submit,
    /// Guests go this way from now on.
    Direct(Direction),
    /// The gate is this one from now on.
    Place(GateId),
    /// The next scans are for a look, or count again.
    Test(bool),
    /// Sync now.
    Sync,
    /// Write a bundle to the stick.
    Export,
    /// Take the bundles of the stick.
    Import,
    /// Give back the last admission.
    Undo,
    /// Let in the guest of this ticket, who was refused last, for what is said.
    Override(TicketId, Grounds),
    /// Type for what.
    TypeGrounds(TicketId),
    /// Nobody is at work here by name any more.
    SignOut,
    /// Check this ticket in by hand.
    CheckIn(TicketId),
    /// The sound's volume in percent.
    Volume(u8),
    /// The screen's brightness in percent.
    Brightness(u8),
}

/// A staff page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Page {
    /// Where the PIN is typed.
    Pin,
    /// The digits that control codes are made with. Whoever has no PIN comes here too.
    Control,
    /// The choice of the others.
    Menu,
    /// Gate and direction.
    Place,
    /// Sync now.
    Sync,
    /// Export and import.
    Stick,
    /// The last scans.
    Scans,
    /// The ticket to look for among them.
    Search,
    /// The check code of a ticket that shows no code.
    CheckIn,
    /// The refusal that a supervisor overrides.
    Override,
    /// For what, where none of the screen's own words fits.
    Grounds,
    /// Who is at work here.
    SignIn,
    /// Scans that count nowhere.
    Test,
    /// The last admission, to give back.
    Undo,
    /// Volume and brightness.
    Sound,
    /// Figures.
    Diagnostics,
}

/// What the screen wants done; what came of it comes back as [`super::Event::Answered`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Tell the gate what staff said.
    Answer(Answer),
    /// Have the gate give back its last admission.
    Undo,
    /// Have the gate let in, against its refusal, the guest of this ticket, for what is said.
    Override(TicketId, Grounds),
    /// Have the gate write down who is at work, or nobody.
    SignIn(Option<OperatorId>),
    /// Have the gate check this ticket in.
    CheckIn(TicketId),
    /// The tickets whose check code, order number or guest was typed.
    FindTickets(String),
    /// Have the gate read control codes, by digits that are drawn now; or no more.
    Listen(bool),
    /// Whether there is a PIN.
    AskPin,
    /// Whether this is the PIN.
    TryPin(String),
    /// Keep this PIN from now on.
    KeepPin(String),
    /// The gate and its direction from now on, also after a restart.
    SetPlace {
        /// The gate.
        gate: GateId,
        /// Which way guests go.
        direction: Direction,
    },
    /// Remember to which way the gate goes back when it is started again in the midst of a test; none: there is no test.
    KeepTest(Option<Direction>),
    /// Sync now.
    Sync,
    /// Write a bundle to the stick.
    Export,
    /// Take the bundles of the stick.
    Import,
    /// The last scans, of the tickets that begin so or have this check code.
    ListScans(String),
    /// The figures of the diagnostics page.
    Diagnose,
    /// Volume and brightness in percent.
    SetLevels {
        /// Of the sound.
        volume: u8,
        /// Of the screen.
        brightness: u8,
    },
    /// The language from now on, also after a restart.
    SetLanguage(String),
}
