//! The page on which staff look for a ticket whose code is not at hand, and check its guest in.

use super::action::{Action, Page};
use super::event::{FoundTicket, StaffAnswer, TicketState};
use super::lane::Tone;
use super::panel::{Desk, Drawing, Panel, Row, shortened};
use super::span::time_of_day;
use super::status::Light;

impl Drawing<'_> {
    /// Something is typed, then one of the tickets that it finds is chosen.
    pub(super) fn check_in(&self, desk: &Desk) -> Panel {
        let Some(StaffAnswer::Tickets(tickets)) = &desk.answer else {
            return Panel {
                typed: desk.typed.clone(),
                keys: self.letters(),
                ..self.page("staff.check_in", "staff.check_in_note", Vec::new())
            };
        };
        let note = match tickets.is_empty() {
            true => "staff.check_in_none",
            false => "staff.check_in_choose",
        };
        let again = self.choice("staff.check_in_again", Tone::Neutral, Action::Go(Page::CheckIn));
        Panel {
            rows: tickets.iter().map(|found| self.found(found)).collect(),
            leads: tickets
                .iter()
                .map(|found| Action::CheckIn(found.ticket))
                .collect(),
            ..self.page("staff.check_in", note, vec![again])
        }
    }

    fn found(&self, found: &FoundTicket) -> Row {
        let label = found.label.as_ref();
        let name = label
            .and_then(|label| label.name.as_ref())
            .map(ToString::to_string);
        let order = label
            .and_then(|label| label.order.as_ref())
            .map(ToString::to_string);
        let id = shortened(&found.ticket.to_string());
        let (state, light) = self.state(&found.state);
        let ticket_type = found.ticket_type.as_ref().map(ToString::to_string);
        Row::new(
            &joined([name, order, Some(id)]),
            joined([ticket_type, Some(state), None]),
            light,
        )
    }

    fn state(&self, state: &TicketState) -> (String, Light) {
        match state {
            TicketState::Unused => (self.words.get("staff.unused").to_owned(), Light::Good),
            TicketState::Refused(reason) => {
                let key = format!("reason.{}.title", reason.code());
                (self.words.get(&key).to_owned(), Light::Bad)
            }
            TicketState::Last { key, at, gate } => {
                let time = time_of_day(&self.figures.time_zone, *at);
                let fillings = [("time", time.as_str()), ("gate", gate.as_str())];
                (self.words.fill(key, &fillings), Light::Poor)
            }
        }
    }
}

/// What there is, with room between.
fn joined(parts: [Option<String>; 3]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}
