//! The line that is always visible: where the gate is, and whether staff can rely on it.

use super::event::{Figures, Link};
use super::span::span;
use crate::domain::admission::Direction;
use crate::domain::time::{ClockState, Moment};
use crate::kiosk::words::Language;

/// A list older than this is one that staff should know of: a sale of the last hour is missing on it.
const LIST_OLD_S: u64 = 60 * 60;

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Light {
    /// As it should be.
    Good,
    /// The gate goes on, and staff should know.
    Poor,
    /// Somebody should mend it.
    Bad,
}

/// A word with its light.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pill {
    /// The word.
    pub text: String,
    /// How it stands.
    pub light: Light,
}

/// The line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The gate's name.
    pub gate: String,
    /// Which way it is used, in a word.
    pub direction: String,
    /// The event's name.
    pub event: String,
    /// Online or offline, and for how long.
    pub link: Pill,
    /// Check-ins that wait.
    pub unsent: Pill,
    /// What is known of the time.
    pub clock: Pill,
    /// The age of the list.
    pub list: Pill,
}

/// Whether the gate is in touch, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Contact {
    pub(super) link: Link,
    pub(super) since: Moment,
}

impl Status {
    pub(super) fn of(words: &Language, figures: &Figures, contact: Contact, at: Moment) -> Self {
        Self {
            gate: figures.gate.to_string(),
            direction: words.get(direction(figures.direction)).to_owned(),
            event: figures
                .event
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            link: link(words, contact, at),
            unsent: unsent(words, figures.unsent),
            clock: clock(words, figures.clock),
            list: list(words, figures),
        }
    }
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Entry => "status.entry",
        Direction::Exit => "status.exit",
        Direction::Check => "status.check",
    }
}

fn link(words: &Language, contact: Contact, at: Moment) -> Pill {
    match contact.link {
        Link::Server => Pill::new(words.get("status.online"), Light::Good),
        Link::Neighbours => Pill::new(words.get("status.neighbours"), Light::Poor),
        Link::None => {
            let seconds = at.since(contact.since) / 1000;
            let duration = span(words, seconds);
            Pill::new(
                &words.fill("status.offline_for", &[("duration", &duration)]),
                Light::Poor,
            )
        }
        Link::Never => Pill::new(words.get("status.offline"), Light::Poor),
    }
}

fn unsent(words: &Language, count: u64) -> Pill {
    match count {
        0 => Pill::new(words.get("status.all_sent"), Light::Good),
        _ => Pill::new(
            &words.fill("status.unsent", &[("count", &count.to_string())]),
            Light::Poor,
        ),
    }
}

fn clock(words: &Language, state: ClockState) -> Pill {
    match state {
        ClockState::Synced => Pill::new(words.get("status.clock_synced"), Light::Good),
        ClockState::Holdover => Pill::new(words.get("status.clock_holdover"), Light::Good),
        ClockState::Unsure => Pill::new(words.get("status.clock_unsure"), Light::Bad),
    }
}

fn list(words: &Language, figures: &Figures) -> Pill {
    if figures.signatures_only {
        return Pill::new(words.get("status.signatures_only"), Light::Good);
    }
    let Some(age_s) = figures.list_age_s else {
        return Pill::new(words.get("status.no_list"), Light::Bad);
    };
    let light = match age_s < LIST_OLD_S {
        true => Light::Good,
        false => Light::Poor,
    };
    Pill::new(
        &words.fill("status.list", &[("duration", &span(words, age_s))]),
        light,
    )
}

impl Pill {
    fn new(text: &str, light: Light) -> Self {
        Self {
            text: text.to_owned(),
            light,
        }
    }
}
