//! The pages on which staff answer for something by name: an override with its reason, and who is at work.

use super::action::Action;
use super::lane::{Choice, Tone};
use super::panel::{Desk, Drawing, Panel, Row, shortened};
use super::status::Light;
use crate::domain::ids::TicketId;
use crate::kiosk::words::Language;

/// Where the language files have the reasons to choose from: a line more there is a choice more.
const GROUNDS: &str = "grounds.";

impl Drawing<'_> {
    /// The refusal, and the reasons to let its guest in all the same.
    pub(super) fn overriding(&self) -> Panel {
        let Some((ticket, reason)) = self.refused else {
            return self.page("staff.override", "staff.override_none", Vec::new());
        };
        let title = format!("reason.{}.title", reason.code());
        let title = self.words.get(&title).to_owned();
        let row = Row::new(&shortened(&ticket.to_string()), title, Light::Bad);
        let other = self.choice("staff.grounds_other", Tone::Neutral, Action::TypeGrounds(ticket));
        let choices = self.presets(ticket).chain([other]).collect();
        Panel {
            rows: vec![row],
            ..self.page("staff.override", "staff.override_note", choices)
        }
    }

    fn presets(&self, ticket: TicketId) -> impl Iterator<Item = Choice> {
        self.words.keys().filter_map(move |key| {
            let grounds = key.strip_prefix(GROUNDS)?.parse().ok()?;
            let action = Action::Override(ticket, grounds);
            Some(Choice::new(self.words.get(key), Tone::Ask, action))
        })
    }

    pub(super) fn grounds(&self, desk: &Desk) -> Panel {
        Panel {
            typed: desk.typed.clone(),
            keys: self.letters(),
            ..self.page("staff.grounds_other", "staff.override_note", Vec::new())
        }
    }

    /// Whoever is at work signs out before the next signs in.
    pub(super) fn sign_in(&self, desk: &Desk) -> Panel {
        if self.operator.is_some() {
            let out = self.choice("staff.sign_out", Tone::Neutral, Action::SignOut);
            return Panel {
                note: self.at_work(),
                ..self.page("staff.sign_in", "", vec![out])
            };
        }
        Panel {
            typed: desk.typed.clone(),
            keys: self.letters(),
            ..self.page("staff.sign_in", "staff.sign_in_note", Vec::new())
        }
    }

    /// Who is at work; empty where nobody gave a name.
    pub(super) fn at_work(&self) -> String {
        let operator = self.operator.map(|operator| {
            let operator = [("operator", operator.as_str())];
            self.words.fill("staff.signed_in", &operator)
        });
        operator.unwrap_or_default()
    }
}

/// Grounds as they are read: in the screen's own words, or as they were typed.
pub(super) fn told_grounds(words: &Language, grounds: &str) -> String {
    let key = format!("{GROUNDS}{grounds}");
    match words.has(&key) {
        true => words.get(&key).to_owned(),
        false => grounds.to_owned(),
    }
}
