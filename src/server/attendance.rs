//! Attendance of an event: the counts, and what stands behind them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::db::{Db, DbError, StreamStatus};
use crate::domain::checkin::Attendance;
use crate::domain::ids::EventId;
use crate::domain::rules::Rulebook;
use crate::domain::time::UnixMillis;

/// Attendance, as `admin attendance --json` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventAttendance {
    /// The event.
    pub event: EventId,
    /// The counts.
    #[serde(flatten)]
    pub counts: Attendance,
    /// How far each stream of facts is held; one whose `highest` is beyond `holds` has a gap.
    pub streams: Vec<StreamStatus>,
    /// Segments set aside for staff, by why.
    pub set_aside: BTreeMap<String, u64>,
    /// Conflict cases that nobody has resolved.
    pub open_conflicts: u64,
}

/// Counts an event's attendance.
///
/// # Errors
/// [`DbError`] where the data cannot be read.
pub fn attendance(db: &mut Db, event: &EventId, at: UnixMillis) -> Result<EventAttendance, DbError> {
    let rules = Rulebook::from_json(&db.rulebook(event)?).map_err(|error| DbError::Unreadable {
        what: "rulebook",
        why: error.to_string(),
    })?;
    Ok(EventAttendance {
        event: event.clone(),
        counts: Attendance::count(db.facts(event)?, &rules, at),
        streams: db.streams(event)?,
        set_aside: db.parked(event)?.into_iter().collect(),
        open_conflicts: db.open_cases(event)?,
    })
}
