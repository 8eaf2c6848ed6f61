//! Carries out what staff want on the store beside the gate, on a thread of its own: none of it may hold up a scan.

use std::error::Error;
use std::sync::mpsc::Receiver;

use super::choices::Choices;
use super::diagnostics::Diagnostics;
use super::found::find;
use super::levels::Levels;
use super::pin::PinKeeper;
use super::scans::last_scans;
use super::stick;
use crate::commands::{sync, with_causes};
use crate::kiosk::{Command, Event, Handle, StaffAnswer, Told};
use crate::ledger::{Opening, SqliteLedger};

/// Why something was not done, in words.
pub(super) type Refusal = Box<dyn Error + Send + Sync>;

/// The store beside the gate, and what is known of the staff.
pub(super) struct Desk {
    ledger: SqliteLedger,
    pin: PinKeeper,
    levels: Levels,
    diagnostics: Diagnostics,
}

impl Desk {
    pub(super) fn open(diagnostics: Diagnostics, levels: Levels) -> Result<Self, Refusal> {
        let ledger = SqliteLedger::attach(&diagnostics.folder, &Opening::default())?;
        Ok(Self {
            ledger,
            pin: PinKeeper::default(),
            levels,
            diagnostics,
        })
    }

    /// Does what staff want, one thing after the other, until the screen is gone.
    pub(super) fn run(mut self, commands: &Receiver<Command>, screen: &Handle) {
        for command in commands {
            let answer = self.carry_out(command);
            if answer.is_some_and(|answer| !screen.tell(Event::Answered(answer))) {
                return;
            }
        }
    }

    /// None where there is nothing to tell of it.
    fn carry_out(&mut self, command: Command) -> Option<StaffAnswer> {
        let done = match command {
            // The gate's own: they never come here.
            Command::Answer(_)
            | Command::Undo
            | Command::Override(..)
            | Command::SignIn(_)
            | Command::CheckIn(_)
            | Command::Listen(_)
            | Command::SetPlace { .. } => return None,
            Command::KeepTest(back_to) => self.choose(|choices| choices.back_to = back_to),
            Command::SetLevels { volume, brightness } => self.set_levels(volume, brightness),
            Command::SetLanguage(code) => self.choose(|choices| choices.language = Some(code)),
            Command::AskPin => self.pin.ask(&mut self.ledger).map(StaffAnswer::Pin).map(Some),
            Command::TryPin(pin) => self
                .pin
                .try_pin(&mut self.ledger, &pin)
                .map(StaffAnswer::Pin)
                .map(Some),
            Command::KeepPin(pin) => self
                .pin
                .keep(&mut self.ledger, &pin)
                .map(StaffAnswer::Pin)
                .map(Some),
            Command::Sync => self.sync().map(Some),
            Command::Export => stick::export(&self.diagnostics.folder, &mut self.ledger).map(Some),
            Command::Import => stick::import(&mut self.ledger).map(Some),
            Command::ListScans(typed) => last_scans(&mut self.ledger, &typed)
                .map(StaffAnswer::Scans)
                .map(Some),
            Command::FindTickets(typed) => find(&mut self.ledger, &typed).map(StaffAnswer::Tickets).map(Some),
            Command::Diagnose => self.diagnostics.take(&mut self.ledger).map(Some),
        };
        done.unwrap_or_else(|refusal| Some(StaffAnswer::Failed(with_causes(refusal.as_ref()))))
    }

    /// What staff chose shows by itself: the gate reads it with its next scan.
    fn choose(&mut self, change: impl FnOnce(&mut Choices)) -> Result<Option<StaffAnswer>, Refusal> {
        Choices::change(&mut self.ledger, change)?;
        Ok(None)
    }

    fn set_levels(&mut self, volume: u8, brightness: u8) -> Result<Option<StaffAnswer>, Refusal> {
        self.levels.set(volume, brightness)?;
        self.choose(|choices| {
            choices.volume = Some(volume);
            choices.brightness = Some(brightness);
        })
    }

    fn sync(&self) -> Result<StaffAnswer, Refusal> {
        let summary = sync::one(&self.diagnostics.folder)?;
        let fillings = vec![
            ("tickets", summary.down.tickets.to_string()),
            ("facts", summary.up.facts.to_string()),
            ("waiting", summary.up.waiting.to_string()),
        ];
        Ok(StaffAnswer::Done(Told {
            key: "staff.sync_done",
            fillings,
        }))
    }
}
