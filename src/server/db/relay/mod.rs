//! A relay's data: the origin's signed words as they came, and what gates brought for it.
//!
//! Nothing here is the relay's own word. What it knows of devices, and which facts are held, it reads from the pages.

mod brought;
mod list;
mod pages;
mod receipts;
mod words;

use minicbor::bytes::ByteVec;

pub use brought::{Brought, Taken};
pub use list::SnapshotDue;
pub use words::Passed;

use super::checkins::keep_segment;
use super::devices::follow;
use super::soundness::fresh;
use super::sql::{Connection, Optional, Transaction, params};
use super::{Db, DbError, EventRow, event_row, lock_event};
use crate::domain::ids::EventId;
use crate::domain::time::UnixMillis;
use crate::wire::limits::SEGMENT_FACTS_MAX;
use crate::wire::live::Beat;
use crate::wire::order::Order;
use crate::wire::{Change, Cursor, Segment};

impl Db {
    /// Makes this the data of a relay of the event, if it is not yet.
    ///
    /// # Errors
    /// [`DbError::Refused`] where it is a server's, or a relay's of another event.
    pub fn follow_event(&mut self, event: &EventId) -> Result<(), DbError> {
        self.connection
            .write(|transaction| follow_event(transaction, event))
    }

    /// Whether these are a server's own data, which signs tickets, lists and receipts; a relay's are none.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn is_origin(&mut self) -> Result<bool, DbError> {
        has_issuer(&self.connection)
    }

    /// Keeps the origin's orders, whose signatures were checked, for the devices that they are for.
    ///
    /// # Errors
    /// [`DbError`] where they could not be written.
    pub fn keep_orders(&mut self, event: &EventId, orders: &[(Order, Vec<u8>)]) -> Result<(), DbError> {
        self.connection.write(|transaction| {
            let row = lock_event(transaction, event.as_str())?;
            for (order, bytes) in orders {
                transaction.execute(
                    "INSERT INTO orders (event, device, given_ms, bytes) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (event, device) DO UPDATE SET given_ms = excluded.given_ms,
                     bytes = excluded.bytes",
                    params![row.0, order.device.as_str(), order.at.millis().0, bytes],
                )?;
            }
            Ok(())
        })
    }

    /// Where the origin's log ends, as far as it is here; none before the first snapshot is whole.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn relayed_to(&mut self, event: &EventId) -> Result<Option<Cursor>, DbError> {
        let event = event_row(&self.connection, event.as_str())?;
        list::stands(&self.connection, event)
    }
}

fn follow_event(transaction: &Transaction<'_>, event: &EventId) -> Result<(), DbError> {
    let known: Option<String> = transaction
        .query_row("SELECT name FROM events", params![], |row| row.get(0))
        .optional()?;
    let own = has_issuer(transaction)?;
    match known {
        _ if own => Err(DbError::Refused(
            "this folder is a server's, and its events are its own: give the relay a folder of \
             its own with --data"
                .to_owned(),
        )),
        Some(other) if other != event.as_str() => Err(DbError::Refused(format!(
            "this folder is a relay's of the event {other}: give this one a folder of its own with --data"
        ))),
        Some(_) => Ok(()),
        None => {
            // The log is the origin's: it comes with the first snapshot.
            transaction.execute(
                "INSERT INTO events (name, log) VALUES (?1, ?2)",
                params![event.as_str(), [0_u8; 16]],
            )?;
            Ok(())
        }
    }
}

fn has_issuer(connection: &Connection) -> Result<bool, DbError> {
    connection.query_row("SELECT EXISTS (SELECT 1 FROM issuer_keys)", params![], |row| {
        row.get(0)
    })
}

/// What a relay's stream tells of the event; none where this is not a relay's data, or it has no list yet.
pub(super) fn beat(connection: &Connection, event: EventRow) -> Result<Option<Beat>, DbError> {
    let Some(end) = list::stands(connection, event)? else {
        return Ok(None);
    };
    Ok(Some(Beat {
        log: end.log,
        head: end.sequence,
        brought: Some(connection.numbered("relay_brought", "number")?),
        told: Some(connection.numbered("relay_receipts", "receipt")?),
    }))
}

/// Takes note of what a page says of devices, and of the segments in it.
fn adopt<'a>(
    transaction: &Transaction<'_>,
    event: EventRow,
    changes: impl Iterator<Item = &'a Change>,
    now: UnixMillis,
) -> Result<(), DbError> {
    for change in changes {
        match change {
            Change::Device(row) => follow(transaction, event, row)?,
            Change::Segment(bytes) => adopt_segment(transaction, event, bytes, now)?,
            _ => {}
        }
    }
    Ok(())
}

/// Holds a segment that the origin handed out. Its signature over the page vouches for it, also where its device is believed
/// no more; one that contradicts what is here is for the gates to see, and is in the page.
fn adopt_segment(
    transaction: &Transaction<'_>,
    event: EventRow,
    bytes: &ByteVec,
    now: UnixMillis,
) -> Result<(), DbError> {
    let hash = Segment::hash(bytes);
    brought::forget(transaction, event, &hash)?;
    let known = transaction.exists(
        "SELECT 1 FROM segments WHERE event = ?1 AND hash = ?2",
        params![event.0, hash.as_slice()],
    )?;
    let readable = Segment::unverified(bytes).ok();
    let Some(segment) = readable.filter(|segment| segment.drafts.len() <= SEGMENT_FACTS_MAX) else {
        return Ok(());
    };
    let (stream, place) = (segment.stream, (segment.first, segment.last()));
    if !known && let Ok(sound) = fresh(transaction, event, segment)? {
        keep_segment(transaction, event, bytes, &hash, &sound, now)?;
    }
    brought::forget_covered(transaction, event, &stream, place)
}
