//! Events' sheets: what they sell, how far they are, and what is left.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::changelog::{Key, append};
use super::super::sql::{Connection, Optional, Transaction, params};
use super::super::{Db, DbError, EventRow, event_row, lock_event};
use super::document;
use crate::domain::ids::{EventId, QuotaId};
use crate::domain::sale::sheet::{EventStage, NoWay, Sheet};
use crate::wire::Change;
use crate::wire::limits::DOCUMENT_BYTES_MAX;

/// What came of writing a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SheetWritten {
    /// It counts from now on, and gates follow its rules from their next sync on.
    Version(u64),
    /// More of this stock is held or sold than the sheet has.
    TooSmall {
        /// The stock.
        quota: QuotaId,
        /// What is held or sold of it.
        taken: u32,
    },
    /// The event is over.
    Archived,
}

/// A stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stock {
    /// In all.
    pub capacity: u32,
    /// Held or sold.
    pub taken: u32,
}

/// An event as it is sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnSale {
    /// The event.
    pub event: EventId,
    /// How far it is.
    pub stage: EventStage,
    /// What it sells.
    pub sheet: Sheet,
    /// What is left.
    pub stocks: BTreeMap<QuotaId, Stock>,
}

impl Db {
    /// Writes an event's sheet.
    ///
    /// # Errors
    /// [`DbError::NoEvent`] where there is no such event.
    pub fn put_sheet(&mut self, event: &EventId, sheet: &Sheet) -> Result<SheetWritten, DbError> {
        self.connection.write_if(|transaction| {
            let row = lock_event(transaction, event.as_str())?;
            let (stage, version) = standing(transaction, row)?.unwrap_or((EventStage::Draft, 0));
            if stage == EventStage::Archived {
                return Ok((false, SheetWritten::Archived));
            }
            if let Some((quota, taken)) = put_quotas(transaction, row, sheet)? {
                return Ok((false, SheetWritten::TooSmall { quota, taken }));
            }
            let version = version.saturating_add(1);
            let body = document::written("sheet", sheet)?;
            transaction.execute(
                "INSERT INTO sheets (event, stage, version, body) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (event) DO UPDATE SET version = excluded.version, body = excluded.body",
                params![row.0, stage.as_str(), version, body],
            )?;
            publish_rules(transaction, row, event, sheet, version)?;
            Ok((true, SheetWritten::Version(version)))
        })
    }

    /// Takes an event on (or back) to another stage.
    ///
    /// # Errors
    /// [`DbError::NoEvent`] where there is no such event; [`DbError::Refused`] where it has no sheet.
    pub fn set_stage(
        &mut self,
        event: &EventId,
        to: EventStage,
    ) -> Result<Result<EventStage, NoWay>, DbError> {
        self.connection.write(|transaction| {
            let row = lock_event(transaction, event.as_str())?;
            let Some((from, _)) = standing(transaction, row)? else {
                return Err(no_sheet(event));
            };
            let stage = match from.step(to) {
                Ok(stage) => stage,
                Err(no_way) => return Ok(Err(no_way)),
            };
            transaction.execute(
                "UPDATE sheets SET stage = ?2 WHERE event = ?1",
                params![row.0, stage.as_str()],
            )?;
            Ok(Ok(stage))
        })
    }

    /// An event as it is sold; none where it has no sheet.
    ///
    /// # Errors
    /// [`DbError::NoEvent`] where there is no such event.
    pub fn on_sale(&mut self, event: &EventId) -> Result<Option<OnSale>, DbError> {
        self.connection.read(|connection| {
            let row = event_row(connection, event.as_str())?;
            let Some((stage, sheet)) = found(connection, row)? else {
                return Ok(None);
            };
            Ok(Some(OnSale {
                event: event.clone(),
                stage,
                sheet,
                stocks: stocks(connection, row)?,
            }))
        })
    }

