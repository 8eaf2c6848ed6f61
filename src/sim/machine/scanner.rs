//! The process that scans: the real state machine, admission and store. What the gate's loop does around them is done
//! here step by step, without threads and without a clock of its own.

use std::collections::VecDeque;

use super::MachineClock;
use crate::domain::admission::{Direction, Known, Occupancy};
use crate::domain::checkin::{Draft, Fact};
use crate::domain::clock::{Sighting, Sightings, estimate};
use crate::domain::gate::{Announcement, Config, Effect, Event, Gate, Opening, Passage};
use crate::domain::ids::{DeviceId, StreamId, TicketId};
use crate::domain::rules::Rulebook;
use crate::domain::ticket::{Keyring, Trust};
use crate::domain::time::{Moment, Now, UnixMillis};
use crate::ledger::{CLOCK_SIGHTING_SETTING, ENROLMENT_SETTING, Enrolment, Ledger, LedgerError};
use crate::sim::breaks::Break;

/// What came of an event.
#[derive(Debug)]
pub(in crate::sim) enum Happened {
    /// The store was asked what it knows of the ticket of a scan, by which it was judged.
    LookedUp(TicketId, Box<Known>, Now),
    /// A fact was handed to the store, which does not say yet whether it is durable.
    Handed(Box<Draft>),
    /// The store said that it is durable.
    Recorded(Box<Fact>),
    /// Guests are let through.
    Opened(Opening),
    /// A verdict was shown.
    Told(Box<Announcement>),
    /// The store failed.
    Failed(String),
}

/// A gate's scanning process.
pub(in crate::sim) struct Scanner {
    gate: Gate,
    pub(in crate::sim) ledger: Box<dyn Ledger>,
    pub(in crate::sim) stream: StreamId,
    clock: MachineClock,
    broken: Option<Break>,
    enrolment: Enrolment,
    direction: Direction,
    sighting: Option<Sighting>,
    floor: UnixMillis,
    list_version: u64,
    /// Whether the store could not be read when others had written to it.
    behind: bool,
}

impl Scanner {
    /// Starts on an open store, as `wicket scan` does.
    pub(in crate::sim) fn start(
        mut ledger: Box<dyn Ledger>,
        stream: StreamId,
        clock: MachineClock,
        broken: Option<Break>,
    ) -> Result<Self, LedgerError> {
        let enrolment = ledger.setting(ENROLMENT_SETTING)?.expect("enrolled");
        let enrolment: Enrolment = serde_json::from_slice(&enrolment).expect("an enrolment");
        // The first answer only sets the mark from which writes of others count.
        ledger.written_by_others()?;
        let orders = Orders::read(ledger.as_mut(), &enrolment)?;
        let config = orders.config(&enrolment, Direction::Entry);
        Ok(Self {
            gate: Gate::new(config),
            ledger,
            stream,
            clock,
            broken,
            enrolment,
            direction: Direction::Entry,
            sighting: orders.sighting,
            floor: orders.floor,
            list_version: orders.list_version,
            behind: false,
        })
    }

    /// The gate's idea of the time.
    pub(in crate::sim) fn now(&self) -> Now {
        let reading = self.clock.reading();
        if self.broken == Some(Break::ClockTrusted) {
            return Now::exactly(reading.wall_ms.seconds());
        }
        let known = Sightings {
            sighting: self.sighting.clone(),
            told: None,
        };
        estimate(&reading, &known, self.floor)
    }

    /// The device under whose name it records.
    pub(in crate::sim) fn device(&self) -> &DeviceId {
        &self.enrolment.device
    }

    /// The highest time that the gate knows to have passed.
    pub(in crate::sim) fn floor(&self) -> UnixMillis {
        self.floor
    }

    /// A guest shows a code.
    pub(in crate::sim) fn scan(
        &mut self,
        text: &str,
        direction: Direction,
    ) -> Result<Vec<Happened>, LedgerError> {
        self.follow()?;
        let mut happened = Vec::new();
        if direction != self.direction {
            self.direction = direction;
            let orders = Orders::read(self.ledger.as_mut(), &self.enrolment)?;
            happened = self.settle(Event::Configured(Box::new(
                orders.config(&self.enrolment, direction),
            )));
        }
        let text = text.to_owned();
        happened.extend(self.settle(Event::Line { text }));
        Ok(happened)
    }

    /// Staff answer.
    pub(in crate::sim) fn answer(
        &mut self,
        answer: crate::domain::gate::Answer,
    ) -> Result<Vec<Happened>, LedgerError> {
        self.follow()?;
        Ok(self.settle(Event::Answered(answer)))
    }

