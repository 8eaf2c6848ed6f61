//! One scan on its way from a text to a fact.

use super::announcement::{Announcement, Beside};
use super::event::{Config, Count};
use super::opening::Awaited;
use crate::domain::admission::{
    Decision, Direction, Inputs, Knowledge, Listing, Noted, Occupancy, Reach, Request, Shown, admit, draft,
    entries_left, overrule,
};
use crate::domain::checkin::{Draft, Grounds, History};
use crate::domain::ids::{OperatorId, TicketId, TicketType};
use crate::domain::ticket::Claims;
use crate::domain::time::{Now, UnixSeconds};
use crate::domain::verdict::{Reason, Verdict};

/// One scan of a code whose issuer's signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scan {
    pub(super) text: String,
    pub(super) shown: Shown,
    pub(super) request: Request,
    pub(super) hand: Option<Hand>,
}

/// Who does a scan by hand, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hand {
    /// Staff check in a ticket that shows no code.
    CheckIn(OperatorId),
    /// A supervisor lets in whom the gate refused.
    Override(OperatorId, Option<Grounds>),
}

/// What is known when a scan is judged.
#[derive(Debug)]
pub(super) struct Knowing<'a> {
    pub(super) listing: &'a Listing,
    pub(super) history: &'a History,
    pub(super) occupancy: Option<Occupancy>,
    pub(super) reach: Reach,
    pub(super) conflict: bool,
    pub(super) list_version: u64,
}

/// A scan that was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) decision: Decision,
    pub(super) announcement: Announcement,
    /// The fact to record, where somebody is to move.
    pub(super) draft: Option<Draft>,
}

impl Scan {
    pub(super) fn new(text: String, shown: Shown, direction: Direction) -> Self {
        let request = Request {
            direction,
            ..Request::default()
        };
        Self {
            text,
            shown,
            request,
            hand: None,
        }
    }

    /// A ticket of which nothing but its id is known: it counts by its row on the list alone, and shows no text.
    pub(super) fn by_hand(ticket: TicketId, config: &Config, operator: OperatorId) -> Self {
        let shown = Shown {
            claims: Claims {
                event: config.rules.event.clone(),
                ticket_type: TicketType::unknown(),
                ticket,
                valid_from: None,
                valid_until: UnixSeconds(u64::MAX),
                admits: 1,
                issued_at: None,
                holder: None,
            },
            list_only: true,
            presented_at: None,
            defect: None,
        };
        Self::new(String::new(), shown, config.direction).by(Hand::CheckIn(operator))
    }

    /// The same scan, done by hand.
    pub(super) fn by(self, hand: Hand) -> Self {
        Self {
            hand: Some(hand),
            ..self
        }
    }

    fn operator(&self) -> Option<&OperatorId> {
        self.hand.as_ref().map(|hand| match hand {
            Hand::CheckIn(operator) | Hand::Override(operator, _) => operator,
        })
    }

    fn grounds(&self) -> Option<&Grounds> {
        match &self.hand {
            Some(Hand::Override(_, grounds)) => grounds.as_ref(),
            Some(Hand::CheckIn(_)) | None => None,
        }
    }

    pub(super) fn ticket(&self) -> TicketId {
        self.shown.claims.ticket
    }

    /// The persons to be counted before the scan can be judged.
    pub(super) fn count(&self, config: &Config, now: &Now) -> Option<Count> {
        let zone = config.rules.site(&config.gate).into;
        config.rules.capacity(&zone)?;
        let counts = self.request.direction != Direction::Exit;
        counts.then(|| Count {
            since: config.rules.inside_since(&zone, now.best),
            zone,
        })
    }

    pub(super) fn judge(&self, config: &Config, knowing: &Knowing<'_>, now: &Now) -> Judged {
        self.judge_and(config, knowing, now, |decision| decision)
    }

    /// An exit whose ticket could not be looked up: nothing is known, and that is what is noted.
    pub(super) fn judge_exit_blind(&self, config: &Config, now: &Now) -> Judged {
        let knowing = Knowing {
            listing: &Listing::NoList,
            history: &History::default(),
            occupancy: None,
            reach: Reach::Apart,
            conflict: false,
            list_version: 0,
        };
        self.judge_and(config, &knowing, now, |decision| Decision {
            noted: Some(Noted {
                reason: Reason::StoreFailed,
                fact: None,
            }),
            ..decision
        })
    }

    fn judge_and(
        &self,
        config: &Config,
        knowing: &Knowing<'_>,
        now: &Now,
        note: impl FnOnce(Decision) -> Decision,
    ) -> Judged {
        let lane = config.lane();
        let inputs = Inputs {
            shown: &self.shown,
            listing: knowing.listing,
            history: knowing.history,
            lane: &lane,
            rules: &config.rules,
            occupancy: knowing.occupancy,
            reach: knowing.reach,
            conflict: knowing.conflict,
            now,
            request: &self.request,
        };
        let decision = note(match self.hand {
            Some(Hand::Override(..)) => overrule(admit(&inputs), &inputs),
            Some(Hand::CheckIn(_)) | None => admit(&inputs),
        });
        let knowledge = Knowledge {
            list_version: knowing.list_version,
            operator: self.operator().or(config.operator.as_ref()).cloned(),
            grounds: self.grounds().cloned(),
        };
        let rules = &config.rules;
        let home = rules.home(&self.ticket(), inputs.ticket_type());
        let beside = Beside {
            note: rules.type_rules(inputs.ticket_type()).note.clone(),
            homes: home.map(|home| home.gates.clone()).unwrap_or_default(),
            left: left(&inputs, &decision),
        };
        Judged {
            announcement: Announcement::of_decision(self, lane.gate.clone(), &decision, beside),
            draft: draft(&inputs, &decision, &knowledge),
            decision,
        }
    }
}

/// Where a refusal was overridden or an entry goes on after a restart, the rules' count is not the guest's.
fn left(inputs: &Inputs<'_>, decision: &Decision) -> Option<u32> {
    let counts =
        inputs.request.direction != Direction::Exit && decision.noted.is_none() && decision.resumes.is_none();
    match decision.verdict {
        Verdict::Admit { persons, .. } if counts => entries_left(inputs, persons),
        _ => None,
    }
}

impl Judged {
    /// The fact to hand to the ledger, and what waits for it.
    pub(super) fn awaited(&self) -> Option<(Draft, Awaited)> {
        let draft = self.draft.clone()?;
        Some((draft.clone(), Awaited::new(draft, self.announcement.clone())))
    }
}
