//! Control codes at the screen: the digits that they are made with, and what became of the last one.

use super::action::Action;
use super::event::Told;
use super::lane::Tone;
use super::panel::{Desk, Drawing, Panel};
use super::span::span;
use super::status::Light;
use crate::domain::control::{CHALLENGE_SHOWN_MS, Challenge};
use crate::domain::time::Moment;

/// How long it stands what became of a code: who showed it still looks at the screen.
const TOLD_MS: u64 = 15_000;

/// What the screen knows of control codes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Control {
    /// The digits, and since when the gate listens.
    shown: Option<(Challenge, Moment)>,
    /// What became of the last code, whether it was obeyed, and until when that stands.
    told: Option<(Told, bool, Moment)>,
}

impl Control {
    pub(super) fn listen(&mut self, challenge: Challenge, at: Moment) {
        self.shown = Some((challenge, at));
    }

    pub(super) fn listen_no_more(&mut self) {
        self.shown = None;
    }

    pub(super) fn is_listening(&self) -> bool {
        self.shown.is_some()
    }

    /// Whether the gate has stopped to listen by itself.
    pub(super) fn is_over(&self, at: Moment) -> bool {
        self.left_ms(at) == Some(0)
    }

    pub(super) fn tell(&mut self, told: Told, obeyed: bool, at: Moment) {
        self.told = Some((told, obeyed, at.plus(TOLD_MS)));
    }

    /// What became of the last code, and whether it was obeyed, for as long as that stands.
    pub(super) fn told(&self, at: Moment) -> Option<(&Told, bool)> {
        let (told, obeyed, until) = self.told.as_ref()?;
        (at < *until).then_some((told, *obeyed))
    }

    fn left_ms(&self, at: Moment) -> Option<u64> {
        let (_, since) = self.shown?;
        Some(CHALLENGE_SHOWN_MS.saturating_sub(at.since(since)))
    }
}

impl Drawing<'_> {
    /// The digits, and for which device a code is to be made with them.
    pub(super) fn control(&self, desk: &Desk) -> Panel {
        let Some(device) = &self.figures.device else {
            return self.of_control(desk, "control.NOT_ENROLLED");
        };
        let Some((challenge, _)) = self.control.shown else {
            return self.of_control(desk, "");
        };
        let page = self.of_control(desk, "staff.control_note");
        let left_s = self.control.left_ms(self.at).unwrap_or(0).div_ceil(1000);
        let (note, light) = match self.control.told(self.at) {
            Some((told, true)) => (told.words(self.words), Light::Good),
            Some((told, false)) => (told.words(self.words), Light::Bad),
            None => (page.note, page.light),
        };
        Panel {
            note,
            light,
            figure: in_threes(challenge),
            rows: vec![
                self.row("staff.device", device.to_string()),
                self.row("staff.control_left", span(self.words, left_s)),
            ],
            ..page
        }
    }

    /// Who has not given the PIN leaves to where guests are.
    fn of_control(&self, desk: &Desk, note: &str) -> Panel {
        let page = self.page("staff.control", note, Vec::new());
        match desk.unlocked {
            true => page,
            false => Panel {
                back: self.choice("staff.close", Tone::Neutral, Action::Close),
                ..page
            },
        }
    }
}

/// Digits in threes, as they are read out.
fn in_threes(challenge: Challenge) -> String {
    let number = challenge.number();
    format!("{:03} {:03}", number / 1000, number % 1000)
}
