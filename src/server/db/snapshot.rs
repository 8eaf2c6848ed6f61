//! A snapshot of an event's list: what is small is read at once and kept, what never changes is read when it is asked for.

use std::ops::Range;

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::changelog::{Key, head_cursor};
use super::sql::{Connection, params};
use super::{Db, DbError, EventRow, event_row};
use crate::domain::admission::TicketRow;
use crate::domain::ids::EventId;
use crate::domain::time::UnixSeconds;
use crate::wire::limits::{PAGE_BYTES_FULL, SNAPSHOT_TICKETS_BYTES_MAX, SNAPSHOT_TICKETS_MAX};
use crate::wire::{self, Change, Cursor, SnapshotPage, tickets};

/// Keys of changes that are there for ever, and of tickets: see `Key`.
const ONCE: Range<&[u8]> = b"o"..b"p";
const TICKETS: Range<&[u8]> = b"t"..b"u";
/// Rows that are read at once where only their sizes are kept: a megabyte.
const ROWS_AT_ONCE: usize = 10_000;

/// A snapshot as the server keeps it: one consistent read.
#[derive(Debug, Encode, Decode)]
pub struct Snapshot {
    /// The event.
    #[n(0)]
    pub event: EventId,
    /// The place in the log that it is as of.
    #[n(1)]
    pub to: Cursor,
    /// The server's time of it.
    #[n(2)]
    pub as_of: UnixSeconds,
    /// Its tickets.
    #[n(3)]
    pub tickets: u64,
    #[n(4)]
    pages: Vec<Planned>,
}

/// A page, but for what is read when it is asked for.
#[derive(Debug, Default, Encode, Decode)]
struct Planned {
    #[n(0)]
    tickets: Option<ByteVec>,
    /// The newest of what newer changes may take away at any time: documents and the like.
    #[n(1)]
    newest: Vec<ByteVec>,
    /// Change numbers of what is there for ever, the first and the last: devices and segments.
    #[n(2)]
    lasting: Option<(u64, u64)>,
    /// Bytes of its changes.
    #[n(3)]
    bytes: u64,
}

impl Snapshot {
    /// Bytes that it takes in memory, nearly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let of = |page: &Planned| {
            let newest: usize = page.newest.iter().map(|body| body.len()).sum();
            size_of::<Planned>() + page.tickets.as_ref().map_or(0, |packed| packed.len()) + newest
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
                page.tickets = Some(packed.into());
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
            None => pack(&[])?.into(),
        };
        Ok(Some(SnapshotPage {
            event: snapshot.event.clone(),
            to: snapshot.to.clone(),
            as_of: snapshot.as_of,
            page: number,
            pages: snapshot.pages(),
            tickets: packed,
            changes,
        }))
    }
}

/// The tickets, packed page by page in the order of their ids, and how many there are. So each page holds a range of ids
/// whole, and its gaps are as narrow as those of the whole list.
fn packed_tickets(connection: &Connection, event: EventRow) -> Result<(Vec<Vec<u8>>, u64), DbError> {
    let (mut packed, mut count) = (Vec::new(), 0);
    // Before every id.
    let mut after = Vec::new();
    loop {
        let rows = tickets_after(connection, event, &after)?;
        pack_pages(&rows, &mut packed)?;
        count += rows.len() as u64;
        match rows.last() {
            Some(last) if rows.len() >= SNAPSHOT_TICKETS_MAX => after = last.ticket.as_bytes().to_vec(),
            _ => return Ok((packed, count)),
        }
    }
}

/// The next tickets by id, as many as a page may hold: a database may hand over all that is asked for at once.
fn tickets_after(connection: &Connection, event: EventRow, after: &[u8]) -> Result<Vec<TicketRow>, DbError> {
    connection.query_map(
        "SELECT row FROM tickets WHERE event = ?1 AND ticket > ?2 ORDER BY ticket LIMIT ?3",
        params![event.0, after, SNAPSHOT_TICKETS_MAX],
        |row| wire::from_cbor(row.bytes(0)?).map_err(DbError::unreadable("ticket")),
    )
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
    connection.query_each(
        "SELECT body FROM changes WHERE event = ?1 AND (key < ?2 OR key >= ?3) AND (key < ?4 OR key >= ?5)
         ORDER BY seq",
        params![event.0, ONCE.start, ONCE.end, TICKETS.start, TICKETS.end],
        |row| {
            let body: Vec<u8> = row.get(0)?;
            if let Some(page) = page_with_room(&mut pages) {
                page.bytes += body.len() as u64;
                page.newest.push(body.into());
            }
            Ok(())
        },
    )?;
    let mut after = Some(ONCE.start.to_vec());
    while let Some(key) = after {
        after = plan_lasting(connection, event, &key, &mut pages)?;
    }
    Ok(pages)
}

/// Plans the next changes that are there for ever onto pages; the key of the last, if there may be more. The keys end with
/// the change number, so this is the order of the log.
fn plan_lasting(
    connection: &Connection,
    event: EventRow,
    after: &[u8],
    pages: &mut Vec<Planned>,
) -> Result<Option<Vec<u8>>, DbError> {
    let (mut found, mut last) = (0, None);
    connection.query_each(
        "SELECT seq, length(body), key FROM changes WHERE event = ?1 AND key > ?2 AND key < ?3
         ORDER BY key LIMIT ?4",
        params![event.0, after, ONCE.end, ROWS_AT_ONCE],
        |row| {
            let sequence: u64 = row.get(0)?;
            if let Some(page) = page_with_room(pages) {
                page.bytes += row.get::<u64>(1)?;
                let first = page.lasting.map_or(sequence, |(first, _)| first);
                page.lasting = Some((first, sequence));
            }
            found += 1;
            last = Some(row.get(2)?);
            Ok(())
        },
    )?;
    Ok(last.filter(|_| found == ROWS_AT_ONCE))
}

fn page_with_room(pages: &mut Vec<Planned>) -> Option<&mut Planned> {
    if pages
        .last()
        .is_none_or(|page| page.bytes >= PAGE_BYTES_FULL as u64)
    {
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
