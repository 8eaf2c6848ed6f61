//! How fast a device admits, by its facts' own times: a gate that lies in bulk is held for review.

use std::collections::BTreeMap;

use super::sql::{Connection, Optional, Transaction, params};
use super::{DbError, EventRow};
use crate::domain::checkin::{Fact, Kind};
use crate::domain::ids::DeviceId;

/// Admissions of one device in a minute: two a second, for a whole minute, is more than a lane lets through.
pub(super) const ADMISSIONS_A_MINUTE_MAX: u64 = 120;
/// Milliseconds of a minute.
const MINUTE_MS: u64 = 60_000;

/// Admissions in these facts, by the minute.
fn by_minute(facts: &[Fact]) -> BTreeMap<u64, u64> {
    let mut minutes = BTreeMap::new();
    let admissions = facts
        .iter()
        .filter(|fact| matches!(fact.draft.kind, Kind::Entry | Kind::Override));
    for fact in admissions {
        *minutes.entry(fact.at().0 / MINUTE_MS).or_default() += 1;
    }
    minutes
}

/// The first minute in which the device would have admitted too many, these facts included, and how many.
pub(super) fn too_fast(
    connection: &Connection,
    event: EventRow,
    device: &DeviceId,
    facts: &[Fact],
) -> Result<Option<u64>, DbError> {
    for (minute, more) in by_minute(facts) {
        let before: Option<u64> = connection
            .query_row(
                "SELECT count FROM admissions WHERE event = ?1 AND device = ?2 AND minute = ?3",
                params![event.0, device.as_str(), minute],
                |row| row.get(0),
            )
            .optional()?;
        let admissions = before.unwrap_or(0).saturating_add(more);
        if admissions > ADMISSIONS_A_MINUTE_MAX {
            return Ok(Some(admissions));
        }
    }
    Ok(None)
}

/// Counts the admissions of facts that were taken.
pub(super) fn count(
    transaction: &Transaction<'_>,
    event: EventRow,
    device: &DeviceId,
    facts: &[Fact],
) -> Result<(), DbError> {
    for (minute, more) in by_minute(facts) {
        transaction.execute(
            "INSERT INTO admissions (event, device, minute, count) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (event, device,
             minute) DO UPDATE SET count = admissions.count + excluded.count",
            params![event.0, device.as_str(), minute, more],
        )?;
    }
    Ok(())
}
