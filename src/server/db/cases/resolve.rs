//! A person has looked at a case.

use super::super::sql::{Optional, params};
use super::super::{Db, DbError, lock_event};
use super::judge::tell;
use super::read::first_issue;
use super::{state_column, state_of};
use crate::domain::conflict::CaseState;
use crate::domain::ids::{EventId, TicketId};
use crate::domain::time::UnixMillis;

/// The longest note, in characters: a few sentences, which fit a list.
const NOTE_CHARS_MAX: usize = 500;

impl Db {
    /// Resolves the case of a ticket, whichever of its issues is named, with a note of what was found out. One that
    /// is resolved already takes the new note.
    ///
    /// # Errors
    /// [`DbError::Refused`] where there is no such case, nothing is left of it, or the note says nothing.
    pub fn resolve_case(
        &mut self,
        event: &EventId,
        ticket: &TicketId,
        note: &str,
        by: &str,
        now: UnixMillis,
    ) -> Result<(), DbError> {
        let note = note.trim();
        if !(1..=NOTE_CHARS_MAX).contains(&note.chars().count()) {
            return Err(DbError::Refused(format!(
                "a note has 1 to {NOTE_CHARS_MAX} characters: say what was found out"
            )));
        }
        self.connection.write(|transaction| {
            let row = lock_event(transaction, event.as_str())?;
            let first = first_issue(transaction, row, ticket)?;
            let found: Option<i64> = transaction
                .query_row(
                    "SELECT state FROM cases WHERE event = ?1 AND ticket = ?2",
                    params![row.0, first.as_bytes()],
                    |row| row.get(0),
                )
                .optional()?;
            let state = found.and_then(state_of);
            refusal(event, ticket, state).map_or(Ok(()), |words| Err(DbError::Refused(words)))?;
            transaction.execute(
                "UPDATE cases SET state = ?3, note = ?4, resolved_by = ?5, resolved_ms = ?6, changed_ms = ?6
                 WHERE event = ?1 AND ticket = ?2",
                params![
                    row.0,
                    first.as_bytes(),
                    state_column(CaseState::Resolved),
                    note,
                    by,
                    now.0
                ],
            )?;
            if state != Some(CaseState::Resolved) {
                tell(transaction, row, &first, CaseState::Resolved)?;
            }
            Ok(())
        })
    }
}

fn refusal(event: &EventId, ticket: &TicketId, state: Option<CaseState>) -> Option<String> {
    match state {
        Some(CaseState::Open | CaseState::Resolved) => None,
        Some(CaseState::Withdrawn) => Some(format!(
            "the case of {ticket} was withdrawn, because what was found was given back or recorded \
             in error: there is nothing to resolve"
        )),
        None => Some(format!(
            "there is no case of {ticket} at {event}: see `wicket admin conflict list`"
        )),
    }
}
