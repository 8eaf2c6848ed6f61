//! What staff say to a running gate: a bounded way to the decider that never makes a screen wait.

use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};

use super::feed::Feed;
use super::intake::Intake;
use crate::domain::admission::Direction;
use crate::domain::control::Challenge;
use crate::domain::gate::{Answer, Desk};
use crate::domain::ids::{GateId, OperatorId};
use crate::ledger::{LANE_SETTING, Ledger, LedgerError};

/// Commands that may wait. Staff tap once and look; more than a few waiting means that the gate hangs.
const COMMANDS_MAX: usize = 8;

/// Something that staff want.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The answer to a prompt.
    Answer(Answer),
    /// A check-in by hand, an override, an undo.
    Desk(Desk),
    /// Another place or way from now on, and after a restart too.
    Use(LaneSetting),
    /// Read control codes while these digits are on the screen; none: no more.
    Listen(Option<Challenge>),
    /// Somebody works at the gate from now on, or nobody does.
    SignIn(Option<OperatorId>),
}

/// Where a gate stands and which way it is used, as staff set it; what is none stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct LaneSetting {
    /// The gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateId>,
    /// Which way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
}

impl LaneSetting {
    /// What staff last set at this gate.
    ///
    /// # Errors
    /// [`LedgerError`] where the store cannot be read. What is there and makes no sense counts as nothing.
    pub fn kept(ledger: &mut dyn Ledger) -> Result<Self, LedgerError> {
        let kept = ledger.setting(LANE_SETTING)?;
        let lane = kept.and_then(|json| serde_json::from_slice(&json).ok());
        Ok(lane.unwrap_or_default())
    }

    /// Keeps it durably.
    ///
    /// # Errors
    /// [`LedgerError`] where it could not be written.
    pub fn keep(&self, ledger: &mut dyn Ledger) -> Result<(), LedgerError> {
        let json = serde_json::to_vec(self).unwrap_or_default();
        ledger.set_setting(LANE_SETTING, &json)
    }
}

/// Why a command was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// The decider does not keep up.
    #[error("the gate is busy; try again in a moment")]
    Busy,
    /// The gate has stopped.
    #[error("the gate has stopped; start it again")]
    Stopped,
}

/// Staff's way to the decider.
#[derive(Debug, Clone)]
pub struct CommandDesk {
    commands: SyncSender<Command>,
    feed: Feed,
}

impl CommandDesk {
    /// A desk beside `feed`, and where the decider takes from it ([`super::Decider::commanded`]).
    #[must_use]
    pub fn new(feed: &Feed) -> (Self, Receiver<Command>) {
        let (commands, taken) = mpsc::sync_channel(COMMANDS_MAX);
        let feed = feed.clone();
        (Self { commands, feed }, taken)
    }

    /// Hands a command over, and returns at once. What became of it is told to whoever watches the gate.
    ///
    /// # Errors
    /// [`DeskError`] where it was not taken.
    pub fn say(&self, command: Command) -> Result<(), DeskError> {
        self.commands.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => DeskError::Busy,
            TrySendError::Disconnected(_) => DeskError::Stopped,
        })?;
        // Where the queue is full the decider is awake anyway.
        self.feed.offer(Intake::Woken);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_wakes_the_decider_and_none_makes_its_sender_wait() {
        let (feed, intake) = Feed::new();
        let (desk, commands) = CommandDesk::new(&feed);
        for _ in 0..COMMANDS_MAX {
            assert_eq!(desk.say(Command::SignIn(None)), Ok(()));
        }
        assert_eq!(desk.say(Command::SignIn(None)), Err(DeskError::Busy));
        assert!(matches!(intake.try_recv(), Ok(Intake::Woken)));
        assert_eq!(commands.try_iter().count(), COMMANDS_MAX);
        drop(commands);
        assert_eq!(desk.say(Command::SignIn(None)), Err(DeskError::Stopped));
    }
}
