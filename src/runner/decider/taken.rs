//! A frame or a line on its way to a verdict.

use super::notice::Told;
use crate::domain::gate::Announcement;
use crate::runner::intake::{Place, Seen, Sight};
use crate::runner::stopwatch::Stopwatch;
use crate::runner::timing::Timing;

/// A frame or a line that is being decided.
pub(super) struct Taken {
    place: Place,
    is_text: bool,
    since: Stopwatch,
    pub(super) arrived: Stopwatch,
    pub(super) timing: Timing,
}

impl Taken {
    /// What the decider takes now, which has waited since it arrived.
    pub(super) fn now(seen: &Seen) -> Self {
        let arrived = seen.arrival.since;
        Self {
            place: seen.place.clone(),
            is_text: seen.sight != Sight::Line(None),
            since: Stopwatch::start(),
            arrived,
            timing: Timing {
                read_us: seen.arrival.read_us,
                taken_us: arrived.micros(),
                ..Timing::default()
            },
        }
    }

    /// Where time or a person's coming decides, and no frame.
    pub(super) fn nothing() -> Self {
        let since = Stopwatch::start();
        Self {
            place: Place::default(),
            is_text: true,
            since,
            arrived: since,
            timing: Timing::default(),
        }
    }

    pub(super) fn told<'a>(&'a self, announcement: &'a Announcement) -> Told<'a> {
        Told {
            announcement,
            text: self.is_text.then_some(announcement.text.as_str()),
            place: &self.place,
            latency_us: self.since.micros(),
            timing: Timing {
                told_us: self.arrived.micros(),
                ..self.timing
            },
        }
    }
}
