//! What staff may do by hand, and for how long: take back the last admission, override the last refusal.

use super::opening;
use super::scan::{Hand, Scan};
use crate::domain::checkin::{Draft, Fact, FactRef, Kind};
use crate::domain::ids::{OperatorId, TicketId};
use crate::domain::time::{Moment, Now};

/// How long a refusal may be overridden: a supervisor walks to the gate and signs in.
const OVERRIDE_MS: u64 = 120_000;

/// What a gate remembers for its staff.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Remembered {
    admitted: Option<Fact>,
    undoing: bool,
    refused: Option<(Scan, Moment)>,
}

impl Remembered {
    /// Notes a fact that is durable. Where it is the one by which staff took an admission back, how many were.
    pub(super) fn recorded(&mut self, fact: &Fact) -> Option<(TicketId, u8)> {
        match fact.draft.kind {
            Kind::Entry | Kind::Override => self.admitted = Some(fact.clone()),
            Kind::Passed(_) if fact.draft.persons > 0 && !self.is_last(opening::about(fact)) => {
                self.admitted = Some(fact.clone());
            }
            Kind::Released(about) => return self.released(fact, about),
            Kind::Passed(_) | Kind::Exit | Kind::Void(_) | Kind::AllOut => {}
        }
        None
    }

    /// What was to be taken back could not be recorded: it stands, and may be tried again.
    pub(super) fn not_recorded(&mut self, draft: &Draft) {
        if matches!(draft.kind, Kind::Released(_)) {
            self.undoing = false;
        }
    }

    /// The fact that takes the last admission back; none where there is none.
    pub(super) fn undo(&mut self, operator: Option<OperatorId>, now: &Now) -> Option<Draft> {
        let fact = self.admitted.as_ref()?;
        self.undoing = true;
        Some(Draft {
            kind: Kind::Released(opening::about(fact)),
            now: *now,
            order: fact.draft.order.saturating_add(1).max(now.best.0),
            presented_at: None,
            reason: None,
            flags: Vec::new(),
            operator,
            grounds: None,
            ..fact.draft.clone()
        })
    }

    /// Notes that an entry was refused.
    pub(super) fn refused(&mut self, scan: &Scan, at: Moment) {
        self.refused = Some((scan.clone(), at.plus(OVERRIDE_MS)));
    }

    /// The refused scan of this ticket, to be judged once more with a supervisor's word.
    pub(super) fn overridden(&mut self, ticket: TicketId, hand: Hand, at: Moment) -> Option<Scan> {
        let (scan, until) = self.refused.take()?;
        let meant = scan.ticket() == ticket && at < until;
        meant.then(|| scan.by(hand))
    }

    fn is_last(&self, about: FactRef) -> bool {
        let last = self.admitted.as_ref();
        last.is_some_and(|last| opening::about(last) == about)
    }

    fn released(&mut self, fact: &Fact, about: FactRef) -> Option<(TicketId, u8)> {
        if !self.is_last(about) {
            return None;
        }
        let given_back = fact.draft.persons;
        self.admitted = self
            .admitted
            .take()
            .filter(|last| last.draft.persons > given_back);
        if let Some(last) = &mut self.admitted {
            last.draft.persons -= given_back;
        }
        let by_hand = std::mem::take(&mut self.undoing);
        fact.draft
            .ticket
            .filter(|_| by_hand)
            .map(|ticket| (ticket, given_back))
    }
}
