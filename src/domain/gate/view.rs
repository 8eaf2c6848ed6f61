//! What a camera has in view: which codes were read lately, what they are, and which were judged.

use crate::domain::admission::Shown;
use crate::domain::ids::TicketId;
use crate::domain::ticket::{Trust, verify};
use crate::domain::time::Moment;
use crate::domain::verdict::Reason;

/// A code that was not read for so long has left. Shorter gaps are blur and glare.
const UNSEEN_MS: u64 = 2000;
/// A code that is no ticket, as on a poster in view, is complained about once in so long.
const STRANGER_MS: u64 = 10_000;
/// Texts whose meaning is kept, so that a signature is checked once and not in every frame. A frame holds a few; a
/// live code adds one every few seconds.
const READINGS_MAX: usize = 16;
/// Tickets, and texts that are none, that are told apart at a time; a sheet of more pushes out the oldest.
const IN_VIEW_MAX: usize = 16;

/// What a scan is told by: the ticket where a signature holds, whatever text carries it; otherwise the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    Ticket(TicketId),
    Text(String),
}

/// What a text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) text: String,
    pub(super) key: Key,
    pub(super) code: Result<Shown, Reason>,
}

/// A ticket, good or bad, that is in view.
#[derive(Debug, Clone, PartialEq, Eq)]
struct InView {
    key: Key,
    seen: Moment,
    judged: bool,
    /// It came into view beside another that had its turn first.
    second: bool,
}

/// What a camera has in view.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct View {
    readings: Vec<Reading>,
    tickets: Vec<InView>,
    strangers: Vec<(String, Moment)>,
}

impl Reading {
    /// Reads a text: this is where a signature is checked.
    pub(super) fn of(text: &str, trust: &Trust) -> Self {
        let code = match verify(text, trust) {
            Ok(verified) => Ok(Shown::from(verified)),
            Err(defect) => Shown::try_from(defect),
        };
        let key = match &code {
            Ok(shown) => Key::Ticket(shown.claims.ticket),
            Err(_) => Key::Text(text.to_owned()),
        };
        Self {
            text: text.to_owned(),
            key,
            code,
        }
    }

    fn is_stranger(&self) -> bool {
        self.code == Err(Reason::Malformed)
    }
}

impl View {
    /// Takes a frame: the tickets in it, in the order given, and the codes that are none.
    pub(super) fn look(
        &mut self,
        codes: &[String],
        at: Moment,
        trust: &Trust,
    ) -> (Vec<Reading>, Vec<Reading>) {
        self.tickets.retain(|ticket| at.since(ticket.seen) < UNSEEN_MS);
        let codes = codes.iter().take(IN_VIEW_MAX);
        let readings: Vec<_> = codes.map(|text| self.read(text, trust)).collect();
        let (strangers, tickets): (Vec<_>, Vec<_>) = readings.into_iter().partition(Reading::is_stranger);
        // First all that stay, then all that come: so none that stays is pushed out.
        for ticket in &tickets {
            self.known(&ticket.key)
                .into_iter()
                .for_each(|known| known.seen = at);
        }
        for ticket in &tickets {
            self.enter(&ticket.key, at);
        }
        (tickets, strangers)
    }

    /// The ticket whose turn it is among those of a frame. Where `showing` another's verdict, one that came into
    /// view beside it waits.
    pub(super) fn next(&mut self, tickets: &[Reading], at: Moment, showing: bool) -> Option<Reading> {
        self.line_up(tickets);
        let turn = |ticket: &&Reading| {
            let known = self.tickets.iter().find(|known| known.key == ticket.key);
            known.is_some_and(|known| !(known.judged || showing && known.second))
        };
        let next = tickets.iter().find(turn)?.clone();
        self.judged(&next.key, at);
        self.line_up(tickets);
        Some(next)
    }

    /// Whether a ticket is in view, though perhaps unread in the newest frames.
    pub(super) fn holds_ticket(&self) -> bool {
        !self.tickets.is_empty()
    }

    /// The code to complain about among those of a frame that are no tickets; the others go with it.
    pub(super) fn complain(&mut self, strangers: &[Reading], at: Moment) -> Option<Reading> {
        self.strangers.retain(|(_, told)| at.since(*told) < STRANGER_MS);
        let is_new = |reading: &&Reading| self.strangers.iter().all(|(text, _)| *text != reading.text);
        let new: Vec<_> = strangers.iter().filter(is_new).cloned().collect();
        self.strangers
            .extend(new.iter().map(|reading| (reading.text.clone(), at)));
        keep_newest(&mut self.strangers, IN_VIEW_MAX);
        new.into_iter().next()
    }

    /// Marks a scan as judged.
    pub(super) fn judged(&mut self, key: &Key, at: Moment) {
        self.enter(key, at);
        self.known(key).into_iter().for_each(|known| {
            known.judged = true;
            known.seen = at;
        });
    }

    /// What texts mean may have changed with the keys.
    pub(super) fn forget_meanings(&mut self) {
        self.readings.clear();
    }

    /// Those beside one that was judged wait for their turn.
    pub(super) fn line_up(&mut self, tickets: &[Reading]) {
        let in_frame = |known: &InView| tickets.iter().any(|ticket| ticket.key == known.key);
        if self.tickets.iter().any(|known| known.judged && in_frame(known)) {
            let others = self
                .tickets
                .iter_mut()
                .filter(|known| in_frame(known) && !known.judged);
            others.for_each(|known| known.second = true);
        }
    }

    fn read(&mut self, text: &str, trust: &Trust) -> Reading {
        if let Some(known) = self.readings.iter().find(|reading| reading.text == text) {
            return known.clone();
        }
        let reading = Reading::of(text, trust);
        self.readings.push(reading.clone());
        keep_newest(&mut self.readings, READINGS_MAX);
        reading
    }

    fn known(&mut self, key: &Key) -> Option<&mut InView> {
        self.tickets.iter_mut().find(|known| known.key == *key)
    }

    /// Takes a ticket into view, in the place of the one longest unseen where there are too many.
    fn enter(&mut self, key: &Key, at: Moment) {
        if self.known(key).is_some() {
            return;
        }
        self.tickets.sort_by_key(|known| known.seen);
        keep_newest(&mut self.tickets, IN_VIEW_MAX - 1);
        self.tickets.push(InView {
            key: key.clone(),
            seen: at,
            judged: false,
            second: false,
        });
    }
}

fn keep_newest<T>(items: &mut Vec<T>, most: usize) {
    let surplus = items.len().saturating_sub(most);
    items.drain(..surplus);
}
