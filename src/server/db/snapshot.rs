//! A snapshot of an event's list: what is small is read at once and kept, what never changes is read when it is asked for.

use super::changelog::{Key, head_cursor};
use super::sql::{Connection, params};
use super::{Db, DbError, EventRow, event_row};
use crate::domain::admission::TicketRow;
use crate::domain::ids::EventId;
use crate::domain::time::UnixSeconds;
use crate::wire::limits::{PAGE_BYTES_FULL, SNAPSHOT_TICKETS_BYTES_MAX, SNAPSHOT_TICKETS_MAX};
use crate::wire::{self, Change, Cursor, SnapshotPage, tickets};

/// A snapshot as the server keeps it: one consistent read.
#[derive(Debug)]
pub struct Snapshot {
    /// The event.
    pub event: EventId,
    /// The place in the log that it is as of.
    pub to: Cursor,
    /// The server's time of it.
    pub as_of: UnixSeconds,
    /// Its tickets.
    pub tickets: u64,
    pages: Vec<Planned>,
}

/// A page, but for what is read when it is asked for.
#[derive(Debug, Default)]
struct Planned {
    tickets: Option<Vec<u8>>,
    /// The newest of what newer changes may take away at any time: documents and the like.
    newest: Vec<Vec<u8>>,
    /// Change numbers of what is there for ever, the first and the last: devices and segments.
    lasting: Option<(u64, u64)>,
    /// Bytes of its changes.
    bytes: usize,
}

impl Snapshot {
    /// Bytes that it takes in memory, nearly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let of = |page: &Planned| {
            let newest: usize = page.newest.iter().map(Vec::len).sum();
            size_of::<Planned>() + page.tickets.as_ref().map_or(0, Vec::len) + newest
        };
        self.pages.iter().map(of).sum()
    }

    /// Its pages.
    #[must_use]
    pub fn pages(&self) -> u32 {
        u32::try_from(self.pages.len()).unwrap_or(u32::MAX)
    }
}

impl Db {
    /// Where an event's log ends.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn log_head(&mut self, event: &EventId) -> Result<Cursor, DbError> {
        self.connection.read(|transaction| {
            let row = event_row(transaction, event.as_str())?;
            head_cursor(transaction, row)
        })
    }

    /// Reads a snapshot. Takes about a second for a million tickets, and memory for one page of rows beside the result.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn snapshot(&mut self, event: &EventId, as_of: UnixSeconds) -> Result<Snapshot, DbError> {
        // One transaction is one consistent read.
        self.connection.read(|transaction| {
            let row = event_row(transaction, event.as_str())?;
            let to = head_cursor(transaction, row)?;
            let (packed, tickets) = packed_tickets(transaction, row)?;
            let mut pages = planned_changes(transaction, row)?;
            let more = packed.len().max(1).saturating_sub(pages.len());
            pages.extend(std::iter::repeat_with(Planned::default).take(more));
            for (page, packed) in pages.iter_mut().zip(packed) {
                page.tickets = Some(packed);
            }
            Ok(Snapshot {
                event: event.clone(),
                to,
                as_of,
                tickets,
                pages,
            })
        })
    }

    /// A page of a snapshot, from 0; none beyond its last.
    ///
    /// # Errors
    /// [`DbError`] where the data cannot be read.
    pub fn snapshot_page(
        &mut self,
        snapshot: &Snapshot,
        number: u32,
    ) -> Result<Option<SnapshotPage>, DbError> {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        let Some(planned) = snapshot.pages.get(place) else {
            return Ok(None);
        };
        let event = event_row(&self.connection, snapshot.event.as_str())?;
        let mut changes = Vec::new();
        for body in &planned.newest {
            changes.push(change(body)?);
        }
        if let Some((first, last)) = planned.lasting {
            lasting(&self.connection, event, first, last, &mut changes)?;
        }
        let packed = match &planned.tickets {
            Some(packed) => packed.clone(),
            None => pack(&[])?,
        };
        Ok(Some(SnapshotPage {
            event: snapshot.event.clone(),
            to: snapshot.to.clone(),
            as_of: snapshot.as_of,
            page: number,
            pages: snapshot.pages(),
            tickets: packed.into(),
            changes,
        }))
    }
}

