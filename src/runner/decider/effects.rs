//! What the gate wants done is done here, and what came of it goes back to the gate.

use std::collections::VecDeque;
use std::io;

use super::notice::{Notice, Watcher};
use super::taken::Taken;
use super::{DENIALS_WAITING_MAX, Decider};
use crate::device::signals::Lamp;
use crate::device::sounds::Sound;
use crate::domain::admission::{Occupancy, Reach};
use crate::domain::checkin::{Denial, Draft, Kind};
use crate::domain::gate::{Announcement, Count, Effect, Event, Opening, Outcome};
use crate::domain::ids::TicketId;
use crate::runner::turnstile::Turnstile;
use crate::runner::with_causes;

impl Decider {
    /// As [`Self::settle`], for what no frame or line brought.
    pub(super) fn happen(&mut self, event: Event, watcher: &mut Watcher<'_>) -> io::Result<()> {
        self.settle(event, &mut Taken::nothing(), watcher)
    }

    /// Tells the gate of an event and does what it wants, until it wants no more. A watcher's failure does not keep
    /// the rest from being done: what was decided is recorded.
    pub(super) fn settle(
        &mut self,
        event: Event,
        taken: &mut Taken,
        watcher: &mut Watcher<'_>,
    ) -> io::Result<()> {
        let mut told = Ok(());
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            let now = self.clock.now();
            for effect in self.gate.handle(event, self.moment(), &now) {
                match effect {
                    Effect::LookUp { ticket, count } => events.push_back(self.look_up(ticket, count)),
                    Effect::Record(draft) => events.push_back(self.record_timed(draft, taken)),
                    Effect::Open(opening) => told = told.and(self.open(&opening, taken, watcher)),
                    Effect::AnswerDesk(answer) => told = told.and_then(|()| watcher(Notice::Desk(&answer))),
                    Effect::NoteDenial(denial) => told = told.and(self.note(*denial, watcher)),
                    Effect::Fault(fault) => {
                        self.sound(Sound::Fault);
                        told = told.and_then(|()| watcher(Notice::Fault(&fault)));
                    }
                    Effect::Announce(announcement) => {
                        told = told.and(self.light(&announcement, watcher));
                        told = told.and_then(|()| watcher(Notice::Verdict(taken.told(&announcement))));
                    }
                }
            }
        }
        told
    }

    fn record_timed(&mut self, draft: Box<Draft>, taken: &mut Taken) -> Event {
        self.forget_opening(&draft);
        taken.timing.handed_us = Some(taken.arrived.micros());
        let recorded = self.record(draft);
        taken.timing.recorded_us = Some(taken.arrived.micros());
        recorded
    }

    /// Opens before anybody is told: the guest waits for the gate, and no gate waits for its screen.
    fn open(&mut self, opening: &Opening, taken: &mut Taken, watcher: &mut Watcher<'_>) -> io::Result<()> {
        self.opened = opening.about().zip(Some(opening.persons()));
        let opened = self.turn(watcher);
        taken.timing.opened_us = Some(taken.arrived.micros());
        opened
    }

    fn look_up(&mut self, ticket: TicketId, count: Option<Count>) -> Event {
        let occupancy = count
            .map(|Count { zone, since }| self.ledger.occupancy(&zone, since))
            .transpose();
        let answer = occupancy.and_then(|inside| Ok((inside, self.ledger.look_up(&ticket)?)));
        match answer {
            Ok((inside, known)) => Event::Known {
                ticket,
                known: Box::new(known),
                // Where other gates' facts come with the next sync only, the count is a hint.
                occupancy: inside.map(|inside| Occupancy {
                    inside,
                    live: self.reach.get() == Reach::Together,
                }),
                list_version: self.list_version,
            },
            Err(error) => Event::LookUpFailed {
                ticket,
                why: with_causes(&error),
            },
        }
    }

    fn record(&mut self, draft: Box<Draft>) -> Event {
        match self.ledger.record(&draft) {
            Ok(fact) => Event::Recorded(Box::new(fact)),
            Err(error) => Event::RecordFailed {
                draft,
                why: with_causes(&error),
            },
        }
    }

    pub(super) fn note(&mut self, denial: Denial, watcher: &mut Watcher<'_>) -> io::Result<()> {
        self.denials.push(denial);
        if self.denials.len() < DENIALS_WAITING_MAX {
            return Ok(());
        }
        self.keep_denials()
            .or_else(|error| watcher(Notice::Warning(&error)))
    }

    /// Guests who were given back are on their way no more.
    fn forget_opening(&mut self, draft: &Draft) {
        if let Kind::Released(given_back) = draft.kind {
            self.opened = self.opened.filter(|(about, _)| *about != given_back);
        }
    }

    /// Opens what is wired to the gate. Where it may not have opened, staff are told.
    pub(super) fn turn(&self, watcher: &mut Watcher<'_>) -> io::Result<()> {
        let opened = self.turnstile.as_ref().map_or(Ok(()), Turnstile::open);
        opened.or_else(|error| watcher(Notice::Warning(&error)))
    }

    /// Lights the verdict's lamp, and plays its sound.
    fn light(&self, announcement: &Announcement, watcher: &mut Watcher<'_>) -> io::Result<()> {
        let (lamp, sound) = match announcement.verdict {
            Outcome::Admit => (Lamp::Admit, Sound::Admit),
            Outcome::Deny => (Lamp::Deny, Sound::Deny),
            Outcome::Ask => (Lamp::Ask, Sound::Ask),
        };
        self.sound(sound);
        let lit = self
            .turnstile
            .as_ref()
            .map_or(Ok(()), |turnstile| turnstile.light(lamp));
        lit.or_else(|error| watcher(Notice::Warning(&error)))
    }

    pub(super) fn sound(&self, sound: Sound) {
        if let Some(play) = &self.sound {
            play(sound);
        }
    }
}
