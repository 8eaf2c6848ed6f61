//! A gate that has no event yet: it waits for its enrolment code, and shows the digits by which people know its key.

use super::event::Enrolling;
use super::lane::{Icon, Lane, Tone};
use super::panel::{Drawing, Panel, Row};
use super::status::Light;
use crate::kiosk::words::Language;

/// What stands where guests are told to show their code.
pub(super) fn lane(words: &Language, words_too: &Language, step: &Enrolling) -> Lane {
    let notice = match step {
        Enrolling::Refused(why) => words.fill("enrol.refused", &[("why", why)]),
        Enrolling::Asking => words.get("enrol.asking").to_owned(),
        Enrolling::Wanted | Enrolling::Enrolled { .. } => String::new(),
    };
    Lane {
        ready: true,
        camera: true,
        guest_too: words_too.get("enrol.wanted").to_owned(),
        notice,
        ..Lane::words(
            Tone::Neutral,
            Icon::None,
            words.get("enrol.wanted"),
            words.get("enrol.wanted_note"),
        )
    }
}

impl Drawing<'_> {
    /// The digits, and how far the first sync is; none before the gate is enrolled.
    pub(super) fn enrolled(&self, step: &Enrolling) -> Option<Panel> {
        let Enrolling::Enrolled {
            device,
            digits,
            waits_for,
        } = step
        else {
            return None;
        };
        let page = self.page("enrol.enrolled", "enrol.enrolled_note", Vec::new());
        let sync = match waits_for {
            Some(why) => Row::new(self.words.get("staff.sync"), why.clone(), Light::Poor),
            None => self.row("staff.sync", self.words.get("staff.busy").to_owned()),
        };
        let mut back = page.back;
        // There is nowhere to go back to.
        back.label.clear();
        Some(Panel {
            figure: digits.clone(),
            rows: vec![self.row("staff.device", device.to_string()), sync],
            back,
            ..page
        })
    }
}
