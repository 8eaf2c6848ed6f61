//! The only place where an opening is made: from the ledger's word that the awaited fact is durable. For exits alone,
//! also from its word that it is not.

use super::Announcement;
use crate::domain::checkin::{Draft, Fact, FactRef, Kind};
use crate::domain::verdict::Reason;

/// Leave to let guests through. None can be made outside this file, and in it only from what became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    about: Option<FactRef>,
    exit: bool,
    persons: u8,
}

/// A fact handed to the ledger, and what to say once it is durable. Nothing opens while it exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Awaited {
    draft: Draft,
    announcement: Announcement,
}

/// What becomes of guests whose fact could not be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unrecorded {
    /// They leave all the same.
    Leave(Opening, Announcement),
    /// They do not enter.
    StayOut(Announcement),
}

impl Opening {
    /// The entry or exit that [`super::Event::Passed`] and [`super::Event::Released`] are to name; none where the exit
    /// could not be recorded.
    #[must_use]
    pub fn about(&self) -> Option<FactRef> {
        self.about
    }

    /// Whether guests leave.
    #[must_use]
    pub fn is_exit(&self) -> bool {
        self.exit
    }

    /// How many may go through.
    #[must_use]
    pub fn persons(&self) -> u8 {
        self.persons
    }
}

impl Awaited {
    pub(super) fn new(draft: Draft, announcement: Announcement) -> Self {
        Self { draft, announcement }
    }

    /// Whether this is the fact that is awaited.
    pub(super) fn is(&self, draft: &Draft) -> bool {
        self.draft == *draft
    }

    /// The ledger's word that a fact is durable: an opening, where it is the fact that is awaited.
    pub(super) fn recorded(&self, fact: &Fact) -> Option<(Opening, Announcement)> {
        let opening = self.is(&fact.draft).then(|| self.opening(Some(about(fact))));
        Some((opening?, self.announcement.clone()))
    }

    /// The ledger's word: the fact is not durable.
    pub(super) fn failed(self) -> Unrecorded {
        if self.draft.kind != Kind::Exit {
            return Unrecorded::StayOut(self.announcement.not_recorded());
        }
        let opening = self.opening(None);
        let reason = self.announcement.reason.or(Some(Reason::StoreFailed));
        Unrecorded::Leave(
            opening,
            Announcement {
                reason,
                ..self.announcement
            },
        )
    }

    fn opening(&self, about: Option<FactRef>) -> Opening {
        Opening {
            about,
            exit: self.draft.kind == Kind::Exit,
            persons: self.draft.persons,
        }
    }
}

/// The entry or exit that a fact lets guests through on: itself, or the entry that it resumes.
pub(super) fn about(fact: &Fact) -> FactRef {
    match fact.draft.kind {
        Kind::Passed(entry) => entry,
        _ => fact.id,
    }
}
