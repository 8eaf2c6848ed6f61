//! What became of a control code, in the screen's own sentences.

use crate::commands::with_causes;
use crate::domain::admission::Direction;
use crate::domain::control::{Action, Refusal};
use crate::kiosk::{Event, Told};
use crate::runner::ControlError;

/// The gate does what the code says.
pub(super) fn obeyed(action: &Action) -> Event {
    let (key, fillings) = match action {
        Action::OpenAdmin => return Event::Unlocked,
        Action::SetClock => ("control.set-clock", Vec::new()),
        Action::SyncNow => ("control.sync-now", Vec::new()),
        Action::SetGate(gate) => ("control.set-gate", vec![("gate", gate.to_string())]),
        Action::SetMode(Direction::Entry) => ("control.set-mode-entry", Vec::new()),
        Action::SetMode(Direction::Exit) => ("control.set-mode-exit", Vec::new()),
        Action::SetMode(Direction::Check) => ("control.set-mode-check", Vec::new()),
    };
    Event::Control {
        told: Told { key, fillings },
        obeyed: true,
    }
}

/// It does not, and why.
pub(super) fn refused(error: &ControlError) -> Event {
    let (key, fillings) = match error {
        ControlError::NotEnrolled => ("control.NOT_ENROLLED", Vec::new()),
        ControlError::NoKeys => ("control.NO_KEYS", Vec::new()),
        ControlError::Keys(_) => ("control.KEYS_DAMAGED", Vec::new()),
        ControlError::Ledger(error) => ("control.NOT_NOTED", vec![("why", with_causes(error))]),
        ControlError::Refused(Refusal::OtherDevice(device)) => {
            ("control.OTHER_DEVICE", vec![("device", device.to_string())])
        }
        ControlError::Refused(refusal) => (of_code(refusal), Vec::new()),
    };
    Event::Control {
        told: Told { key, fillings },
        obeyed: false,
    }
}

fn of_code(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Malformed(_) => "control.MALFORMED",
        Refusal::UnknownKey => "control.UNKNOWN_KEY",
        Refusal::BadSignature => "control.BAD_SIGNATURE",
        Refusal::Shut => "control.SHUT",
        Refusal::OtherDevice(_) => "control.OTHER_DEVICE",
        Refusal::Expired => "control.EXPIRED",
        Refusal::Future => "control.FUTURE",
        Refusal::NeedsChallenge => "control.NEEDS_CHALLENGE",
        Refusal::WrongChallenge => "control.WRONG_CHALLENGE",
        Refusal::ClockIsSure => "control.CLOCK_IS_SURE",
        Refusal::BelowFloor => "control.BELOW_FLOOR",
        Refusal::Used => "control.USED",
    }
}
