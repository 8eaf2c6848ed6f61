//! What a control code has a gate do.

use std::fmt;

use crate::domain::admission::Direction;
use crate::domain::ids::GateId;

/// What a control code has a gate do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Take the time from the code: it is when the code was issued.
    SetClock,
    /// Use the gate for this from now on.
    SetMode(Direction),
    /// Stand at this gate from now on.
    SetGate(GateId),
    /// Sync now.
    SyncNow,
    /// Open the admin pages.
    OpenAdmin,
}

impl Action {
    /// The name in the claim `-65540`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::SetClock => "set-clock",
            Self::SetMode(_) => "set-mode",
            Self::SetGate(_) => "set-gate",
            Self::SyncNow => "sync-now",
            Self::OpenAdmin => "open-admin",
        }
    }

    /// The text in the claim `-65541`; none for an action that takes none.
    pub(super) fn argument(&self) -> Option<&str> {
        match self {
            Self::SetMode(direction) => Some(direction.as_str()),
            Self::SetGate(gate) => Some(gate.as_str()),
            Self::SetClock | Self::SyncNow | Self::OpenAdmin => None,
        }
    }

    /// The action of this name with this argument; none where they do not go together.
    #[must_use]
    pub fn parse(name: &str, argument: Option<&str>) -> Option<Self> {
        match (name, argument) {
            ("set-clock", None) => Some(Self::SetClock),
            ("set-mode", Some(mode)) => mode.parse().ok().map(Self::SetMode),
            ("set-gate", Some(gate)) => gate.parse().ok().map(Self::SetGate),
            ("sync-now", None) => Some(Self::SyncNow),
            ("open-admin", None) => Some(Self::OpenAdmin),
            _ => None,
        }
    }

    /// Whether any device of the event may do it: nothing is lost by a sync too many.
    #[must_use]
    pub fn suits_every_device(&self) -> bool {
        matches!(self, Self::SyncNow)
    }

    /// Whether it takes the digits that the gate shows: a photographed code would let strangers in, or open the
    /// gate's pages to them.
    #[must_use]
    pub fn takes_challenge(&self) -> bool {
        matches!(self, Self::SetClock | Self::SetMode(_) | Self::OpenAdmin)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.argument() {
            Some(argument) => write!(f, "{} {argument}", self.name()),
            None => f.write_str(self.name()),
        }
    }
}
