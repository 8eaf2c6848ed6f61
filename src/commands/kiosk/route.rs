//! Which thread does what the screen wants: the gate itself, or the desk beside it.

use std::sync::mpsc::{SyncSender, TrySendError};

use super::desk::Refusal;
use crate::commands::{random, with_causes};
use crate::domain::control::Challenge;
use crate::domain::gate::Desk;
use crate::domain::ids::OperatorId;
use crate::kiosk::{Command, StaffAnswer};
use crate::runner::{Command as GateCommand, CommandDesk, DeskError, LaneSetting};

/// Wishes of staff that may wait for the desk: one tap, one look.
pub(super) const WISHES_MAX: usize = 8;

/// The ways from the screen.
pub(super) struct Route {
    pub(super) gate: CommandDesk,
    pub(super) desk: SyncSender<Command>,
    /// Who is at work at this gate's screen, for what needs somebody to answer for it: whoever knows its PIN, until
    /// somebody gives a name.
    pub(super) operator: OperatorId,
    /// Stands for whoever knows the PIN, and gave no name.
    pub(super) nobody: OperatorId,
}

impl Route {
    /// Hands a command on without waiting. What is not taken is answered at once.
    pub(super) fn hand_on(&mut self, command: Command) -> Option<StaffAnswer> {
        if let Command::Listen(on) = command {
            return self.listen(on).unwrap_or_else(|refusal| Some(failed(&refusal)));
        }
        let handed = match self.for_gate(&command) {
            Some(command) => self.gate.say(command).map_err(Refusal::from),
            None => self
                .desk
                .try_send(command)
                .map_err(|error| refused(&error).into()),
        };
        handed.err().as_ref().map(failed)
    }

    /// Has the gate read control codes. Its digits are drawn anew each time, so that none is made before.
    fn listen(&self, on: bool) -> Result<Option<StaffAnswer>, Refusal> {
        let draw = || random::bytes().map(|bytes| Challenge::drawn(u32::from_be_bytes(bytes)));
        let challenge = on.then(draw).transpose()?;
        self.gate.say(GateCommand::Listen(challenge))?;
        Ok(challenge.map(StaffAnswer::Challenge))
    }

    fn for_gate(&mut self, command: &Command) -> Option<GateCommand> {
        let operator = self.operator.clone();
        Some(match command {
            Command::Answer(answer) => GateCommand::Answer(*answer),
            Command::Undo => GateCommand::Desk(Desk::Undo {
                operator: Some(operator),
            }),
            Command::Override(ticket, grounds) => GateCommand::Desk(Desk::Override {
                ticket: *ticket,
                operator,
                grounds: Some(grounds.clone()),
            }),
            Command::SignIn(operator) => {
                self.operator
                    .clone_from(operator.as_ref().unwrap_or(&self.nobody));
                GateCommand::SignIn(operator.clone())
            }
            Command::CheckIn(ticket) => GateCommand::Desk(Desk::CheckIn {
                ticket: *ticket,
                operator,
            }),
            Command::SetPlace { gate, direction } => GateCommand::Use(LaneSetting {
                gate: Some(gate.clone()),
                direction: Some(*direction),
            }),
            Command::FindTickets(_)
            | Command::Listen(_)
            | Command::AskPin
            | Command::TryPin(_)
            | Command::KeepPin(_)
            | Command::KeepTest(_)
            | Command::Sync
            | Command::Export
            | Command::Import
            | Command::ListScans(_)
            | Command::Diagnose
            | Command::SetLevels { .. }
            | Command::SetLanguage(_) => return None,
        })
    }
}

fn failed(refusal: &Refusal) -> StaffAnswer {
    StaffAnswer::Failed(with_causes(refusal.as_ref()))
}

fn refused(error: &TrySendError<Command>) -> DeskError {
    match error {
        TrySendError::Full(_) => DeskError::Busy,
        TrySendError::Disconnected(_) => DeskError::Stopped,
    }
}
