//! Refusals on their way to the ring: a code held before the camera again and again is one refusal, counted.

use super::view::Key;
use crate::domain::checkin::Denial;
use crate::domain::time::Moment;
use crate::domain::verdict::Reason;

/// Repeats within so long are counted with the first.
const REPEAT_MS: u64 = 10_000;
/// Refusals held back at a time; a flood of different ones is handed over early.
const HELD_MAX: usize = 64;

/// Refusals that are held back until no repeat can follow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Denials {
    held: Vec<Held>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Held {
    key: Key,
    since: Moment,
    denial: Denial,
}

impl Denials {
    /// Counts a refusal. What it pushes out comes back.
    pub(super) fn note(&mut self, key: Key, denial: Denial, at: Moment) -> Vec<Denial> {
        if let Some(held) = self.repeated(&key, denial.reason) {
            held.denial.times = held.denial.times.saturating_add(denial.times);
            return Vec::new();
        }
        self.held.push(Held {
            key,
            since: at,
            denial,
        });
        let surplus = self.held.len().saturating_sub(HELD_MAX);
        self.held.drain(..surplus).map(|held| held.denial).collect()
    }

    /// Those that no repeat can join any more.
    pub(super) fn due(&mut self, at: Moment) -> Vec<Denial> {
        let (due, held) = std::mem::take(&mut self.held)
            .into_iter()
            .partition(|held| at.since(held.since) >= REPEAT_MS);
        self.held = held;
        due.into_iter().map(|held: Held| held.denial).collect()
    }

    /// All of them: the process ends.
    pub(super) fn all(&mut self) -> Vec<Denial> {
        self.held.drain(..).map(|held| held.denial).collect()
    }

    /// When the next one is due.
    pub(super) fn next_due(&self) -> Option<Moment> {
        self.held.iter().map(|held| held.since.plus(REPEAT_MS)).min()
    }

    fn repeated(&mut self, key: &Key, reason: Reason) -> Option<&mut Held> {
        let mut held = self.held.iter_mut();
        held.find(|held| held.key == *key && held.denial.reason == reason)
    }
}
