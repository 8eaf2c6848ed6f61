//! Which tickets a transaction has touched: their cases are judged again before it ends.

use std::collections::BTreeSet;

use super::super::sql::{Transaction, params};
use super::super::{DbError, EventRow};
use crate::domain::checkin::{Fact, FactRange, Kind};
use crate::domain::ids::TicketId;

/// What a transaction has touched.
#[derive(Debug, Default)]
pub(in crate::server::db) struct Touched {
    tickets: BTreeSet<TicketId>,
    /// Facts that were made void, whosever they are.
    voided: Vec<FactRange>,
    /// Something that bears on all that happened.
    all: Option<Scope>,
}

/// The tickets on which something bears that names none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    /// Those with several facts, of which one may explain another.
    Repeated,
    /// Those with any.
    Every,
}

impl Touched {
    /// Every ticket that has facts.
    pub(in crate::server::db) fn every() -> Self {
        Self {
            all: Some(Scope::Every),
            ..Self::default()
        }
    }

    pub(in crate::server::db) fn ticket(&mut self, ticket: TicketId) {
        self.tickets.insert(ticket);
    }

    /// Facts that were not held before.
    pub(in crate::server::db) fn facts(
        &mut self,
        transaction: &Transaction<'_>,
        event: EventRow,
        facts: &[Fact],
    ) -> Result<(), DbError> {
        for fact in facts {
            self.tickets.extend(fact.draft.ticket);
            match fact.draft.kind {
                Kind::Void(range) => self.voided.push(range),
                Kind::AllOut => self.repeated(),
                Kind::Entry | Kind::Exit | Kind::Override | Kind::Passed(_) | Kind::Released(_) => continue,
            }
            transaction.execute(
                "INSERT INTO general_facts (event, stream, seq) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO NOTHING",
                params![event.0, fact.id.stream.as_bytes(), fact.id.sequence.0],
            )?;
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tickets.is_empty() && self.voided.is_empty() && self.all.is_none()
    }

    /// The tickets to look at.
    pub(super) fn into_tickets(
        mut self,
        transaction: &Transaction<'_>,
        event: EventRow,
    ) -> Result<BTreeSet<TicketId>, DbError> {
        for range in std::mem::take(&mut self.voided) {
            for ticket in voided(transaction, event, &range)? {
                match ticket {
                    Some(ticket) => self.ticket(ticket),
                    // An all-out that counts no more.
                    None => self.repeated(),
                }
            }
        }
        if let Some(scope) = self.all {
            let found =
                transaction.query_map(scope.query(), params![event.0], |row| ticket_id(row.bytes(0)?))?;
            self.tickets.extend(found);
        }
        Ok(self.tickets)
    }

    fn repeated(&mut self) {
        self.all = self.all.max(Some(Scope::Repeated));
    }
}

impl Scope {
    fn query(self) -> &'static str {
        match self {
            Self::Repeated => {
                "SELECT ticket FROM facts WHERE event = ?1 AND ticket IS NOT NULL GROUP BY ticket
                 HAVING count(*) > 1
                 UNION SELECT ticket FROM reissues WHERE event = ?1"
            }
            Self::Every => "SELECT DISTINCT ticket FROM facts WHERE event = ?1 AND ticket IS NOT NULL",
        }
    }
}

fn voided(
    transaction: &Transaction<'_>,
    event: EventRow,
    range: &FactRange,
) -> Result<Vec<Option<TicketId>>, DbError> {
    // What lies beyond SQLite's numbers is in no stream of ours.
    let number = |sequence: u64| i64::try_from(sequence).unwrap_or(i64::MAX);
    transaction.query_map(
        "SELECT ticket FROM facts WHERE event = ?1 AND stream = ?2 AND seq BETWEEN ?3 AND ?4",
        params![
            event.0,
            range.stream.as_bytes(),
            number(range.first.0),
            number(range.last.0)
        ],
        |row| {
            let ticket: Option<Vec<u8>> = row.get(0)?;
            ticket.as_deref().map(ticket_id).transpose()
        },
    )
}

/// A ticket's id as stored.
pub(in crate::server::db) fn ticket_id(bytes: &[u8]) -> Result<TicketId, DbError> {
    TicketId::new(bytes).map_err(|error| DbError::unreadable("ticket")(error.to_string()))
}
