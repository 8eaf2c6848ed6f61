//! What the screen shows, as plain values: decided here, without IO, clock or toolkit, and drawn by [`super::view`].

mod action;
mod by_hand;
mod control;
mod desk;
mod diagnostics;
mod enrolling;
mod event;
mod found;
mod lane;
mod panel;
mod screen;
mod span;
mod status;
mod verdict;

#[cfg(test)]
mod tests;

pub use action::{Action, Command, Page};
pub use event::{
    CameraSight, Enrolling, Event, Figures, FoundTicket, Link, PinAnswer, ScanEntry, ScanKind, StaffAnswer,
    TicketState, Told,
};
pub use lane::{Choice, Icon, Lane, Tone};
pub use panel::{Key, Panel, Row};
pub use screen::{Beginning, Screen};
pub use status::{Light, Pill, Status};
pub use verdict::fact_key;

/// All that the screen shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScreenModel {
    /// The code of the language that it is in.
    pub language: String,
    /// The line that is always there.
    pub status: Status,
    /// What guests see.
    pub lane: Lane,
    /// The staff page over it, where one is open.
    pub panel: Option<Panel>,
}
