//! Pages of the event's log, applied to the live list.

use rusqlite::{Connection, Result};

use super::list::{self, ListNumber, State};
use super::segments::Source;
use super::store::Store;
use super::write::{self, Types};
use super::{belief, rows, segments, wipe};
use crate::domain::admission::TicketRow;
use crate::ledger::LedgerError;
use crate::ledger::place::{completes, follows};
use crate::wire::{Change, LogPage, Segment};

/// Applies a page: first the facts that came with it, then its rows, with the last of them its cursor.
///
/// Where the rows take several transactions a power cut may leave some of them without the cursor. They are newer than
/// the cursor says, which is as good: what the page after it brings of the same keys is newer still.
pub(super) fn apply(
    store: &mut Store,
    page: &LogPage,
    segments: &[(Vec<u8>, Segment)],
) -> Result<(), LedgerError> {
    target(&store.connection, page)?;
    merge(store, segments, Source::Log)?;
    let rows_max = store.rows_max();
    let mut rest = page.changes.as_slice();
    while rest.len() > rows_max {
        let (now, later) = rest.split_at(rows_max);
        let write = store.begin()?;
        let (list, after) = target(&write, page)?;
        write_changes(&write, list, now, after)?;
        write.commit()?;
        store.fold_log()?;
        rest = later;
    }
    let write = store.begin()?;
    let (list, after) = target(&write, page)?;
    write_changes(&write, list, rest, after)?;
    move_cursor(&write, list, page)?;
    write.commit()?;
    store.fold_log()
}

/// Merges segments that came from elsewhere, in transactions of a few facts each.
pub(super) fn merge(
    store: &mut Store,
    segments: &[(Vec<u8>, Segment)],
    source: Source,
) -> Result<(), LedgerError> {
    let mut rest = segments;
    while !rest.is_empty() {
        let (batch, later) = rest.split_at(batch_len(rest, store.rows_max()));
        let write = store.begin()?;
        for (bytes, segment) in batch {
            segments::merge(&write, bytes, segment, source)?;
        }
        write.commit()?;
        store.fold_log()?;
        rest = later;
    }
    Ok(())
}

/// How many of the segments one transaction takes: at least one.
fn batch_len(segments: &[(Vec<u8>, Segment)], rows_max: usize) -> usize {
    let totals = segments.iter().scan(0, |total: &mut usize, (_, segment)| {
        *total += segment.drafts.len();
        Some(*total)
    });
    totals.take_while(|total| *total <= rows_max).count().max(1)
}

/// The live list, if the page applies to it, and its cursor: looked at in each transaction, since two syncs may run.
fn target(connection: &Connection, page: &LogPage) -> Result<(ListNumber, u64), LedgerError> {
    wipe::not_wiped(connection)?;
    let live = list::head(connection, State::Live)?;
    follows(page, live.as_ref().map(|head| &head.cursor))?;
    Ok(live.map_or((0, 0), |live| (live.number, live.cursor.sequence)))
}

fn write_changes(
    connection: &Connection,
    list: ListNumber,
    changes: &[(u64, Change)],
    after: u64,
) -> Result<()> {
    let mut types = Types::default();
    for (_, change) in changes.iter().filter(|(number, _)| *number > after) {
        match change {
            Change::Ticket(row) => write_ticket(connection, list, row, &mut types)?,
            Change::Device(_) => {
                write::change(connection, list, change)?;
                if belief::follow(connection, list)? {
                    write::note_joined(connection)?;
                }
            }
            other => write::change(connection, list, other)?,
        }
    }
    Ok(())
}

/// Only an up-to-date list is as of the page's time: what the next page would bring is older than that. A page that comes
/// late, from a relay or a stick, does not set the time back.
fn move_cursor(connection: &Connection, list: ListNumber, page: &LogPage) -> Result<()> {
    rows::execute(
        connection,
        "UPDATE list SET sequence = ?2, chain = ?3, as_of = MAX(as_of, ?4) WHERE number = ?1",
        (
            list,
            page.to.sequence.cast_signed(),
            page.to.chain.as_slice(),
            if completes(page) {
                page.as_of.0.cast_signed()
            } else {
                0
            },
        ),
    )?;
    Ok(())
}

/// On the live list, a row may join or part tickets that have facts.
fn write_ticket(connection: &Connection, list: ListNumber, row: &TicketRow, types: &mut Types) -> Result<()> {
    let before = list::ticket(connection, list, &row.ticket)?.and_then(|row| row.replaces);
    if before == row.replaces {
        return write::ticket(connection, list, row, types);
    }
    let mut affected = list::chain(connection, list, &row.ticket)?;
    write::ticket(connection, list, row, types)?;
    affected.extend(list::chain(connection, list, &row.ticket)?);
    for ticket in affected {
        let has_facts = rows::first(
            connection,
            "SELECT 1 FROM fact WHERE ticket = ?1 LIMIT 1",
            [ticket.as_bytes()],
            |_| Ok(()),
        )?;
        if has_facts.is_some() {
            return write::note_joined(connection);
        }
    }
    Ok(())
}
