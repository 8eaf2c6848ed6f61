mod desk;
mod lanes;
mod model;
mod opening;
mod passing;
mod scans;

use ed25519_dalek::SigningKey;

use super::{Announcement, Config, DeskAnswer, Effect, Event, Gate, Opening, Passage};
use crate::domain::admission::fixtures::{NOON, OWN, claims, rules};
use crate::domain::admission::{Direction, Known, Listing};
use crate::domain::checkin::{Denial, Draft, Fact, FactRef, Kind};
use crate::domain::ids::{Sequence, TicketId};
use crate::domain::ticket::{Claims, HolderKey, Keyring, Trust, issue, present};
use crate::domain::time::{Moment, Now, UnixSeconds};
use crate::domain::verdict::Reason;

const ISSUER: [u8; 32] = [11; 32];
const HOLDER: [u8; 32] = [12; 32];

fn trust() -> Trust {
    use base64::Engine;
    let public = SigningKey::from_bytes(&ISSUER).verifying_key();
    let x = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(public.as_bytes());
    let jwks = format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"k","x":"{x}"}}]}}"#);
    let mut trust = Trust::default();
    let keyring = Keyring::from_jwks(&jwks).expect("a keyring");
    trust.insert("spring-26".parse().expect("a name"), keyring);
    trust
}

fn config(direction: Direction, adult: &str) -> Config {
    Config {
        gate: "gate-a".parse().expect("a name"),
        direction,
        trust: trust(),
        rules: rules(adult),
        earlier_streams: Vec::new(),
        passage: Passage::Unseen,
        operator: None,
        closed: false,
    }
}

fn id(ticket: u8) -> TicketId {
    TicketId::new(&[ticket; 8]).expect("8 bytes")
}

/// The text of a good ticket of this number.
fn code(ticket: u8) -> String {
    issued(Claims {
        ticket: id(ticket),
        ..claims()
    })
}

fn issued(claims: Claims) -> String {
    issue(&claims, "k", &SigningKey::from_bytes(&ISSUER)).expect("a ticket")
}

/// The text of a live code made at this time.
fn live(ticket: u8, made: UnixSeconds) -> String {
    let holder = SigningKey::from_bytes(&HOLDER);
    let credential = issued(Claims {
        ticket: id(ticket),
        holder: Some(HolderKey(holder.verifying_key().to_bytes())),
        ..claims()
    });
    present(&credential, &holder, made).expect("a live code")
}

/// A gate with a store that is as quick as a function call, and that a test can break.
struct Venue {
    gate: Gate,
    facts: Vec<Fact>,
    conflict: bool,
    reads: bool,
    writes: bool,
    said: Vec<Announcement>,
    opened: Vec<Opening>,
    denials: Vec<Denial>,
    faults: usize,
    answers: Vec<DeskAnswer>,
    listing: Listing,
    lookups: usize,
}

impl Venue {
    fn new(direction: Direction, adult: &str) -> Self {
        Self::with(config(direction, adult))
    }

    fn with(config: Config) -> Self {
        Self {
            gate: Gate::new(config),
            facts: Vec::new(),
            conflict: false,
            reads: true,
            writes: true,
            said: Vec::new(),
            opened: Vec::new(),
            denials: Vec::new(),
            faults: 0,
            answers: Vec::new(),
            listing: Listing::NoList,
            lookups: 0,
        }
    }

    /// Sends an event at this many milliseconds, and answers what the gate wants of its store.
    fn send(&mut self, event: Event, at: u64) {
        let mut events = vec![event];
        let now = now_at(at);
        while !events.is_empty() {
            let effects = self.gate.handle(events.remove(0), Moment(at), &now);
            let answers = effects.into_iter().filter_map(|effect| self.carry_out(effect));
            let answers: Vec<_> = answers.collect();
            events.extend(answers);
        }
    }

    fn frame(&mut self, codes: &[&str], at: u64) {
        let codes = codes.iter().map(|&code| code.to_owned()).collect();
        self.send(Event::Frame { codes }, at);
    }

    fn line(&mut self, text: &str, at: u64) {
        self.send(
            Event::Line {
                text: text.to_owned(),
            },
            at,
        );
    }

    fn carry_out(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::LookUp { ticket, .. } => {
                self.lookups += 1;
                return Some(self.look_up(ticket));
            }
            Effect::Record(draft) => return Some(self.record(*draft)),
            Effect::Open(opening) => self.opened.push(opening),
            Effect::Announce(announcement) => self.said.push(*announcement),
            Effect::NoteDenial(denial) => self.denials.push(*denial),
            Effect::Fault(_) => self.faults += 1,
            Effect::AnswerDesk(answer) => self.answers.push(answer),
        }
        None
    }

    fn look_up(&self, ticket: TicketId) -> Event {
        if !self.reads {
            let why = "the disk is gone".to_owned();
            return Event::LookUpFailed { ticket, why };
        }
        let of_ticket = self.facts.iter().filter(|fact| fact.draft.ticket == Some(ticket));
        Event::Known {
            ticket,
            known: Box::new(Known {
                listing: self.listing.clone(),
                facts: of_ticket.cloned().collect(),
                conflict: self.conflict,
            }),
            occupancy: None,
            list_version: 3,
        }
    }

    fn record(&mut self, draft: Draft) -> Event {
        if !self.writes {
            let why = "the disk is full".to_owned();
            let draft = Box::new(draft);
            return Event::RecordFailed { draft, why };
        }
        let fact = recorded(draft, self.facts.len() as u64 + 1);
        self.facts.push(fact.clone());
        Event::Recorded(Box::new(fact))
    }

    /// What was said so far, as ticket number and reason.
    fn words(&self) -> Vec<(Option<u8>, &'static str)> {
        let word = |said: &Announcement| {
            let ticket = said.ticket.map(|ticket| ticket.as_bytes()[0]);
            (ticket, said.reason.map_or("", Reason::code))
        };
        self.said.iter().map(word).collect()
    }

    fn kinds(&self) -> Vec<Kind> {
        self.facts.iter().map(|fact| fact.draft.kind).collect()
    }
}

fn recorded(draft: Draft, sequence: u64) -> Fact {
    let id = FactRef {
        stream: OWN,
        sequence: Sequence(sequence),
    };
    Fact { id, draft }
}

fn now_at(at: u64) -> Now {
    let at = NOON.millis().plus(at);
    Now {
        earliest: at,
        latest: Some(at),
        best: at,
        ..Now::exactly(NOON)
    }
}
