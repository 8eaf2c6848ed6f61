//! Judging chains again, and what becomes of their cases.

use std::collections::BTreeSet;

use super::super::changelog::{self, Key, append};
use super::super::sql::{Connection, Optional, Transaction, params};
use super::super::{DbError, EventRow};
use super::chain::{self, facts_of, general_facts, has_reissues, issued};
use super::{Touched, state_column, state_of};
use crate::domain::checkin::{Fact, FactRef};
use crate::domain::conflict::{CaseState, Finding, Judged, judge, next};
use crate::domain::ids::TicketId;
use crate::domain::rules::Rulebook;
use crate::domain::time::UnixMillis;
use crate::wire::{self, Change, ConflictRow};

/// Judges again what a transaction has touched. To be called once, before it ends; a chain that was not touched costs
/// nothing.
pub(in crate::server::db) fn settle(
    transaction: &Transaction<'_>,
    event: EventRow,
    touched: Touched,
    now: UnixMillis,
) -> Result<(), DbError> {
    // Where nothing is listed, tickets are issued elsewhere: nothing can be said about them here.
    if touched.is_empty() || !has_list(transaction, event)? {
        return Ok(());
    }
    let court = Court {
        transaction,
        event,
        rules: rulebook(transaction, event)?,
        general: general_facts(transaction, event)?,
        reissues: has_reissues(transaction, event)?,
        now,
    };
    let mut done = BTreeSet::new();
    for ticket in touched.into_tickets(transaction, event)? {
        if !done.contains(&ticket) {
            let chain = court.chain(ticket)?;
            court.judge(&chain)?;
            done.extend(chain);
        }
    }
    Ok(())
}

/// What judging a chain needs beside the chain.
struct Court<'t> {
    transaction: &'t Transaction<'t>,
    event: EventRow,
    rules: Rulebook,
    /// Facts that bear on every ticket.
    general: Vec<Fact>,
    /// Whether any ticket was ever issued anew.
    reissues: bool,
    now: UnixMillis,
}

impl Court<'_> {
    fn chain(&self, ticket: TicketId) -> Result<Vec<TicketId>, DbError> {
        if self.reissues {
            chain::members(self.transaction, self.event, ticket)
        } else {
            Ok(vec![ticket])
        }
    }

    /// The case of a chain stands under its first issue; what stands under another is of a time before they were one.
    fn judge(&self, chain: &[TicketId]) -> Result<(), DbError> {
        let (mut facts, mut tickets) = (self.general.clone(), Vec::new());
        for ticket in chain {
            facts_of(self.transaction, self.event, ticket, &mut facts)?;
            tickets.extend(issued(self.transaction, self.event, ticket)?);
        }
        let found = judge(facts.iter().cloned(), &tickets, &self.rules);
        let mut found = found.as_slice();
        for ticket in chain {
            let before = case(self.transaction, self.event, ticket)?;
            if let Some(after) = next(before.as_ref(), found) {
                self.keep(ticket, before.as_ref(), &after, &facts)?;
            }
            found = &[];
        }
        Ok(())
    }

    fn keep(
        &self,
        ticket: &TicketId,
        before: Option<&Judged>,
        after: &Judged,
        facts: &[Fact],
    ) -> Result<(), DbError> {
        self.transaction.execute(
            "INSERT INTO cases (event, ticket, state, findings, gates, opened_ms, changed_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
             ON CONFLICT (event, ticket) DO UPDATE SET state = excluded.state,
             findings = excluded.findings,
             gates = excluded.gates, changed_ms = excluded.changed_ms",
            params![
                self.event.0,
                ticket.as_bytes(),
                state_column(after.state),
                wire::to_cbor(&after.findings),
                gates(&after.findings, facts),
                self.now.0
            ],
        )?;
        if before.is_some_and(|before| before.state == after.state) {
            return Ok(());
        }
        tell(self.transaction, self.event, ticket, after.state)
    }
}

/// Tells the gates how a case stands.
pub(super) fn tell(
    transaction: &Transaction<'_>,
    event: EventRow,
    ticket: &TicketId,
    state: CaseState,
) -> Result<(), DbError> {
    let row = ConflictRow {
        ticket: *ticket,
        state,
    };
    append(
        transaction,
        event,
        Key::Conflict(ticket.as_bytes()),
        &Change::Conflict(row),
    )
}

/// The case that stands under a ticket.
fn case(connection: &Connection, event: EventRow, ticket: &TicketId) -> Result<Option<Judged>, DbError> {
    let row: Option<(i64, Vec<u8>)> = connection
        .query_row(
            "SELECT state, findings FROM cases WHERE event = ?1 AND ticket = ?2",
            params![event.0, ticket.as_bytes()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    row.map(|(state, findings)| {
        Ok(Judged {
            state: state_of(state)
                .ok_or_else(|| DbError::unreadable("case")(format!("no state is {state}")))?,
            findings: wire::from_cbor(&findings).map_err(DbError::unreadable("case"))?,
        })
    })
    .transpose()
}

/// The gates of what was found, each between two spaces.
fn gates(findings: &[Finding], facts: &[Fact]) -> String {
    let involved: BTreeSet<FactRef> = findings
        .iter()
        .flat_map(|finding| std::iter::once(finding.denied).chain(finding.because))
        .collect();
    let gates: BTreeSet<&str> = facts
        .iter()
        .filter(|fact| involved.contains(&fact.id))
        .map(|fact| fact.draft.gate.as_str())
        .collect();
    let names: Vec<&str> = gates.into_iter().collect();
    format!(" {} ", names.join(" "))
}

fn has_list(connection: &Connection, event: EventRow) -> Result<bool, DbError> {
    connection.exists("SELECT 1 FROM tickets WHERE event = ?1 LIMIT 1", params![event.0])
}

fn rulebook(connection: &Connection, event: EventRow) -> Result<Rulebook, DbError> {
    let unreadable = DbError::unreadable("rulebook");
    match changelog::newest(connection, event, Key::Rulebook)? {
        Some(Change::Rulebook(json)) => {
            Rulebook::from_json(&json).map_err(|error| unreadable(error.to_string()))
        }
        _ => Err(unreadable("it is not there".to_owned())),
    }
}
