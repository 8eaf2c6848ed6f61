//! What comes to the thread that decides.

use std::error::Error;
use std::io;
use std::sync::Arc;

use super::timing::Arrival;
use super::wiring::Wiring;
use crate::domain::health::CameraState;
use crate::domain::time::Moment;

/// Something that the gate hears of.
#[derive(Debug)]
pub enum Intake {
    /// The next frames show another person, as if the gate had just started.
    NewPerson,
    /// A frame or a line.
    Seen(Seen),
    /// A guest passed the turnstile.
    Passed,
    /// The turnstile closed again without a guest.
    Released,
    /// A device came, went or changed.
    Device(DeviceNews),
    /// What is wired to the gate, which could not be had at the start.
    Wired(Wiring),
    /// Look whether something else is to be done, such as a command.
    Woken,
    /// Something that staff should know; the source goes on.
    Warning(Box<dyn Error + Send + Sync>),
    /// Nothing more comes.
    End(End),
}

/// A frame or a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Where it stands in its source.
    pub place: Place,
    /// The lane's time where the source is replayed; none where it is now.
    pub replayed_at: Option<Moment>,
    /// When it arrived.
    pub arrival: Arrival,
    /// What was on it.
    pub sight: Sight,
}

/// Where a frame or a line stands in its source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The folder, where each folder is a person.
    pub folder: Option<Arc<str>>,
    /// The index of the frame in its folder, or of the line; from 0.
    pub index: u64,
}

/// What was on a frame or a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// The texts of the codes in a frame, the largest first.
    Codes(Vec<String>),
    /// A line; none where it was no text.
    Line(Option<String>),
}

/// A device that came, went or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceNews {
    /// How the camera does.
    Camera(CameraState),
    /// A scanner is there, or is not.
    Scanner {
        /// Its device or port.
        name: Arc<str>,
        /// Whether it is there.
        connected: bool,
    },
    /// What is wired to the gate cannot be had, and why, for people: it opens for nobody by itself. None: it is there now.
    Signals(Option<Arc<str>>),
    /// The fire alarm began, or ended. While it is active the relay is held.
    FireAlarm(bool),
}

/// Why nothing more comes.
#[derive(Debug)]
pub enum End {
    /// The source is at its end.
    Source,
    /// The source failed.
    Failed(io::Error),
    /// Somebody asked to stop.
    Asked,
}