    /// Time went by.
    pub(in crate::sim) fn tick(&mut self) -> Vec<Happened> {
        self.settle(Event::Tick)
    }

    /// New keys, rules and times count from the next scan on. What cannot be read leaves the old ones in force.
    fn follow(&mut self) -> Result<(), LedgerError> {
        if !self.ledger.written_by_others()? && !self.behind {
            return Ok(());
        }
        let orders = Orders::read(self.ledger.as_mut(), &self.enrolment);
        self.behind = orders.is_err();
        let orders = orders?;
        self.settle(Event::Configured(Box::new(
            orders.config(&self.enrolment, self.direction),
        )));
        self.sighting = orders.sighting;
        self.floor = orders.floor;
        self.list_version = orders.list_version;
        Ok(())
    }

    fn settle(&mut self, event: Event) -> Vec<Happened> {
        let mut happened = Vec::new();
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            let (at, now) = (Moment(self.clock.since_boot().1), self.now());
            for effect in self.gate.handle(event, at, &now) {
                match effect {
                    Effect::LookUp { ticket, count } => {
                        let inside = count.map(|count| self.ledger.occupancy(&count.zone, count.since));
                        match inside
                            .transpose()
                            .and_then(|inside| Ok((inside, self.ledger.look_up(&ticket)?)))
                        {
                            Ok((inside, known)) => {
                                happened.push(Happened::LookedUp(ticket, Box::new(known.clone()), now));
                                events.push_back(Event::Known {
                                    ticket,
                                    known: Box::new(known),
                                    occupancy: inside.map(|inside| Occupancy { inside, live: false }),
                                    list_version: self.list_version,
                                });
                            }
                            Err(error) => {
                                let why = format!("{error:?}");
                                happened.push(Happened::Failed(why.clone()));
                                events.push_back(Event::LookUpFailed { ticket, why });
                            }
                        }
                    }
                    Effect::Record(draft) => {
                        happened.push(Happened::Handed(draft.clone()));
                        match self.ledger.record(&draft) {
                            Ok(fact) => {
                                happened.push(Happened::Recorded(Box::new(fact.clone())));
                                events.push_back(Event::Recorded(Box::new(fact)));
                            }
                            Err(error) => {
                                let why = format!("{error:?}");
                                happened.push(Happened::Failed(why.clone()));
                                events.push_back(Event::RecordFailed { draft, why });
                            }
                        }
                    }
                    Effect::Open(opening) => happened.push(Happened::Opened(opening)),
                    Effect::Announce(announcement) => happened.push(Happened::Told(announcement)),
                    // Refusals change nothing, and the run says of a failing store what it needs to know.
                    Effect::NoteDenial(_) | Effect::Fault(_) | Effect::AnswerDesk(_) => {}
                }
            }
        }
        happened
    }
}

/// What the store holds for the gate to go by, as the last sync left it.
struct Orders {
    rules: Rulebook,
    trust: Trust,
    earlier_streams: Vec<StreamId>,
    sighting: Option<Sighting>,
    floor: UnixMillis,
    list_version: u64,
}

impl Orders {
    fn read(ledger: &mut dyn Ledger, enrolment: &Enrolment) -> Result<Self, LedgerError> {
        let sighting: Option<Sighting> = ledger
            .setting(CLOCK_SIGHTING_SETTING)?
            .map(|bytes| serde_json::from_slice(&bytes).expect("a sighting"));
        let documents = ledger.documents()?;
        let keyring = Keyring::from_jwks(&documents.keyring.expect("synced")).expect("a keyring");
        let mut trust = Trust::default();
        trust.insert(enrolment.event.clone(), keyring);
        let live = ledger.live_list()?;
        let as_of = live.as_ref().map_or(UnixMillis(0), |live| live.as_of.millis());
        let seen = sighting
            .as_ref()
            .map_or(UnixMillis(0), |sighting| sighting.server_ms);
        Ok(Self {
            rules: Rulebook::from_json(&documents.rulebook.expect("synced")).expect("a rulebook"),
            trust,
            earlier_streams: ledger.earlier_streams()?,
            sighting,
            floor: as_of.max(seen).max(crate::device::clock::RELEASED),
            list_version: live.map_or(0, |live| live.cursor.sequence),
        })
    }

    fn config(&self, enrolment: &Enrolment, direction: Direction) -> Config {
        Config {
            gate: enrolment.gate.clone(),
            direction,
            trust: self.trust.clone(),
            rules: self.rules.clone(),
            earlier_streams: self.earlier_streams.clone(),
            passage: Passage::Unseen,
            operator: None,
            closed: false,
        }
    }
}
