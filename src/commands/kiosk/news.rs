//! What the gate tells, as the screen hears it.

use super::control;
use crate::commands::{say, with_causes};
use crate::domain::control::Action;
use crate::domain::gate::DeskAnswer;
use crate::domain::health::CameraState;
use crate::kiosk::{CameraSight, Event, StaffAnswer, Told};
use crate::runner::{ControlNews, DeviceNews, Notice};

/// The scanners that are not connected, and what else has to be remembered between two words of the gate.
#[derive(Debug, Default)]
pub(super) struct News {
    missing: Vec<String>,
}

impl News {
    /// What the screen is to hear of a notice; none where it is of no use there, and is told on standard error.
    pub(super) fn event(&mut self, notice: &Notice<'_>) -> Option<Event> {
        match notice {
            Notice::Verdict(told) => Some(Event::Verdict(Box::new(told.announcement.clone()))),
            Notice::Fault(fault) => Some(Event::Fault((*fault).clone())),
            Notice::Desk(answer) => Some(Event::Answered(desk(**answer))),
            Notice::Device(news) => self.device(news),
            // The figures of the next second say so.
            Notice::Lane(_) => None,
            Notice::Control(ControlNews::Obeyed(Action::OpenAdmin)) => Some(Event::Unlocked),
            Notice::Control(ControlNews::Obeyed(action)) => Some(control::obeyed(action)),
            Notice::Control(ControlNews::Refused(error)) => Some(control::refused(error)),
            Notice::Warning(warning) => remark(&with_causes(*warning)),
        }
    }

    fn device(&mut self, news: &DeviceNews) -> Option<Event> {
        match news {
            DeviceNews::Camera(state) => Some(Event::Camera(sight(*state))),
            DeviceNews::Scanner { name, connected } => {
                self.missing.retain(|missing| **missing != **name);
                if !connected {
                    self.missing.push(name.to_string());
                }
                Some(Event::Scanners(self.missing.is_empty()))
            }
            DeviceNews::Signals(missing) => Some(Event::Signals(missing.as_ref().map(ToString::to_string))),
            DeviceNews::FireAlarm(active) => Some(Event::FireAlarm(*active)),
        }
    }
}

fn remark(words: &str) -> Option<Event> {
    say::remark(&format!("wicket: {words}"));
    None
}

fn sight(state: CameraState) -> CameraSight {
    match state {
        // It has a second and a half to give its first picture.
        CameraState::Starting | CameraState::Working => CameraSight::Working,
        CameraState::Dark => CameraSight::Dark,
        CameraState::Stalled | CameraState::Lost | CameraState::Frozen => CameraSight::Lost,
    }
}

fn desk(answer: DeskAnswer) -> StaffAnswer {
    let key = match answer {
        DeskAnswer::Undone { .. } => "staff.undo_done",
        DeskAnswer::NothingToUndo => "staff.undo_none",
        DeskAnswer::NothingToOverride => "staff.override_gone",
        DeskAnswer::Busy => "staff.passing",
    };
    let fillings = Vec::new();
    StaffAnswer::Done(Told { key, fillings })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scanners_are_well_once_the_last_one_is_back() {
        let mut news = News::default();
        let mut scanner = |name: &str, connected| {
            let name = name.into();
            news.device(&DeviceNews::Scanner { name, connected })
        };
        assert_eq!(scanner("one", false), Some(Event::Scanners(false)));
        assert_eq!(scanner("two", false), Some(Event::Scanners(false)));
        assert_eq!(scanner("one", true), Some(Event::Scanners(false)));
        assert_eq!(scanner("one", true), Some(Event::Scanners(false)));
        assert_eq!(scanner("two", true), Some(Event::Scanners(true)));
    }
}