/// The tickets, packed page by page in the order of their ids, and how many there are. So each page holds a range of ids
/// whole, and its gaps are as narrow as those of the whole list.
fn packed_tickets(connection: &Connection, event: EventRow) -> Result<(Vec<Vec<u8>>, u64), DbError> {
    let (mut packed, mut count) = (Vec::new(), 0);
    let mut rows: Vec<TicketRow> = Vec::new();
    connection.query_each(
        "SELECT row FROM tickets WHERE event = ?1 ORDER BY ticket",
        params![event.0],
        |row| {
            rows.push(wire::from_cbor(row.bytes(0)?).map_err(DbError::unreadable("ticket"))?);
            count += 1;
            if rows.len() >= SNAPSHOT_TICKETS_MAX {
                pack_pages(&rows, &mut packed)?;
                rows.clear();
            }
            Ok(())
        },
    )?;
    pack_pages(&rows, &mut packed)?;
    Ok((packed, count))
}

/// Rows as one page, or as more where they take too many bytes.
fn pack_pages(rows: &[TicketRow], pages: &mut Vec<Vec<u8>>) -> Result<(), DbError> {
    if rows.is_empty() {
        return Ok(());
    }
    let packed = pack(rows)?;
    if packed.len() <= SNAPSHOT_TICKETS_BYTES_MAX {
        pages.push(packed);
        return Ok(());
    }
    let (lower, upper) = rows.split_at(rows.len() / 2);
    pack_pages(lower, pages)?;
    pack_pages(upper, pages)
}

fn pack(rows: &[TicketRow]) -> Result<Vec<u8>, DbError> {
    tickets::pack(rows).map_err(|error| DbError::unreadable("list of tickets")(error.to_string()))
}

/// Everything but the tickets, planned onto pages. In the order of the log but that what may be taken away comes first.
fn planned_changes(connection: &Connection, event: EventRow) -> Result<Vec<Planned>, DbError> {
    let mut pages = vec![Planned::default()];
    // Keys that begin with t are tickets, those with o are there for ever: see `Key`.
    connection.query_each(
        "SELECT body FROM changes WHERE event = ?1 AND (key < x'6f' OR key >= x'70') \
         AND (key < x'74' OR key >= x'75') ORDER BY seq",
        params![event.0],
        |row| {
            let body: Vec<u8> = row.get(0)?;
            if let Some(page) = page_with_room(&mut pages) {
                page.bytes += body.len();
                page.newest.push(body);
            }
            Ok(())
        },
    )?;
    // The keys end with the change number, so this is the order of the log.
    connection.query_each(
        "SELECT seq, length(body) FROM changes WHERE event = ?1 AND key >= x'6f' AND key < x'70'
         ORDER BY key",
        params![event.0],
        |row| {
            let sequence: u64 = row.get(0)?;
            if let Some(page) = page_with_room(&mut pages) {
                page.bytes += row.get::<usize>(1)?;
                let first = page.lasting.map_or(sequence, |(first, _)| first);
                page.lasting = Some((first, sequence));
            }
            Ok(())
        },
    )?;
    Ok(pages)
}

fn page_with_room(pages: &mut Vec<Planned>) -> Option<&mut Planned> {
    if pages.last().is_none_or(|page| page.bytes >= PAGE_BYTES_FULL) {
        pages.push(Planned::default());
    }
    pages.last_mut()
}

fn lasting(
    connection: &Connection,
    event: EventRow,
    first: u64,
    last: u64,
    changes: &mut Vec<Change>,
) -> Result<(), DbError> {
    connection.query_each(
        "SELECT body FROM changes WHERE event = ?1 AND key BETWEEN ?2 AND ?3 ORDER BY key",
        params![event.0, Key::Once.bytes(first), Key::Once.bytes(last)],
        |row| {
            changes.push(change(row.bytes(0)?)?);
            Ok(())
        },
    )
}

fn change(body: &[u8]) -> Result<Change, DbError> {
    wire::from_cbor(body).map_err(DbError::unreadable("change"))
}