    /// The events that have a sheet, and how far each is.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn sheets(&mut self) -> Result<Vec<(EventId, EventStage)>, DbError> {
        self.connection.query_map(
            "SELECT name, stage FROM sheets JOIN events ON events.event = sheets.event ORDER BY name",
            params![],
            |row| {
                Ok((
                    super::super::event_name(&row.get::<String>(0)?)?,
                    stage(&row.get::<String>(1)?)?,
                ))
            },
        )
    }
}

/// An event's sheet and stage.
pub(super) fn parsed(
    connection: &Connection,
    row: EventRow,
    event: &EventId,
) -> Result<(EventStage, Sheet), DbError> {
    found(connection, row)?.ok_or_else(|| no_sheet(event))
}

fn found(connection: &Connection, row: EventRow) -> Result<Option<(EventStage, Sheet)>, DbError> {
    let found = connection
        .query_row(
            "SELECT stage, body FROM sheets WHERE event = ?1",
            params![row.0],
            |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
        )
        .optional()?;
    let Some((name, body)) = found else {
        return Ok(None);
    };
    Ok(Some((stage(&name)?, document::read("sheet", &body)?)))
}

fn stocks(connection: &Connection, row: EventRow) -> Result<BTreeMap<QuotaId, Stock>, DbError> {
    let rows = connection.query_map(
        "SELECT quota, capacity, taken FROM quotas WHERE event = ?1",
        params![row.0],
        |row| {
            let stock = Stock {
                capacity: row.get(1)?,
                taken: row.get(2)?,
            };
            Ok((DbError::parsed("stock", &row.get::<String>(0)?)?, stock))
        },
    )?;
    Ok(rows.into_iter().collect())
}

fn standing(connection: &Connection, row: EventRow) -> Result<Option<(EventStage, u64)>, DbError> {
    connection
        .query_row(
            "SELECT stage, version FROM sheets WHERE event = ?1",
            params![row.0],
            |row| Ok((stage(&row.get::<String>(0)?)?, row.get(1)?)),
        )
        .optional()
}

/// Writes the sheet's stocks. One of which more is taken than it now has is returned.
fn put_quotas(
    transaction: &Transaction<'_>,
    row: EventRow,
    sheet: &Sheet,
) -> Result<Option<(QuotaId, u32)>, DbError> {
    for (quota, stock) in &sheet.quotas {
        transaction.execute(
            "INSERT INTO quotas (event, quota, capacity, taken) VALUES (?1, ?2, ?3, 0)
             ON CONFLICT (event, quota) DO UPDATE SET capacity = excluded.capacity",
            params![row.0, quota.as_str(), stock.capacity],
        )?;
    }
    for (quota, stock) in stocks(transaction, row)? {
        let gone = !sheet.quotas.contains_key(&quota);
        if stock.taken > stock.capacity || (gone && stock.taken > 0) {
            return Ok(Some((quota, stock.taken)));
        }
        if gone {
            transaction.execute(
                "DELETE FROM quotas WHERE event = ?1 AND quota = ?2",
                params![row.0, quota.as_str()],
            )?;
        }
    }
    Ok(None)
}

fn publish_rules(
    transaction: &Transaction<'_>,
    row: EventRow,
    event: &EventId,
    sheet: &Sheet,
    version: u64,
) -> Result<(), DbError> {
    let rules = document::written("rulebook", &sheet.rulebook(event, version))?;
    if rules.len() > DOCUMENT_BYTES_MAX {
        return Err(DbError::Refused(format!(
            "the rules of admission are larger than {DOCUMENT_BYTES_MAX} bytes: make it two events"
        )));
    }
    append(transaction, row, Key::Rulebook, &Change::Rulebook(rules))
}

fn stage(name: &str) -> Result<EventStage, DbError> {
    EventStage::named(name).ok_or_else(|| DbError::unreadable("stage")(name.to_owned()))
}

fn no_sheet(event: &EventId) -> DbError {
    DbError::Refused(format!(
        "{event} has no sheet: write what it sells with `wicket admin event sheet`"
    ))
}
