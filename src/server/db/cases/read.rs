//! Cases as people look at them.

use serde::Serialize;

use super::super::sql::{Connection, Optional, Row, params};
use super::super::{Db, DbError, EventRow, event_name, event_row};
use super::touched::ticket_id;
use super::{chain, state_column, state_of};
use crate::domain::checkin::{Fact, FactRef};
use crate::domain::conflict::{CaseState, Finding};
use crate::domain::ids::{EventId, GateId, TicketId};
use crate::domain::time::UnixMillis;
use crate::domain::verdict::Reason;
use crate::wire;

/// A conflict case: a ticket that was admitted where it should not have been.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Case {
    /// The event.
    pub event: EventId,
    /// What the case goes by: the first issue of the ticket.
    pub case: TicketId,
    /// How it stands.
    pub state: CaseState,
    /// When it was first found, by the server's clock.
    pub opened_ms: UnixMillis,
    /// When it last changed.
    pub changed_ms: UnixMillis,
    /// What the person said who looked last, also where the case was opened again since.
    pub note: Option<String>,
    /// When they said it.
    pub resolved_ms: Option<UnixMillis>,
    /// Who they are.
    pub resolved_by: Option<String>,
    /// What was found; in a case that was withdrawn, what was found last.
    pub findings: Vec<CaseFinding>,
}

/// One admission that would have been refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseFinding {
    /// Why.
    pub reason: Reason,
    /// The admission.
    pub denied: CaseFact,
    /// The fact that explains it, where one does.
    pub because: Option<CaseFact>,
}

/// A fact with the device that made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseFact {
    /// The device.
    pub device: String,
    /// What happened.
    #[serde(flatten)]
    pub fact: Fact,
}

/// Which cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFilter {
    /// Those that stand so; none: all.
    pub state: Option<CaseState>,
    /// Those with a fact of this gate; none: of any.
    pub gate: Option<GateId>,
    /// Those after this one, in the order of their tickets; none: from the first.
    pub after: Option<TicketId>,
    /// So many at the most.
    pub limit: usize,
}

/// The columns of a case, as [`read`] takes them.
const COLUMNS: &str = "ticket, state, findings, opened_ms, changed_ms, note, resolved_ms, resolved_by";

impl Db {
    /// An event's cases in the order of their tickets.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn cases(&mut self, event: &EventId, filter: &CaseFilter) -> Result<Vec<Case>, DbError> {
        let row = event_row(&self.connection, event.as_str())?;
        self.connection.query_map(
            &format!(
                "SELECT {COLUMNS} FROM cases WHERE event = ?1 AND (state = ?2 OR ?2 IS NULL)
                 AND (replace(gates, ?3, '') <> gates OR ?3 IS NULL) AND (ticket > ?4 OR ?4 IS NULL)
                 ORDER BY ticket LIMIT ?5"
            ),
            params![
                row.0,
                filter.state.map(state_column),
                filter.gate.as_ref().map(|gate| format!(" {gate} ")),
                filter.after.as_ref().map(|ticket| ticket.as_bytes()),
                i64::try_from(filter.limit).unwrap_or(i64::MAX)
            ],
            |found| read(&self.connection, row, event, found),
        )
    }

    /// The case of a ticket, whichever of its issues is named.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn case(&mut self, event: &EventId, ticket: &TicketId) -> Result<Option<Case>, DbError> {
        let row = event_row(&self.connection, event.as_str())?;
        let first = first_issue(&self.connection, row, ticket)?;
        self.connection
            .query_row(
                &format!("SELECT {COLUMNS} FROM cases WHERE event = ?1 AND ticket = ?2"),
                params![row.0, first.as_bytes()],
                |found| read(&self.connection, row, event, found),
            )
            .optional()
    }

    /// How many cases of an event are open.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn open_cases(&mut self, event: &EventId) -> Result<u64, DbError> {
        let row = event_row(&self.connection, event.as_str())?;
        self.connection.query_row(
            "SELECT count(*) FROM cases WHERE event = ?1 AND state = ?2",
            params![row.0, state_column(CaseState::Open)],
            |row| row.get(0),
        )
    }

    /// The events in the order of their names.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn events(&mut self) -> Result<Vec<EventId>, DbError> {
        self.connection
            .query_map("SELECT name FROM events ORDER BY name", params![], |row| {
                event_name(&row.get::<String>(0)?)
            })
    }
}

/// What a ticket's case goes by.
pub(super) fn first_issue(
    connection: &Connection,
    event: EventRow,
    ticket: &TicketId,
) -> Result<TicketId, DbError> {
    let chain = chain::members(connection, event, *ticket)?;
    Ok(chain.first().copied().unwrap_or(*ticket))
}

fn read(connection: &Connection, event: EventRow, name: &EventId, row: &Row<'_>) -> Result<Case, DbError> {
    let unreadable = DbError::unreadable("case");
    let state: i64 = row.get(1)?;
    let findings: Vec<u8> = row.get(2)?;
    let findings: Vec<Finding> = wire::from_cbor(&findings).map_err(&unreadable)?;
    let findings = findings.into_iter().map(|finding| {
        let because = finding.because.map(|fact| case_fact(connection, event, &fact));
        Ok(CaseFinding {
            reason: finding.reason,
            denied: case_fact(connection, event, &finding.denied)?,
            because: because.transpose()?,
        })
    });
    Ok(Case {
        event: name.clone(),
        case: ticket_id(&row.get::<Vec<u8>>(0)?)?,
        state: state_of(state).ok_or_else(|| unreadable(format!("no state is {state}")))?,
        opened_ms: UnixMillis(row.get(3)?),
        changed_ms: UnixMillis(row.get(4)?),
        note: row.get(5)?,
        resolved_ms: row.get::<Option<u64>>(6)?.map(UnixMillis),
        resolved_by: row.get(7)?,
        findings: findings.collect::<Result<_, DbError>>()?,
    })
}

fn case_fact(connection: &Connection, event: EventRow, id: &FactRef) -> Result<CaseFact, DbError> {
    let found: Option<(Vec<u8>, String)> = connection
        .query_row(
            "SELECT f.draft, s.device FROM facts f JOIN streams s ON s.event = f.event
             AND s.stream = f.stream
             WHERE f.event = ?1 AND f.stream = ?2 AND f.seq = ?3",
            params![event.0, id.stream.as_bytes(), id.sequence.0],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let (draft, device) =
        found.ok_or_else(|| DbError::unreadable("case")("a fact that it names is gone".to_owned()))?;
    let draft = wire::from_cbor(&draft).map_err(DbError::unreadable("fact"))?;
    Ok(CaseFact {
        device,
        fact: Fact { id: *id, draft },
    })
}
